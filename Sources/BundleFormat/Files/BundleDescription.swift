package import AuditModel
package import StrictJSON

/// What a bundle is: `bundle.json` (docs/bundle-format.md, 7).
package struct BundleDescription: Sendable {
    package static let format = "cartulary-audit-bundle/1"
    package static let predicateType = "https://cartulary.dev/audit-bundle/v1"

    package let name: String
    /// The log that the bundle was drawn from; nil when one-shot.
    package let ledger: LedgerPart?
    /// The place in a series; nil unless sealed.
    package let series: SeriesPart?
    package let selection: Selection
    package let asOf: Timestamp
    /// `option`, `period-end`, `SOURCE_DATE_EPOCH`, `latest-record` or `epoch`.
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
            "declared": .object(declared.mapValues(JSONValue.string)), "filters": Self.filters(selection),
            "findings": findingCounts,
            "format": .string(Self.format),
            "key": .object(["algorithm": .string(keyAlgorithm), "fingerprint": .string(keyFingerprint)]),
            "kind": .string(kind.rawValue), "ledger": ledger?.value ?? .null, "name": .string(name), "period": period,
            "reconciliation": IntakeFiles.reconciliation(reconciliation), "rulesDigest": .string(rulesDigest),
            "scope": .string(scope), "series": series?.value ?? .null, "sums": IntakeFiles.sums(sums),
            "tool": .object(["name": .string("cartulary"), "version": .string(toolVersion)]),
        ])
    }

    package static func filters(_ selection: Selection) -> JSONValue {
        func list(_ values: [String]) -> JSONValue { .array(values.map(JSONValue.string)) }
        return .object([
            "deployedBy": list(selection.deployers), "network": list(selection.networks),
            "status": list(selection.statuses.map(\.name)), "tokenType": list(selection.tokenTypes),
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
