import AuditModel
import BundleFormat
import Signing
import StrictJSON

/// Attacks by who holds the key and makes again what follows from the edit: files that contradict each other.
extension Attack {
    private static func onTrail(
        _ name: String, check: String = "histories", on base: Base = .small,
        edit: @escaping @Sendable (inout [String]) throws -> Void
    ) -> Attack {
        Attack(name, check: check, on: base) { bundle in
            var lines = try bundle.trailLines()
            let before = lines
            try edit(&lines)
            guard lines != before else { throw EditableBundle.Unexpected(what: "the place of \(name)") }
            try bundle.writeTrail(lines)
            try await bundle.rederive()
        }
    }

    private static func edit(
        _ name: String, _ path: String, check: String, on base: Base = .small, pairs: [(String, String)]
    ) -> Attack {
        Attack(name, check: check, on: base) { bundle in
            for (old, new) in pairs { try bundle.replace(old, by: new, in: path) }
            try await bundle.rederive()
        }
    }

    /// Records of others, and of after the period.
    static let onRecords: [Attack] = [
        onTrail("record count of more records than there are") {
            $0 = $0.map { $0.replacing("\"recordCount\":1,", with: "\"recordCount\":1001,") }
        },
        onTrail("record count of more records than the log has", on: .sealed) {
            $0 = $0.map { $0.replacing("\"recordCount\":1,", with: "\"recordCount\":8,") }
        },
        onTrail("record count without any record") {
            $0 = $0.map { $0.replacing(/"deployment":\{[^}]*\},/, with: "") }
        },
        onTrail("transition of another deployment") { lines in
            lines[0] = lines[0].replacing(
                "{\"deploymentId\":\"a\",\"id\":\"a1\"", with: "{\"deploymentId\":\"b\",\"id\":\"a1\"")
        },
        onTrail("deployment record of another deployment") { lines in
            lines[0] = lines[0].replacing(
                "\"deploymentId\":\"a\",\"network\"", with: "\"deploymentId\":\"b\",\"network\"")
        },
        onTrail("deployment said to be known of after the period alone", on: .sealed) { lines in
            lines = lines.map { line in
                guard line.contains("\"updatedAt\"") else { return line }
                return line.replacing(/"row":(\d+),/) { "\"row\":\($0.1),\"snapshotAfterPeriod\":true," }
            }
        },
        onTrail("the same, as if no record counted, with what it says", on: .sealed) { lines in
            lines = lines.map { line in
                guard line.contains("\"updatedAt\"") else { return line }
                return line.replacing(/"row":(\d+),/) { "\"row\":\($0.1),\"snapshotAfterPeriod\":true," }
                    .replacing("\"recordCount\":1", with: "\"recordCount\":0")
            }
        },
        onTrail("the same, with what cannot change alone", check: "sums", on: .sealed) { lines in
            lines = lines.map { line in
                guard line.contains("\"updatedAt\"") else { return line }
                return line.replacing(/"row":(\d+),/) { "\"row\":\($0.1),\"snapshotAfterPeriod\":true," }
                    .replacing("\"recordCount\":1", with: "\"recordCount\":0")
                    .replacing(/,"updatedAt":"[^"]*"/, with: "")
            }
        },
        onTrail("known of after the period alone without a period") { lines in
            lines[1] = lines[1].replacing("\"row\":1,", with: "\"row\":1,\"snapshotAfterPeriod\":true,")
        },
        onTrail("deployment record of after the period", on: .sealed) { lines in
            lines = lines.map { $0.replacing("\"updatedAt\":\"2026-02-04", with: "\"updatedAt\":\"2026-03-04") }
        },
        onTrail("disputed erased", check: "rejected") {
            $0[0] = $0[0].replacing("\"disputed\":true", with: "\"disputed\":false")
        },
        onTrail("disputed invented") { $0[1] = $0[1].replacing("\"disputed\":false", with: "\"disputed\":true") },
    ]

    private static let rejected = BundlePath.rejected
    private static let sha = "2561969ef0e66eb91c7d516472ff6d845c8ddb166150dee8bb6bf2e94385b859"

    /// Intake that contradicts itself, the trail or the sources.
    static let onIntakeRelations: [Attack] = [
        edit("raw of other bytes", rejected, check: "rejected", pairs: [("bm8gcmVjb3Jk", "bm8gcmVjb3Jl")]),
        edit("raw that is no base64", rejected, check: "rejected", pairs: [("bm8gcmVjb3Jk", "no record!")]),
        edit("raw of another length", rejected, check: "rejected", pairs: [("\"bytes\":9", "\"bytes\":8")]),
        edit("raw taken away", rejected, check: "rejected", pairs: [("\"raw\":\"bm8gcmVjb3Jk\",", "")]),
        edit(
            "sha256 of a rejected record changed", rejected, check: "rejected", pairs: [(sha, String(sha.reversed()))]),
        edit(
            "code that rejects nothing", rejected, check: "rejected", pairs: [("malformed-record", "duplicate-record")]),
        edit("another code", rejected, check: "rejected", pairs: [("malformed-record", "unknown-status")]),
        edit("another reason", rejected, check: "rejected", pairs: [("\"reason\":\"a", "\"reason\":\"b")]),
        edit(
            "source of a rejected record that there is not", rejected, check: "rejected",
            pairs: [("},\n{\"deploymentId\"", ",\n{\"deploymentId\""), ("\"source\":0,\n", "\"source\":9999},\n")]),
        edit("bare element", rejected, check: "rejected", pairs: [("[\n{", "[\n{},\n{")]),
        edit(
            "kept unlike the trail", rejected, check: "rejected",
            pairs: [("\"confirmedRound\":78", "\"confirmedRound\":79")]),
        Attack("kept equal to what contradicts", check: "rejected", on: .small) { bundle in
            let text = try bundle.text(rejected)
            let kept = try text.firstMatch(of: /"kept":(\{[^}]*\})/).unwrapped("kept").1
            bundle.write(text.replacing(/"content":\{[^}]*\}/, with: "\"content\":\(kept)"), to: rejected)
            try await bundle.rederive()
        },
        edit(
            "conflict of an unknown deployment", rejected, check: "rejected",
            pairs: [
                ("{\"deploymentId\":\"a\",\"kept\"", "{\"deploymentId\":\"q\",\"kept\"")
            ]),
        edit(
            "conflict of another transition", rejected, check: "rejected",
            pairs: [("\"transitionId\":\"a8\"", "\"transitionId\":\"a7\"")]),
        edit(
            "conflict that nothing contradicts", rejected, check: "rejected",
            pairs: [
                (
                    "{\"content\":{\"deploymentId\":\"a\",\"id\":\"a8\",\"status\":\"Completed\",\"timestamp\":\"2026-02-02T00:00:04.0000000Z\"},\"line\":9,\"offset\":1138,\"source\":0}",
                    ""
                )
            ]),
        Attack("rejected records behind the conflicts", check: "rejected", on: .small) { bundle in
            let lines = try bundle.lines(rejected)
            bundle.write("[\n\(lines[2]),\n\(lines[1].dropLast())\n]\n", to: rejected)
            try await bundle.rederive()
        },
        Attack("finding on a rejected record dropped", check: "rejected", on: .small) {
            try await drop("malformed-record", &$0)
        },
        edit(
            "source of columns that there is not, from a ledger", rejected, check: "rejected", on: .columns,
            pairs: [("\"source\":1}", "\"source\":2}")]),
        Attack("finding on columns dropped, from a ledger", check: "rejected", on: .columns) {
            try await drop("conflicting-deployment", &$0)
        },
        Attack("finding on a conflict dropped", check: "rejected", on: .small) {
            try await drop("conflicting-record", &$0)
        },
        Attack("rejected record withheld without a filter", check: "rejected", on: .small) { bundle in
            for (old, new) in [
                ("\"raw\":\"bm8gcmVjb3Jk\",", ""),
                ("\"reason\":\"", "\"reason\":\"\(Withheld.reason)\"}, {\"was\":\""),
            ] { try bundle.replace(old, by: new, in: rejected) }
            try bundle.replace(pattern: "\\}, \\{\"was\":\"[^\"]*\"", by: "", in: rejected)
            try await bundle.rederive()
        },
        Attack("rejected record longer than its source", check: "rejected", on: .small) { bundle in
            let raw = Base64.encode([UInt8](repeating: 0x78, count: 64 << 10))
            try bundle.replace("bm8gcmVjb3Jk", by: raw, in: rejected)
            try bundle.replace("\"bytes\":9,", by: "\"bytes\":1000000000,", in: rejected)
            try await bundle.rederive()
        },
        Attack("finding that says more are not listed, of fewer than 1,000", check: "findings", on: .small) { bundle in
            let lines = try bundle.lines(BundlePath.findings).dropFirst().dropLast().map {
                Array(($0.hasSuffix(",") ? String($0.dropLast()) : $0).utf8)
            }
            bundle.files[BundlePath.findings] = LineArray.file(
                lines.map { line in
                    guard let finding = FindingTable.decode(line), finding.code == .duplicateRecord else { return line }
                    var changed: [UInt8] = []
                    FindingTable.writeJSON(UnlistedFindings(count: 5).added(to: finding), into: &changed)
                    return changed
                })
            try await bundle.rederive()
        },
        Attack("last time of a source before its first time", check: "sources", on: .small) { bundle in
            try bundle.replace(
                pattern: "\"firstTime\":\"[^\"]*\"", by: "\"firstTime\":\"2099-01-01T00:00:00.0000000Z\"",
                in: BundlePath.sources)
            try await bundle.rederive()
        },
        edit(
            "finding of a member in which the records agree", BundlePath.findings, check: "rejected",
            on: .contradicting, pairs: [("the same network in", "the same tokenType in")]),
        edit(
            "finding of a member that the record does not have", BundlePath.findings, check: "rejected",
            on: .contradicting, pairs: [("the same network in", "the same deployedBy in")]),
        edit(
            "finding of a member that the columns do not have, from a ledger", BundlePath.findings, check: "rejected",
            on: .columns, pairs: [("the same network in", "the same tokenType in")]),
        Attack("contradicting records that agree", check: "rejected", on: .contradicting) { bundle in
            try bundle.replace(
                pattern: #"("content":\{[^}]*)"network":"[a-z]","#, by: "$1", in: rejected)
            try await bundle.rederive()
        },
        shape("paper"), shape(""), shape("records+csv"), shape("ndjson+ndjson"), shape("ndjson+"),
        shape("empty+ndjson"),
        shape("Records"), shape("records\\nvalid"),
        Attack("finding on a duplicate dropped", check: "rejected", on: .small) {
            try await drop("duplicate-record", &$0)
        },
        edit(
            "finding of a source that there is not", BundlePath.findings, check: "findings",
            pairs: [
                (
                    "\"offset\":1225,\"origin\":\"intake\",\"severity\":\"info\",\"source\":0",
                    "\"offset\":1225,\"origin\":\"intake\",\"severity\":\"info\",\"source\":77"
                )
            ]),
        edit(
            "finding behind the end of its source", BundlePath.findings, check: "findings",
            pairs: [
                ("\"offset\":1503", "\"offset\":99999")
            ]),
        edit("finding of another line", BundlePath.findings, check: "findings", pairs: [("\"line\":13", "\"line\":0")]),
        edit(
            "intake finding with a row", BundlePath.findings, check: "findings",
            pairs: [
                ("\"offset\":1225,\"origin\":\"intake\",", "\"offset\":1225,\"origin\":\"intake\",\"row\":0,")
            ]),
        edit(
            "intake finding made milder", BundlePath.findings, check: "findings",
            pairs: [
                (
                    "\"offset\":1503,\"origin\":\"intake\",\"severity\":\"error\"",
                    "\"offset\":1503,\"origin\":\"intake\",\"severity\":\"info\""
                )
            ]),
        Attack("digest of a source that is none", check: "sources", on: .small) { bundle in
            try bundle.replace(pattern: "\"sha256\":\"[0-9a-f]*\"", by: "\"sha256\":\"zz\"", in: BundlePath.sources)
            try await bundle.rederive()
        },
    ]

    private static func shape(_ text: String) -> Attack {
        Attack("shape of a source that is none: \(text)", check: "sources", on: .small) { bundle in
            try bundle.replace(pattern: "\"shape\":\"[^\"]*\"", by: "\"shape\":\"\(text)\"", in: BundlePath.sources)
            try await bundle.rederive()
        }
    }

    private static func drop(_ code: String, _ bundle: inout EditableBundle) async throws {
        let elements = try bundle.lines(BundlePath.findings).dropFirst().dropLast().map {
            Array(($0.hasSuffix(",") ? String($0.dropLast()) : $0).utf8)
        }
        let kept = elements.filter { !String(decoding: $0, as: UTF8.self).contains("\"code\":\"\(code)\"") }
        bundle.files[BundlePath.findings] = LineArray.file(kept)
        let severity = FindingCode(rawValue: code)?.severity == .info ? "infos" : "errors"
        try bundle.set(["findings", "byCode", code], to: nil)
        let count = try bundle.json(BundlePath.bundle)["findings"]?[severity]?.integer ?? 0
        try bundle.set(["findings", severity], to: .integer(count - 1))
        try await bundle.rederive()
    }

    private static func describe(
        _ name: String, check: String, on base: Base = .small, at names: [String], _ value: JSONValue?
    ) -> Attack {
        Attack(name, check: check, on: base) { bundle in
            try bundle.set(names, to: value)
            try await bundle.rederive()
        }
    }

    private static func command(_ words: String..., on base: Base = .small) -> Attack {
        describe("command \(words)", check: "command", on: base, at: ["command"], .array(words.map(JSONValue.string)))
    }

    /// `bundle.json` that says other things than the bundle, and texts that are more than one line.
    static let onDescription: [Attack] = [
        command(), command("export"), command("export", "--network", "n", "--as-of", "2026-03-01T00:00:00.0000000Z"),
        command("export", "--as-of", "2026-03-01T00:00:00.0000000Z", "--entity", "A Bank"),
        command("export", "--as-of", "2026-03-02T00:00:00.0000000Z"),
        describe(
            "command that kept digests alone", check: "rejected", at: ["command"],
            .array(
                ["export", "--as-of", "2026-03-01T00:00:00.0000000Z", "--rejected", "digest-only"].map(
                    JSONValue.string))),
        command("export", "--as-of", "2026-03-01T00:00:00.0000000Z", "--threshold", "success-rate=1"),
        command("export", "--as-of", "2026-03-01T00:00:00.0000000Z", "--nothing"),
        command("export", "--period", "2026-01", on: .sealed), command("export", "--basis", "created", on: .sealed),
        describe("basis changed", check: "command", on: .sealed, at: ["basis"], .string("created")),
        describe("as of 1970 with another time", check: "as-of", at: ["asOf", "source"], .string("epoch")),
        describe(
            "as of a period's end without a period", check: "as-of", at: ["asOf", "source"], .string("period-end")),
        describe(
            "as of the latest record with another time", check: "as-of", at: ["asOf", "source"],
            .string("latest-record")),
        describe(
            "as of another time than the period's end", check: "as-of", on: .sealed, at: ["asOf", "time"],
            .string("2026-03-02T00:00:00.0000000Z")),
        describe(
            "findings counted that are not listed", check: "findings", at: ["findings", "byCode", "duplicate-record"],
            .integer(2)),
        describe(
            "line break in the entity", check: "description", at: ["declared", "entity"],
            .string("A\nPayload-Oxum: 1.1")),
        describe(
            "line separator in the entity", check: "description", at: ["declared", "entity"], .string("A\u{2028}B")),
        describe(
            "escape in the preparer", check: "description", at: ["declared", "preparedBy"], .string("A\u{1B}[2K")),
        describe(
            "direction mark in the entity", check: "description", at: ["declared", "entity"], .string("A\u{202E}B")),
        describe("no LEI", check: "description", at: ["declared", "lei"], .string("12345678901234567890")),
        describe("line break in the version", check: "description", at: ["tool", "version"], .string("0.1.0\nX: y")),
        describe("no version", check: "description", at: ["tool", "version"], .string("")),
    ]

    private static func other(
        _ file: String, _ name: String, making make: @escaping @Sendable (EditableBundle) throws -> [UInt8]
    ) -> Attack {
        Attack("\(file): \(name)", check: "other-signatures", .none) { $0.files["signatures/\(file)"] = try make($0) }
    }

    private static let stamp = "tagmanifest-sha256.txt.sig.tsr"
    private static let signed: [UInt8] = [
        0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02, 0xA0, 0x04, 0x30, 0x02, 0x05, 0x00,
    ]

    /// Files in `signatures/` that are not what their names say.
    static let onOtherSignatures: [Attack] = [
        other("approval-1.sig", "7 bytes") { _ in Array("7 bytes".utf8) },
        other("approval-1.sig", "a program") { _ in Array("MZ".utf8) + [UInt8](repeating: 0, count: 100) },
        other("approval-1.sig", "empty") { _ in [] },
        other("approval-1.sig", "the bundle's own signature") { try $0.bytes(BundlePath.signature) },
        other("approval-1.sig", "not armored") { try Array($0.approval(by: TestKeys.other).dropFirst(30)) },
        other("approval-1.sig", "of another bundle") { _ in
            try SSHSignature(signing: [1], namespace: SignatureNames.approvalNamespace, with: TestKeys.other).armored
        },
        other("approval-1.sig", "with more behind it") { try $0.approval(by: TestKeys.other) + [0x0A] },
        other(stamp, "7 bytes") { _ in Array("7 bytes".utf8) },
        other(stamp, "a program") { _ in Array("MZ".utf8) },
        other(stamp, "of something else") { _ in [0x30, 0x18, 0x30, 0x03, 0x02, 0x01, 0x00, 0x30, 0x11] + signed },
        other("tagmanifest-sha256.txt.p7s", "text") { _ in Array("-----BEGIN PKCS7-----".utf8) },
        other("tagmanifest-sha256.txt.p7s", "more behind it") { _ in [0x30, 0x11] + signed + [0x00] },
    ]
}

extension Optional {
    /// The value; an error that says what was expected if there is none.
    fileprivate func unwrapped(_ what: String) throws -> Wrapped {
        guard let self else { throw EditableBundle.Unexpected(what: what) }
        return self
    }
}
