import AuditModel
import BundleFormat
import BundleVerifier
import MerkleTree
import StrictJSON
import Testing

extension EditableBundle {
    /// Changes every entry of a kind that is no record.
    mutating func changeEntries(_ type: String, _ change: (inout [String: JSONValue]) -> Void) throws {
        try relog { rows in
            var count = 0
            for place in rows.indices {
                guard case .other(let body) = rows[place].entry, var members = try JSONValue(parsing: body).object,
                    members["type"] == .string(type)
                else { continue }
                change(&members)
                rows[place].entry = .other(JSONValue.object(members).bytes)
                count += 1
            }
            if count == 0 { throw Unexpected(what: type) }
        }
    }

    /// Changes the last entry of a kind that is no record.
    mutating func changeLastEntry(_ type: String, _ change: (inout [String: JSONValue]) -> Void) throws {
        var count = 0
        try changeEntries(type) { _ in count += 1 }
        try changeEntries(type) { members in
            count -= 1
            if count == 0 { change(&members) }
        }
    }

    /// Changes the first declared break of `bundle.json`.
    fileprivate mutating func changeBreak(_ name: String, to value: String) throws {
        guard var first = try json(BundlePath.bundle)["ledger"]?["breaks"]?.array?.first?.object else {
            throw Unexpected(what: "a break")
        }
        first[name] = .string(value)
        try set(["ledger", "breaks"], to: .array([.object(first)]))
    }

    /// Settles numbers in quarantine by a decision, in a run of its own, that keeps the record of deployment `d`.
    mutating func decide(_ numbers: [Int64], onceMore: Bool = false) throws {
        let conflict = try lines(BundlePath.rejected).first { $0.contains("\"conflict\"") } ?? ""
        let element = try JSONValue(
            parsing: Array((conflict.hasSuffix(",") ? String(conflict.dropLast()) : conflict).utf8))
        let kept = ContentDigest.hexadecimal(of: element["kept"]?.bytes ?? [])
        let nothing = JSONValue.string(ContentDigest.hexadecimal(of: []))
        try relog { rows in
            for _ in 0..<(onceMore ? 2 : 1) {
                guard let last = rows.last, case .other(let body) = last.entry,
                    var run = try JSONValue(parsing: body).object
                else { throw Unexpected(what: "the end of a run") }
                let decision: [String: JSONValue] = [
                    "accepted": .string(kept), "by": .string("O. Operator"), "deploymentId": .string("d"),
                    "reason": .string("right"), "received": run["received"] ?? .null, "replaces": .array([]),
                    "settles": .array(numbers.map(JSONValue.integer)), "type": .string("decision"),
                ]
                run["run"] = .integer((run["run"]?.integer ?? 0) + 1)
                for name in ["source", "finding", "quarantine"] { run[name] = nothing }
                for entry in [decision, run] {
                    rows.append(
                        LogRow(
                            index: last.index + 1, leaf: last.leaf, entry: .other(JSONValue.object(entry).bytes),
                            destination: nil, row: nil))
                }
            }
        }
    }

    /// Makes the correction of deployment `z` one of a line that stood before, as its records give it, and changes that line.
    mutating func correctZ(_ change: (String) -> String) throws {
        write("[\n]\n", to: BundlePath.corrections)
        try addCorrection { line in
            let before = line.replacing("\"disputed\":false", with: "\"disputed\":true")
            return (line, change(before))
        }
    }
}

extension Attack {
    /// What a signer, who has the key and signs everything again, may try with what the log says of runs, seals and decisions, with
    /// the forms of what is given, and with what stood before.
    static let onStatements: [Attack] = onSeals + onRuns + onForms + onBefore

    private static let onSeals: [Attack] = [
        Attack("a seal of another series with another size", check: "log", on: .second) {
            try $0.changeEntry("seal") { $0["size"] = .integer(($0["size"]?.integer ?? 0) - 1) }
        },
        Attack("a seal of another series under another name", check: "log", on: .second) {
            try $0.changeEntry("seal") { $0["name"] = .string("audit-2025-12") }
        },
        Attack("a seal of another series with another period", check: "log", on: .second) {
            try $0.changeEntry("seal") { $0["from"] = .string("2025-01-01T00:00:00.0000000Z") }
        },
        Attack("a revision under the name of what it corrects", check: "log", on: .second) {
            try $0.changeEntry("seal") { $0["revision"] = .integer(1) }
        },
        Attack("a seal of another series at another position", check: "log", on: .second) {
            try $0.changeEntry("seal") { $0["sequence"] = .integer(2) }
        },
        Attack("a second seal of a position of another series", check: "log", on: .second) { bundle in
            var first: [String: JSONValue] = [:]
            try bundle.changeEntry("seal") { first = $0 }
            try bundle.changeLastEntry("seal") { last in
                for name in ["sequence", "revision", "from", "to", "name"] { last[name] = first[name] }
            }
        },
        Attack("a seal of a series that is none", check: "log", on: .second) {
            try $0.changeEntry("seal") { $0["series"] = .string("the auditor's") }
        },
    ]

    private static let onRuns: [Attack] = [
        Attack("bytes of a rejected record taken away, which its run kept", check: "rejected", on: .revised) {
            try $0.replace(pattern: "\"raw\":\"[^\"]*\",", by: "", in: BundlePath.rejected)
        },
        Attack("runs said to keep digests alone, and bytes shown", check: "rejected", on: .revised) {
            try $0.changeEntries("run") { $0["rejected"] = .string("digest-only") }
        },
        Attack("nothing in quarantine, though a record was rejected", check: "rejected", on: .revised) {
            try $0.changeEntries("run") { $0["quarantine"] = .string(ContentDigest.hexadecimal(of: [])) }
        },
        Attack("something in quarantine, though no record was rejected", check: "rejected", on: .first) {
            try $0.changeEntries("run") { $0["quarantine"] = .string(MerkleHash.leaf([]).hexadecimal) }
        },
        Attack("a run that binds no tables", check: "log", on: .first) {
            try $0.changeEntries("run") { $0["tables"] = nil }
        },
        Attack("a run that binds other tables", check: "log", on: .first) {
            try $0.changeEntries("run") {
                $0["tables"] = .object(["anything": .string(MerkleHash.emptyRoot.hexadecimal)])
            }
        },
        Attack("a decision on a number that nothing has", check: "rejected", on: .columns) {
            try $0.decide([999_999])
        },
        Attack("a decision on more than one record's contradictions", check: "rejected", on: .columns) {
            try $0.decide([1, 2])
        },
        Attack("a decision on one number twice", check: "log", on: .columns) { try $0.decide([1, 1]) },
        Attack("two decisions on one number", check: "log", on: .columns) { try $0.decide([1], onceMore: true) },
    ]

    private static let onForms: [Attack] = [
        Attack("a checkpoint that somebody else signs, too", check: "checkpoint", on: .first) { bundle in
            let note = try bundle.json(BundlePath.bundle)["ledger"]?["checkpoint"]?.string ?? ""
            let witness = "\u{2014} witness.example/confirmed-by-the-auditor AAAAAAAA\n"
            try bundle.set(["ledger", "checkpoint"], to: .string(note + witness))
        },
        Attack("a digest of a position that is none", check: "description", on: .revised) {
            try $0.set(["series", "supersedes", "digest"], to: .string("see archive"))
        },
        Attack("a digest of a listed position that is none", check: "series", on: .sealed) { bundle in
            let first = try bundle.json(BundlePath.series)["places"]?.array?.first?["digest"]?.string ?? ""
            try bundle.replace(first, by: "see archive", in: BundlePath.series)
        },
        Attack("a listed position under another name", check: "series", on: .sealed) {
            try $0.replace("\"name\":\"audit-2026-01\"", by: "\"name\":\"audit-2025-12\"", in: BundlePath.series)
        },
        Attack("a proof that is not of digests", check: "description", on: .sealed) {
            try $0.set(["series", "log", "proof"], to: .array([.string("none")]))
        },
        Attack("a root of the log that is none", check: "description", on: .response) {
            try $0.set(["ledger", "root"], to: .string("see archive"))
        },
        Attack("a break of a log without a root", check: "description", on: .response) {
            try $0.changeBreak("root", to: "0 (nothing was lost)")
        },
        Attack("a break that was declared never", check: "description", on: .response) {
            try $0.changeBreak("received", to: "never")
        },
        Attack("a break of a log without a name", check: "description", on: .response) {
            try $0.changeBreak("origin", to: "")
        },
        Attack("a break that nobody declared", check: "description", on: .response) {
            try $0.changeBreak("by", to: "")
        },
        Attack("a break with a direction mark", check: "description", on: .response) {
            try $0.changeBreak("by", to: "x\u{202E}evil")
        },
        Attack("a break with a line break", check: "description", on: .response) {
            try $0.changeBreak("reason", to: "x\nSeal: intact: valid")
        },
        Attack("a break with a reason beyond all measure", check: "description", on: .response) {
            try $0.changeBreak("reason", to: String(repeating: "A", count: 1001))
        },
        Attack("a break that was declared behind what it comes before", check: "log", on: .later) {
            try $0.changeBreak("received", to: "2031-01-01T00:00:00.0000000Z")
        },
    ]

    private static let onBefore: [Attack] = [
        Attack("a dispute that a correction ends, and no decision", check: "corrections", on: .revised) {
            try $0.correctZ { $0 }
            try await $0.rederive()
        },
        Attack("what stood before with a member of its own", check: "corrections", on: .revised) {
            try $0.correctZ {
                $0.replacing("\"transitions\":", with: "\"signedOffBy\":\"the auditor\",\"transitions\":")
            }
        },
        Attack("what stood before in another row", check: "corrections", on: .revised) {
            try $0.correctZ { $0.replacing(/"row":\d+/, with: "\"row\":99999") }
        },
        Attack("what stood before outside the period", check: "corrections", on: .revised) {
            try $0.correctZ { $0.replacing("\"inPeriod\":true", with: "\"inPeriod\":false") }
        },
        Attack("what stood before without its records", check: "corrections", on: .revised) {
            try $0.correctZ { _ in "{\"deploymentId\":\"z\",\"row\":1}" }
        },
    ]
}

@Suite("attacks on what logs say and on forms")
struct StatementAttackTests {
    @Test("is caught, though it is signed again", arguments: Attack.onStatements)
    func attacks(_ attack: Attack) async throws {
        let report = try await attack.run()
        #expect(report.verdict == attack.verdict, "\(attack.name): \(report.faults)")
        #expect(report.failures.contains(attack.check), "\(attack.name) fails \(report.failures)\n\(report.faults)")
    }

    @Test("the bundles are valid before they are attacked")
    func good() async throws {
        let across = try await AcrossBundles.honest.value
        for bundle in [across.second, across.late, across.sealed[2]] {
            let report = try await verify(bundle.archive, fileName: "\(bundle.name).zip")
            #expect(report.verdict == .valid, "\(bundle.name): \(report.faults)")
        }
    }

    @Test("what the attacks begin with breaks none of the rules that they break")
    func honest() async throws {
        let decided = try await Attack("decision", check: "", on: .columns) { try $0.decide([1]) }.run()
        #expect(!decided.failures.contains("rejected") && !decided.failures.contains("log"), "\(decided.faults)")
        let corrected = try await Attack("correction", check: "", on: .revised) {
            try $0.correctZ { $0 }
            try await $0.rederive()
        }.run()
        let ends = "corrections: z is disputed no more, and the log shows no decision on it since"
        #expect(corrected.faults == "failed \(ends)")
    }
}
