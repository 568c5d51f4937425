package import AuditModel
package import StrictJSON

/// What the filters of a bundle let through, by member name; an empty list is no filter.
package struct BundleFilters: Sendable, Equatable {
    package var deployers: [String]
    package var networks: [String]
    package var statuses: [String]
    package var tokenTypes: [String]

    package init(_ selection: Selection) {
        deployers = selection.deployers
        networks = selection.networks
        statuses = selection.statuses.map(\.name)
        tokenTypes = selection.tokenTypes
    }

    package var value: JSONValue {
        .object(
            Dictionary(
                uniqueKeysWithValues: lists.map { ($0.name, JSONValue.array($0.values.map(JSONValue.string))) }))
    }

    /// Reads the member back; nil if it is not in form.
    package init?(_ value: JSONValue?) {
        guard let members = value?.members(["deployedBy", "network", "status", "tokenType"]),
            let deployers = members["deployedBy"]?.texts, let networks = members["network"]?.texts,
            let statuses = members["status"]?.texts, let tokenTypes = members["tokenType"]?.texts
        else { return nil }
        self.deployers = deployers
        self.networks = networks
        self.statuses = statuses
        self.tokenTypes = tokenTypes
    }

    /// Whether both have the same bytes: texts that differ only by Unicode normalisation are different filters.
    package static func == (left: BundleFilters, right: BundleFilters) -> Bool { left.value.bytes == right.value.bytes }

    /// Name and values of every filter, by name.
    package var lists: [(name: String, values: [String])] {
        [("deployedBy", deployers), ("network", networks), ("status", statuses), ("tokenType", tokenTypes)]
    }

    package var areEmpty: Bool { lists.allSatisfy(\.values.isEmpty) }

    /// Whether the filter that leaves records out at a destination of the reconciliation lets everything through.
    ///
    /// A destination to which no filter sends records is never filled by one.
    package func isEmpty(for destination: Selection.Destination) -> Bool {
        switch destination {
        case .leftOutByNetwork: networks.isEmpty
        case .leftOutByTokenType: tokenTypes.isEmpty
        case .leftOutByDeployer: deployers.isEmpty
        case .leftOutByStatus: statuses.isEmpty
        case .before, .after, .notAssignable, .superseded, .inBundle: true
        }
    }
}
