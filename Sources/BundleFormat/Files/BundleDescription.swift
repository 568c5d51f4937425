package import AuditModel
package import StrictJSON

/// What a bundle is: `bundle.json` (docs/bundle-format.md, 7).
package struct BundleDescription: Sendable {
    package static let format = "cartulary-audit-bundle/1"
    package static let predicateType = "https://cartulary.dev/audit-bundle/v1"

    package let name: String
    /// The log that the bundle was drawn from; nil when one-shot.
    package let ledger: LedgerPart?
    /// The position in a series; nil unless sealed.
    package let series: SeriesPart?
    package let selection: Selection
    package let asOf: Timestamp
    /// `option`, `period-end`, `SOURCE_DATE_EPOCH`, `latest-record`, `clock` or `epoch`.
    package let asOfSource: String
    package let command: [String]
    /// What the preparer declares, by member name.
    package let declared: [String: String]
    package let toolVersion: String
    package let keyAlgorithm: String
    package let keyFingerprint: String
    package let rootHexadecimal: String
    package let deployments: Int
    package let sums: IntakeSums
    package let reconciliation: Reconciliation
    package let findings: [FindingCount]
    /// SHA-256 of `rules.json`, in hexadecimal.
    package let rulesDigest: String
    /// The name of the version that its pages and texts are made by; one of a newer program may be unknown here.
    package var rendering = RenderingVersion.current.rawValue

    package init(
        name: String, ledger: LedgerPart?, series: SeriesPart?, selection: Selection, asOf: Timestamp,
        asOfSource: String, command: [String], declared: [String: String], toolVersion: String, keyAlgorithm: String,
        keyFingerprint: String, rootHexadecimal: String, deployments: Int, sums: IntakeSums,
        reconciliation: Reconciliation, findings: [FindingCount], rulesDigest: String
    ) {
        self.name = name
        self.ledger = ledger
        self.series = series
        self.selection = selection
        self.asOf = asOf
        self.asOfSource = asOfSource
        self.command = command
        self.declared = declared
        self.toolVersion = toolVersion
        self.keyAlgorithm = keyAlgorithm
        self.keyFingerprint = keyFingerprint
        self.rootHexadecimal = rootHexadecimal
        self.deployments = deployments
        self.sums = sums
        self.reconciliation = reconciliation
        self.findings = findings
        self.rulesDigest = rulesDigest
    }

    /// The findings of one code and severity.
    package struct FindingCount: Sendable, Equatable {
        package var code: FindingCode
        package var severity: Severity
        package var count: Int

        package init(code: FindingCode, severity: Severity, count: Int) {
            self.code = code
            self.severity = severity
            self.count = count
        }
    }

    package var kind: BundleKind { series != nil ? .sealed : ledger != nil ? .response : .oneShot }

    package var scope: String { selection.isFiltered ? "filtered" : "full" }

    /// `bundle.json` as a value.
    package var value: JSONValue {
        .object([
            "asOf": .object(["source": .string(asOfSource), "time": .string(asOf.text)]),
            "basis": .string(selection.basis.rawValue), "command": .array(command.map(JSONValue.string)),
            "contentTree": .object(["root": .string(rootHexadecimal), "size": .integer(Int64(deployments))]),
            "declared": .object(declared.mapValues(JSONValue.string)), "filters": BundleFilters(selection).value,
            "findings": findingCounts,
            "format": .string(Self.format),
            "key": .object(["algorithm": .string(keyAlgorithm), "fingerprint": .string(keyFingerprint)]),
            "kind": .string(kind.rawValue), "ledger": ledger?.value ?? .null, "name": .string(name), "period": period,
            "reconciliation": IntakeFiles.reconciliation(reconciliation), "rendering": .string(rendering),
            "rulesDigest": .string(rulesDigest),
            "scope": .string(scope), "series": series?.value ?? .null, "sums": IntakeFiles.sums(sums),
            "tool": .object(["name": .string("cartulary"), "version": .string(toolVersion)]),
        ])
    }

    private var period: JSONValue {
        guard let period = selection.period else { return .null }
        return .object([
            "from": .string(period.from.text), "label": period.label.map(JSONValue.string) ?? .null,
            "to": .string(period.to.text),
        ])
    }

    private var findingCounts: JSONValue {
        var byCode: [String: Int64] = [:]
        for finding in findings { byCode[finding.code.rawValue, default: 0] += Int64(finding.count) }
        func total(_ severity: Severity) -> JSONValue {
            .integer(Int64(findings.filter { $0.severity == severity }.map(\.count).reduce(0, +)))
        }
        return .object([
            "byCode": .object(byCode.mapValues(JSONValue.integer)), "errors": total(.error), "infos": total(.info),
            "warnings": total(.warning),
        ])
    }

    /// The members that the in-toto predicate repeats.
    package static let predicateMembers = [
        "contentTree", "format", "key", "kind", "ledger", "name", "period", "reconciliation", "rulesDigest", "scope",
        "series",
        "sums",
    ]

    /// The in-toto Statement v1 about an anchor of that SHA-256, with the members of `bundle.json`.
    package static func statement(anchorSHA256: String, bundle: JSONValue) -> [UInt8] {
        var predicate: [String: JSONValue] = [:]
        for member in predicateMembers { predicate[member] = bundle[member] ?? .null }
        let subject = JSONValue.object([
            "digest": .object(["sha256": .string(anchorSHA256)]), "name": .string(BundlePath.tagManifest),
        ])
        return JSONValue.object([
            "_type": .string("https://in-toto.io/Statement/v1"), "predicate": .object(predicate),
            "predicateType": .string(predicateType), "subject": .array([subject]),
        ]).bytes
    }
}

// MARK: - Reading

/// What `bundle.json` claims: every member read once into a bounded type (docs/bundle-format.md, 7).
///
/// ``BundleDescription`` writes what is read here. A member that is not in form is a problem of its own, so that what
/// does not depend on it can still be checked.
package struct DescriptionClaims: Sendable {
    /// The as-of time and where it comes from.
    package struct AsOf: Sendable {
        package var time: Timestamp
        package var source: String
    }

    /// Root in hexadecimal, and number of leaves.
    package struct ContentTree: Sendable {
        package var root: String
        package var size: Int
    }

    /// Findings by code, and by severity.
    package struct Findings: Sendable {
        package var byCode: [FindingCode: Int]
        package var errors: Int
        package var warnings: Int
        package var infos: Int

        package func count(_ severity: Severity) -> Int {
            switch severity {
            case .error: errors
            case .warning: warnings
            case .info: infos
            }
        }
    }

    /// The key that is said to have signed.
    package struct Key: Sendable {
        package var algorithm: String
        package var fingerprint: String
    }

    package struct Tool: Sendable {
        package var name: String
        package var version: String
    }

    package let name: Claim<String>
    package let kind: Claim<BundleKind>
    package let basis: Claim<Basis>
    package let isFiltered: Claim<Bool>
    package let filters: Claim<BundleFilters>
    /// nil if the bundle is of no period.
    package let period: Claim<Period?>
    package let asOf: Claim<AsOf>
    package let contentTree: Claim<ContentTree>
    package let sums: Claim<IntakeSums>
    package let reconciliation: Claim<ReconciliationClaims>
    package let findings: Claim<Findings>
    package let key: Claim<Key>
    package let ledger: Claim<LedgerPart?>
    package let series: Claim<SeriesPart?>
    package let declared: Claim<[String: String]>
    package let command: Claim<[String]>
    package let tool: Claim<Tool>
    package let rulesDigest: Claim<String>
    package let rendering: Claim<String>
    /// Every member that is not in form, and what was expected of it.
    package let problems: [String]
    /// Whether the file is the canonical form of what it says.
    package let isCanonical: Bool
    /// As it stands, for the statement that repeats members of it.
    private let value: JSONValue

    /// Decodes the file; a failure if it is no JSON object.
    package static func decode(_ bytes: [UInt8]) -> Claim<DescriptionClaims> {
        FormProblem.claim(bytes, of: BundlePath.bundle) { value in
            guard value.object != nil else {
                return .failure(FormProblem(.unreadable, "\(BundlePath.bundle) is no JSON object"))
            }
            return .success(DescriptionClaims(value, isCanonical: value.file == bytes))
        }
    }

    private init(_ value: JSONValue, isCanonical: Bool) {
        var form = FormReader(value)
        form.requireMembers(Self.names)
        form.requireFormat()
        name = form.read("name", "a text") { $0.string }
        kind = form.read("kind", "one-shot, sealed or response") { $0.string.flatMap(BundleKind.init) }
        basis = form.read("basis", "activity or created") { $0.string.flatMap(Basis.init) }
        isFiltered = form.read("scope", "full or filtered", by: Self.isFiltered)
        filters = form.read("filters", "a list of texts for each filter of the format") { BundleFilters(ofBundle: $0) }
        period = form.readNullable(
            "period", "null, or from and to in order, canonical times, and label", by: Self.period)
        asOf = form.read("asOf", "a canonical time, and a source of the format", by: AsOf.init)
        contentTree = form.read("contentTree", "root and size", by: ContentTree.init)
        sums = form.read("sums", "a count for each of the format's sums", by: IntakeFiles.sums)
        reconciliation = form.read(
            "reconciliation", "deploymentRecords and transitions, each a count for each place",
            by: ReconciliationClaims.init)
        findings = form.read("findings", "counts by code and by severity", by: Findings.init)
        key = form.read("key", "algorithm and fingerprint", by: Key.init)
        ledger = form.readNullable("ledger", "null, or the members of a ledger", by: LedgerPart.init)
        series = form.readNullable("series", "null, or the members of a series", by: SeriesPart.init)
        declared = form.read("declared", "texts of one line that the format allows, under its names", by: Self.declared)
        tool = form.read("tool", "name and version, of one line", by: Tool.init)
        rulesDigest = form.read("rulesDigest", "a SHA-256 in hexadecimal") { $0.digest }
        rendering = form.read("rendering", "cartulary-rendering/ and a number") {
            $0.string.flatMap { RenderingVersion.isName($0) ? $0 : nil }
        }
        command = form.read("command", "a list of texts") { $0.texts }
        problems = form.problems
        self.isCanonical = isCanonical
        self.value = value
    }

    /// The description with these claims, and with what was computed from the records.
    ///
    /// - Throws: the problem of the first claim that is not in form.
    package func description(
        _ findings: [BundleDescription.FindingCount], root: String, deployments: Int
    ) throws(FormProblem) -> BundleDescription {
        var selection = try filters.get().selection
        selection.period = try period.get()
        selection.basis = try basis.get()
        var description = BundleDescription(
            name: try name.get(), ledger: try ledger.get(), series: try series.get(), selection: selection,
            asOf: try asOf.get().time, asOfSource: try asOf.get().source, command: try command.get(),
            declared: try declared.get(), toolVersion: try tool.get().version, keyAlgorithm: try key.get().algorithm,
            keyFingerprint: try key.get().fingerprint, rootHexadecimal: root, deployments: deployments,
            sums: try sums.get(), reconciliation: try reconciliation.get().reconciliation, findings: findings,
            rulesDigest: try rulesDigest.get())
        description.rendering = try rendering.get()
        return description
    }

    /// The version by which pages and texts can be made again.
    ///
    /// - Throws: the problem of the claim, or that no such version is known here.
    package func knownRendering() throws(FormProblem) -> RenderingVersion {
        let name = try rendering.get()
        guard let version = RenderingVersion(rawValue: name) else {
            throw FormProblem(
                .unreadable, "made with \(name), which this version does not know: verify it with a newer one")
        }
        return version
    }

    /// The statement that a bundle with this description and that anchor has to have.
    package func statement(anchorSHA256: String) -> [UInt8] {
        BundleDescription.statement(anchorSHA256: anchorSHA256, bundle: value)
    }
}

// MARK: - Members

extension DescriptionClaims {
    private static let names: Set<String> = [
        "asOf", "basis", "command", "contentTree", "declared", "filters", "findings", "format", "key", "kind", "ledger",
        "name", "period", "reconciliation", "rendering", "rulesDigest", "scope", "series", "sums", "tool",
    ]
    private static let declarations: Set<String> = [
        "entity", "lei", "preparedBy", "requestRef", "sourceSystem", "uncovered",
    ]

    private static func isFiltered(_ value: JSONValue) -> Bool? {
        switch value.string {
        case "full": false
        case "filtered": true
        default: nil
        }
    }

    private static func period(_ value: JSONValue) -> Period? {
        guard let members = value.members(["from", "label", "to"]), let from = members["from"]?.canonicalTime,
            let to = members["to"]?.canonicalTime, from < to
        else { return nil }
        guard members["label"] != .null else { return Period(from: from, to: to) }
        return members["label"]?.string.map { Period(from: from, to: to, label: $0) }
    }

    private static func declared(_ value: JSONValue) -> [String: String]? {
        guard let members = value.object, Set(members.keys).isSubset(of: declarations) else { return nil }
        let texts = members.compactMapValues(\.string)
        guard texts.allSatisfy({ Declared.problem($0.key, $0.value) == nil }) else { return nil }
        return texts.count == members.count ? texts : nil
    }
}

extension DescriptionClaims.AsOf {
    private static let sources = ["option", "period-end", "SOURCE_DATE_EPOCH", "latest-record", "clock", "epoch"]

    fileprivate init?(_ value: JSONValue) {
        guard let members = value.members(["source", "time"]), let time = members["time"]?.canonicalTime,
            let source = members["source"]?.string, Self.sources.contains(source)
        else { return nil }
        self.init(time: time, source: source)
    }
}

extension DescriptionClaims.ContentTree {
    fileprivate init?(_ value: JSONValue) {
        guard let members = value.members(["root", "size"]), let root = members["root"]?.digest,
            let size = members["size"]?.count
        else { return nil }
        self.init(root: root, size: size)
    }
}

extension DescriptionClaims.Findings {
    fileprivate init?(_ value: JSONValue) {
        guard let members = value.members(["byCode", "errors", "infos", "warnings"]),
            let codes = members["byCode"]?.object, let errors = members["errors"]?.count,
            let warnings = members["warnings"]?.count, let infos = members["infos"]?.count
        else { return nil }
        var byCode: [FindingCode: Int] = [:]
        for (name, number) in codes {
            guard let code = FindingCode(rawValue: name), let count = number.count else { return nil }
            byCode[code] = count
        }
        self.init(byCode: byCode, errors: errors, warnings: warnings, infos: infos)
    }
}

extension DescriptionClaims.Key {
    fileprivate init?(_ value: JSONValue) {
        guard let members = value.members(["algorithm", "fingerprint"]), let algorithm = members["algorithm"]?.string,
            let fingerprint = members["fingerprint"]?.string
        else { return nil }
        self.init(algorithm: algorithm, fingerprint: fingerprint)
    }
}

extension DescriptionClaims.Tool {
    fileprivate init?(_ value: JSONValue) {
        guard let members = value.members(["name", "version"]), let name = members["name"]?.string,
            let version = members["version"]?.string, !version.isEmpty, PlainLine.isPlain(version)
        else { return nil }
        self.init(name: name, version: version)
    }
}

/// Reads the members of `bundle.json`, each once, and collects what is not in form.
private struct FormReader {
    let value: JSONValue
    private(set) var problems: [String] = []

    init(_ value: JSONValue) { self.value = value }

    mutating func read<Value>(
        _ name: String, _ expected: String, by decode: (JSONValue) -> Value?
    ) -> Claim<Value> {
        if let value = value[name].flatMap(decode) { return .success(value) }
        let problem = "\(name): expected \(expected)"
        problems.append(problem)
        return .failure(FormProblem(.malformed, "\(BundlePath.bundle): \(problem)"))
    }

    mutating func readNullable<Value>(
        _ name: String, _ expected: String, by decode: (JSONValue) -> Value?
    ) -> Claim<Value?> {
        if value[name] == .null { return .success(nil) }
        return read(name, expected, by: decode).map { $0 }
    }

    mutating func requireMembers(_ names: Set<String>) {
        let found = Set((value.object ?? [:]).keys)
        let missing = names.subtracting(found).sorted()
        let more = found.subtracting(names).sorted()
        if !more.isEmpty { problems.append("members that the format does not have: \(more.joined(separator: ", "))") }
        if !missing.isEmpty { problems.append("members missing: \(missing.joined(separator: ", "))") }
    }

    mutating func requireFormat() {
        guard value["format"]?.string != BundleDescription.format else { return }
        problems.append("format: expected \(BundleDescription.format)")
    }
}
