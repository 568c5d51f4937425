/// What puts a deployment into a period.
package enum Basis: String, CaseIterable, Sendable {
    /// It was created, or has a transition, inside the period.
    case activity
    /// It was created inside the period, as the source's own export has it.
    case created
}

/// Which deployments belong in a bundle.
package struct Selection: Sendable, Equatable {
    package var period: Period?
    package var basis = Basis.activity
    package var networks: [String] = []
    package var tokenTypes: [String] = []
    package var deployers: [String] = []
    package var statuses: [DeploymentStatus] = []
    package var deployments: [String] = []
    package var assets: [String] = []
    package var transactions: [String] = []
    /// Names or symbols of tokens.
    package var tokens: [String] = []

    package init() {}

    /// The values of a filter; empty if it lets everything through.
    package subscript(filter: SelectionFilter) -> [String] {
        switch filter {
        case .network: networks
        case .tokenType: tokenTypes
        case .deployedBy: deployers
        case .status: statuses.map(\.name)
        case .deploymentId: deployments
        case .assetIdentifier: assets
        case .transactionHash: transactions
        case .token: tokens
        }
    }

    /// The filters that leave something out, in the order in which they are applied.
    package var filters: [SelectionFilter] { SelectionFilter.all.filter { !self[$0].isEmpty } }

    package var isFiltered: Bool { !filters.isEmpty }

    /// Whether a series can have these filters; else the bundle is an answer to a request.
    package var isOfSeries: Bool { filters.allSatisfy(\.isOfSeries) }

    /// Where a record went: into the bundle, or why not; the same for all records of a deployment.
    ///
    /// Ledgers keep counts by raw value: a new destination is added at the end.
    package enum Destination: Int, CaseIterable, Sendable {
        case before, after, leftOutByNetwork, leftOutByTokenType, leftOutByDeployer, leftOutByStatus, notAssignable
        /// A row that a record with an identifier stands for, or a record that a decision replaced; from a ledger only.
        case superseded
        case inBundle
        case leftOutByDeployment, leftOutByAsset, leftOutByTransaction, leftOutByToken

        /// Whether a filter left the record out.
        package var isFilter: Bool { SelectionFilter(self) != nil }

        /// The member's name in the reconciliation.
        package var name: String { "\(self)" }

        /// All, in the order in which a record is asked about them.
        package static let inOrder: [Destination] =
            [.before, .after] + SelectionFilter.all.map(\.destination) + [.notAssignable, .superseded, .inBundle]
    }

    /// Where a deployment goes; its transitions at or after the period's end are already gone.
    ///
    /// - Parameters:
    ///   - dossier: the deployment, with its merged members.
    ///   - history: its history, for the status filter.
    ///   - earliest: its first plausible transition, those after the period included.
    /// - Returns: in the bundle, or why not.
    package func destination(of dossier: Dossier, _ history: History, earliest: Timestamp?) -> Destination {
        if let period, let outside = destination(outside: period, dossier, earliest: earliest) { return outside }
        return filterLeavingOut(dossier, history)?.destination ?? .inBundle
    }

    /// The first filter that a deployment does not match; nil if it matches all.
    package func filterLeavingOut(_ dossier: Dossier, _ history: History) -> SelectionFilter? {
        SelectionFilter.all.first { !matches($0, dossier, in: history) }
    }

    private func matches(_ filter: SelectionFilter, _ dossier: Dossier, in history: History) -> Bool {
        if filter == .status { return statuses.isEmpty || (history.state.map(statuses.contains) ?? false) }
        let wanted = self[filter]
        guard !wanted.isEmpty else { return true }
        return dossier.contains(filter) { found in wanted.contains { filter.matches($0, found) } }
    }

    /// Where a deployment outside the period goes; nil when it belongs to the period.
    private func destination(outside period: Period, _ dossier: Dossier, earliest: Timestamp?) -> Destination? {
        guard let created = dossier.members.createdAt ?? earliest else {
            return dossier.transitions.isEmpty ? .notAssignable : .before
        }
        if period.contains(created) { return nil }
        if basis == .activity, dossier.transitions.contains(where: { period.contains($0.time) }) { return nil }
        return created < period.from ? .before : .after
    }
}

extension Selection {
    /// The values of a filter: each once and in order, by its bytes.
    ///
    /// As a Swift string a name is equal to another spelling of it in Unicode; a filter is not.
    package static func values(_ texts: [String]) -> [String] {
        let distinct = Set(texts.map { ExactString($0) })
        return distinct.map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

/// From the accepted records to those in the bundle, by kind of record.
package struct Reconciliation: Sendable, Equatable {
    package var deploymentRecords = [Int](repeating: 0, count: Selection.Destination.allCases.count)
    package var transitions = [Int](repeating: 0, count: Selection.Destination.allCases.count)

    package init() {}

    package mutating func merge(_ other: Reconciliation) {
        for index in transitions.indices {
            deploymentRecords[index] += other.deploymentRecords[index]
            transitions[index] += other.transitions[index]
        }
    }
}
