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

    package init() {}

    package var isFiltered: Bool {
        !(networks.isEmpty && tokenTypes.isEmpty && deployers.isEmpty && statuses.isEmpty)
    }

    /// Where a record went: into the bundle, or why not; the same for all records of a deployment.
    package enum Destination: Int, CaseIterable, Sendable {
        case before, after, leftOutByNetwork, leftOutByTokenType, leftOutByDeployer, leftOutByStatus, notAssignable
        /// A row that a record with an identifier stands for, or a record that a decision replaced; from a ledger only.
        case superseded
        case inBundle

        /// Whether a filter left the record out.
        package var isFilter: Bool {
            switch self {
            case .leftOutByNetwork, .leftOutByTokenType, .leftOutByDeployer, .leftOutByStatus: true
            default: false
            }
        }

        /// The member's name in the reconciliation.
        package var name: String { "\(self)" }
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
        let members = dossier.members
        if !networks.isEmpty, !matches(networks, members.network, in: dossier) { return .leftOutByNetwork }
        if !tokenTypes.isEmpty, !matches(tokenTypes, members.tokenType, in: dossier) { return .leftOutByTokenType }
        if !deployers.isEmpty, !matches(deployers, members.deployedBy, in: dossier) { return .leftOutByDeployer }
        if !statuses.isEmpty, !(history.state.map(statuses.contains) ?? false) { return .leftOutByStatus }
        return .inBundle
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

    private func matches(_ wanted: [String], _ slice: ByteSlice, in dossier: Dossier) -> Bool {
        guard !slice.isEmpty else { return false }
        let text = dossier.bytes.text(slice)
        return wanted.contains { Selection.isSame($0, text) }
    }

    /// Addresses that begin with `0x` match without regard to the case of ASCII letters, everything else by its bytes.
    package static func isSame(_ left: String, _ right: String) -> Bool {
        if left.utf8.elementsEqual(right.utf8) { return true }
        let a = left.utf8.map(lowercased)
        let b = right.utf8.map(lowercased)
        return a.starts(with: Array("0x".utf8)) && a == b
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
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
