import AuditModel
import BundleFormat
import StrictJSON

/// `bundle.json` says what a bundle of this version may say, and agrees with itself.
struct DescriptionCheck {
    let bundle: UnverifiedBundle
    let description: JSONValue

    /// The members of every object whose members the format fixes.
    private static let members: [(path: [String], names: Set<String>)] = [
        (
            [],
            [
                "asOf", "basis", "command", "contentTree", "declared", "filters", "findings", "format", "key", "kind",
                "ledger", "name", "period", "reconciliation", "rulesDigest", "scope", "series", "sums", "tool",
            ]
        ),
        (["asOf"], ["source", "time"]), (["contentTree"], ["root", "size"]),
        (["filters"], ["deployedBy", "network", "status", "tokenType"]),
        (["findings"], ["byCode", "errors", "infos", "warnings"]), (["key"], ["algorithm", "fingerprint"]),
        (["tool"], ["name", "version"]), (["sums"], Set(IntakeSums.all.map(\.name))),
        (["reconciliation"], ["deploymentRecords", "transitions"]),
        (["reconciliation", "deploymentRecords"], placeNames), (["reconciliation", "transitions"], placeNames),
    ]
    private static let placeNames = Set(Selection.Destination.allCases.map(\.name) + ["accepted"])
    private static let asOfSources = ["option", "period-end", "SOURCE_DATE_EPOCH", "latest-record", "epoch"]
    private static let declarations: Set<String> = [
        "entity", "lei", "preparedBy", "requestRef", "sourceSystem", "uncovered",
    ]

    func add(to list: inout CheckList) {
        list.add("description", passed: "bundle.json in form", problems: form() + scope() + period() + texts())
    }

    private func form() -> [String] {
        var problems: [String] = []
        for (path, names) in Self.members {
            let value = path.reduce(Optional(description)) { $0?[$1] }
            if Set((value?.object ?? [:]).keys) != names {
                problems.append(
                    "\(path.isEmpty ? "bundle.json" : path.joined(separator: ".")) has other members than the format's")
            }
        }
        if description["format"]?.string != BundleDescription.format { problems.append("another format version") }
        if description["name"]?.string != bundle.name { problems.append("name is not that of the directory") }
        problems += kind()
        if Basis(rawValue: description["basis"]?.string ?? "") == nil {
            problems.append("basis is neither activity nor created")
        }
        return problems
    }

    /// Which of `ledger` and `series` are there, by kind.
    private func kind() -> [String] {
        guard let kind = description["kind"]?.string.flatMap(BundleKind.init) else { return ["an unknown kind"] }
        var problems: [String] = []
        let (ledger, series) = (description["ledger"] ?? .null, description["series"] ?? .null)
        if (ledger == .null) != (kind == .oneShot) || ledger != .null && LedgerPart(ledger) == nil {
            problems.append("ledger is not in the form of kind \(kind.rawValue)")
        }
        if (series == .null) != (kind != .sealed) || series != .null && SeriesPart(series) == nil {
            problems.append("series is not in the form of kind \(kind.rawValue)")
        }
        if kind == .sealed, description["period"] == .null { problems.append("sealed without a period") }
        return problems
    }

    private func scope() -> [String] {
        var problems: [String] = []
        let filters = description["filters"]?.object?.values.contains { !($0.array ?? []).isEmpty } ?? false
        let scope = description["scope"]?.string
        if scope != (filters ? "filtered" : "full") { problems.append("scope does not fit the filters") }
        if (scope == "filtered") != (bundle.name?.hasSuffix(BundleName.partialSuffix) ?? false) {
            problems.append("scope does not fit the name")
        }
        return problems
    }

    private func period() -> [String] {
        guard let period = description["period"], period != .null else { return [] }
        guard Set((period.object ?? [:]).keys) == ["from", "label", "to"], let from = time(period["from"]),
            let to = time(period["to"]), from < to
        else { return ["period is not two canonical times in order"] }
        guard let label = period["label"], label != .null else { return [] }
        let named = label.string.flatMap { Period(label: $0) }
        return named?.from == from && named?.to == to ? [] : ["period has the label of another one"]
    }

    private func texts() -> [String] {
        var problems: [String] = []
        if time(description["asOf"]?["time"]) == nil { problems.append("as-of is not a canonical time") }
        if !Self.asOfSources.contains(description["asOf"]?["source"]?.string ?? "") {
            problems.append("as-of has an unknown source")
        }
        if description["command"]?.array?.allSatisfy({ $0.string != nil }) != true {
            problems.append("command is not a list of texts")
        }
        let lists = (description["filters"]?.object ?? [:]).values
        if !lists.allSatisfy({ $0.array?.allSatisfy { $0.string != nil } ?? false }) {
            problems.append("a filter is not a list of texts")
        }
        let declared = description["declared"]?.object ?? [:]
        if !Set(declared.keys).isSubset(of: Self.declarations) || !declared.values.allSatisfy({ $0.string != nil }) {
            problems.append("declared has other members than the format's")
        }
        if description["tool"]?["name"]?.string != "cartulary" { problems.append("made by another tool") }
        return problems
    }

    /// A time in canonical text.
    private func time(_ value: JSONValue?) -> Timestamp? {
        guard let text = value?.string, let time = try? Timestamp.parse(text).time, time.text == text else {
            return nil
        }
        return time
    }
}
