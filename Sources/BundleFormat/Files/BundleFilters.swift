package import AuditModel
package import StrictJSON

/// What the filters of a bundle let through; an empty list is no filter.
package struct BundleFilters: Sendable, Equatable {
    /// The filters, in the form of a selection without a period.
    package let selection: Selection

    package init(_ selection: Selection) {
        var filters = selection
        filters.period = nil
        filters.basis = .activity
        self.selection = filters
    }

    /// The member `filters` of `bundle.json`: every filter.
    package var value: JSONValue { value(of: SelectionFilter.all) }

    /// The same in the files and the name of a series: the filters that a series can have.
    package var seriesValue: JSONValue { value(of: SelectionFilter.all.filter(\.isOfSeries)) }

    private func value(of filters: [SelectionFilter]) -> JSONValue {
        .object(
            Dictionary(
                uniqueKeysWithValues: filters.map { ($0.rawValue, .array(selection[$0].map(JSONValue.string))) }))
    }

    /// Reads the member of `bundle.json` back; nil if it is not in form.
    package init?(ofBundle value: JSONValue?) { self.init(value, SelectionFilter.all) }

    /// Reads the filters of a series back; nil if they are not in form.
    package init?(ofSeries value: JSONValue?) { self.init(value, SelectionFilter.all.filter(\.isOfSeries)) }

    private init?(_ value: JSONValue?, _ filters: [SelectionFilter]) {
        guard let members = value?.members(Set(filters.map(\.rawValue))) else { return nil }
        var selection = Selection()
        for filter in filters {
            guard let values = members[filter.rawValue]?.texts, selection.set(filter, to: values) else { return nil }
        }
        self.selection = selection
    }

    /// Whether both have the same bytes: texts that differ only by Unicode normalisation are different filters.
    package static func == (left: BundleFilters, right: BundleFilters) -> Bool { left.value.bytes == right.value.bytes }

    /// Name and values of every filter, by name.
    package var lists: [(name: String, values: [String])] {
        SelectionFilter.all.map { ($0.rawValue, selection[$0]) }.sorted { $0.0 < $1.0 }
    }

    package var areEmpty: Bool { !selection.isFiltered }

    /// Whether the filter that leaves records out at a destination of the reconciliation lets everything through.
    ///
    /// A destination to which no filter sends records is never filled by one.
    package func isEmpty(for destination: Selection.Destination) -> Bool {
        SelectionFilter(destination).map { selection[$0].isEmpty } ?? true
    }
}

extension Selection {
    /// Sets the values of a filter; false if one of them is no state.
    fileprivate mutating func set(_ filter: SelectionFilter, to values: [String]) -> Bool {
        switch filter {
        case .network: networks = values
        case .tokenType: tokenTypes = values
        case .deployedBy: deployers = values
        case .deploymentId: deployments = values
        case .assetIdentifier: assets = values
        case .transactionHash: transactions = values
        case .token: tokens = values
        case .status:
            statuses = values.compactMap { DeploymentStatus(name: $0) }
            return statuses.count == values.count
        }
        return true
    }
}
