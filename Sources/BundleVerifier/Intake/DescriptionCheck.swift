import AuditModel
import BundleFormat

/// `bundle.json` is in form, and agrees with itself and with its directory.
struct DescriptionCheck {
    /// The bundle's directory; nil if there is no single one.
    let directory: String?
    let description: DescriptionClaims

    func add(to list: inout CheckList) {
        list.add(
            "description", passed: "bundle.json in form",
            problems: description.problems + names() + kind() + scope() + period())
    }

    private func names() -> [String] {
        var problems: [String] = []
        if let name = description.name.value, name != directory {
            problems.append("name is not that of the directory")
        }
        if let tool = description.tool.value, tool.name != "cartulary" { problems.append("made by another tool") }
        return problems
    }

    /// Which of `ledger`, `series` and `period` are there, by kind.
    private func kind() -> [String] {
        guard let kind = description.kind.value else { return [] }
        var problems: [String] = []
        if let ledger = description.ledger.value, (ledger == nil) != (kind == .oneShot) {
            problems.append("ledger is not in the form of kind \(kind.rawValue)")
        }
        if let series = description.series.value, (series == nil) != (kind != .sealed) {
            problems.append("series is not in the form of kind \(kind.rawValue)")
        }
        if kind == .sealed, let period = description.period.value, period == nil {
            problems.append("sealed without a period")
        }
        return problems
    }

    private func scope() -> [String] {
        guard let isFiltered = description.isFiltered.value else { return [] }
        var problems: [String] = []
        if let filters = description.filters.value, isFiltered == filters.areEmpty {
            problems.append("scope does not fit the filters")
        }
        if let filters = description.filters.value, description.kind.value == .sealed, !filters.selection.isOfSeries {
            problems.append("sealed with a filter that no series can have")
        }
        if isFiltered != (directory?.hasSuffix(BundleName.partialSuffix) ?? false) {
            problems.append("scope does not fit the name")
        }
        return problems
    }

    private func period() -> [String] {
        guard case .success(let period?) = description.period, let label = period.label else { return [] }
        let named = Period(label: label)
        return named?.from == period.from && named?.to == period.to ? [] : ["period has the label of another one"]
    }
}
