import BundleFormat
import BundleVerifier
import Foundation
import Signing
import StrictJSON
import Testing

extension Attack {
    /// Every table of attacks.
    static let tables: [(name: String, attacks: [Attack])] = [
        ("files", onFiles), ("signatures", onSignatures), ("content", onContent), ("workbook", onWorkbook),
        ("report", onReport), ("series", onSeries), ("log", onLog), ("intake", onIntake), ("records", onRecords),
        ("intakeRelations", onIntakeRelations), ("description", onDescription), ("otherSignatures", onOtherSignatures),
        ("scope", onScope), ("identities", onIdentities), ("intakeFindings", onIntakeFindings),
        ("columns", onColumns),
        ("statements", onStatements),
    ]
}

/// Identifiers that a bundle assigns itself, and the order and form of what it lists.
@Suite("attacks on identities and order")
struct IdentityAttackTests {
    @Test("the bundle is valid before it is attacked")
    func good() async throws {
        let report = try await verify(try await TestBundles.pairs.value, fileName: "pairs.zip")
        #expect(report.verdict == .valid, "\(report.faults)")
    }

    @Test("identities, order and empty elements", arguments: Attack.onIdentities)
    func identities(_ attack: Attack) async throws {
        let report = try await attack.run()
        #expect(report.verdict == attack.verdict, "\(attack.name): \(report.faults)")
        #expect(report.failures.contains(attack.check), "\(attack.name) fails \(report.failures)\n\(report.faults)")
    }
}

/// Every bundle of every table as a file: both programs as processes give the status of the table, which the tests of the
/// tables hold against the library; and the reference verifier sees what it says that it judges.
///
/// The programs judge every fourth bundle; with `CARTULARY_FULL_SWEEP` (scripts/sweep) all of them.
@Suite("attacks, through both programs and the reference verifier")
struct AttackOutcomeTests {
    /// An attacked bundle on disk.
    private struct Case: Sendable {
        var table: String
        var attack: Attack
        var path: String

        var name: String { "\(table): \(attack.name)" }
    }

    private let place: TemporaryDirectory
    private let trust: String

    init() throws {
        place = try TemporaryDirectory()
        trust = try place.write([try TestKeys.trusted.publicKey.openSSHLine(comment: "")], to: "key.pub")
    }

    @Test("all verifiers agree on every attack")
    func all() async throws {
        let cases = try await made()
        let golden = TestBundles.repository.appending(path: "fixtures/golden/1")
        let good = try FileManager.default.contentsOfDirectory(atPath: golden.path).filter { $0.hasSuffix(".zip") }
        let reference = try ReferenceVerifier(
            cases.map(\.path) + good.sorted().map { golden.appending(path: $0).path }, in: place)
        // Programs that were built for debugging take a minute for all.
        let tried = HostileSweepTests.isFull ? cases : cases.indices.filter { $0 % 4 == 0 }.map { cases[$0] }
        let half = tried.count / 2
        let trust = trust
        let folder = place.path
        async let first = Self.judged(tried[..<half], trust: trust, folder: folder)
        async let second = Self.judged(tried[half...], trust: trust, folder: folder)
        print(
            "attacks: \(try await first + second) of \(cases.count) bundles, each judged by both programs as processes of their own"
        )
        let results = try reference.results()
        try expectReference(cases, results)
        for (name, result) in zip(good.sorted(), results.suffix(good.count)) {
            #expect(result.differences.isEmpty, "\(name): \(result.differences)")
        }
    }

    private func made() async throws -> [Case] {
        var cases: [Case] = []
        for (table, attacks) in Attack.tables {
            for attack in attacks {
                let made = try await attack.made()
                let folder = "\(place.path)/\(cases.count)"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try Data(made.archive).write(to: URL(fileURLWithPath: "\(folder)/\(made.fileName)"))
                cases.append(Case(table: table, attack: attack, path: "\(folder)/\(made.fileName)"))
            }
        }
        return cases
    }

    /// The number of bundles that both programs judged.
    private static func judged(_ cases: ArraySlice<Case>, trust: String, folder: String) async throws -> Int {
        for one in cases {
            let processes = try ["cartulary", "cartulary-verify"].map { program in
                let words = (program == "cartulary" ? ["verify"] : []) + [one.path, "--trust", trust, "--json"]
                return try RunningProcess(
                    HostileProgramTests.folder.appending(path: program).path, words,
                    output: "\(folder)/\(UUID().uuidString)")
            }
            let results = try processes.map { try $0.result() }
            for result in results {
                #expect(result.status == one.attack.status, "\(one.name): \(result.output)")
                let verdict = try? JSONValue(parsing: Array(result.output.utf8))["verdict"]?.string
                #expect(verdict == one.attack.verdict.rawValue, "\(one.name): \(result.output)")
            }
            #expect(results[0].output == results[1].output, "\(one.name)")
        }
        return cases.count
    }

    /// What the reference verifier says that it does not check, with the checks of the programs that it stands for.
    private static let notChecked: [(words: String, checks: Set<String>)] = [
        ("signatures (see data/VERIFY.txt)", ["signature", "statement", "key"]),
        ("findings", ["findings"]), ("metrics", ["metrics"]),
        ("tables", ["workbook", "table data/deployments.csv", "table data/transitions.csv"]),
        ("report", ["report"]), ("fixed texts but the schemas", ["fixed-texts"]), ("bag-info.txt", ["bag-info"]),
        ("ledger and series", ["log", "log-complete", "log-root", "checkpoint", "series", "corrections"]),
    ]

    /// Attacks on what else it does not judge, by the words in which it says so.
    private static let unseen: [String: Set<String>] = [
        "signatures (see data/VERIFY.txt)": ["otherSignatures: approval-1.sig: of another bundle"],
        "findings": [
            "intakeRelations: another code", "intakeRelations: another reason",
            "intakeRelations: finding on a conflict dropped", "intakeRelations: finding on a duplicate dropped",
            "intakeRelations: finding on a rejected record dropped",
            "intakeRelations: finding on columns dropped, from a ledger",
            "scope: intake finding on no deployment with its words",
        ],
        "tables": ["intake: source renamed in sources.csv alone"],
        "ledger and series": [
            "log: a dispute settled by a decision on another record",
            "statements: a decision on a number that nothing has",
            "statements: a decision on more than one record's contradictions",
            "statements: a digest of a position that is none", "statements: a proof that is not of digests",
            "statements: bytes of a rejected record taken away, which its run kept",
            "statements: nothing in quarantine, though a record was rejected",
            "statements: runs said to keep digests alone, and bytes shown",
            "statements: something in quarantine, though no record was rejected",
        ],
    ]

    private func expectReference(_ cases: [Case], _ results: [ReferenceVerifier.Result]) throws {
        let left = try #require(results.first?.unchecked)
        for words in Self.notChecked.map(\.words) + Self.unseen.keys {
            #expect(left.contains(words), "it does not say that it leaves out: \(words)")
        }
        let listed = Self.unseen.values.reduce(into: Set<String>()) { $0.formUnion($1) }
        var missed: Set<String> = []
        var seen = 0
        for (one, result) in zip(cases, results) {
            if !result.differences.isEmpty {
                seen += 1
            } else if !Self.notChecked.contains(where: { $0.checks.contains(one.attack.check) }) {
                missed.insert(one.name)
            }
        }
        #expect(missed.subtracting(listed).sorted() == [], "the reference verifier says that it judges these")
        #expect(listed.subtracting(missed).sorted() == [], "these are seen, and need not be listed")
        print(
            "attacks: the reference verifier sees \(seen) of \(cases.count); the others are on what it says that it leaves out,"
                + " \(listed.count) of them listed by name")
    }
}

/// A process whose output is written to a file.
struct RunningProcess {
    private let process = Process()
    private let output: String

    init(_ program: String, _ arguments: [String], output: String) throws {
        self.output = output
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    func result() throws -> (status: Int32, output: String) {
        process.waitUntilExit()
        let text = try String(contentsOfFile: output, encoding: .utf8)
        try FileManager.default.removeItem(atPath: output)
        return (process.terminationStatus, text)
    }
}

/// `docs/reference_verifier.py` over many bundles, in one process of Python.
struct ReferenceVerifier {
    /// What it says of one bundle.
    struct Result {
        var differences: [String]
        /// What it does not check.
        var unchecked: String
    }

    private static let script = """
        import json, runpy, sys
        module = runpy.run_path(sys.argv[1], run_name="reference")
        for path in open(sys.argv[2]).read().splitlines():
            try: differences = module["Verifier"](path).differences
            except Exception as error: differences = [f"no bundle: {error!a}"]
            print(json.dumps([differences, " ".join(module["UNCHECKED"].split())]))
        """
    private let process: RunningProcess
    private let count: Int

    init(_ bundles: [String], in place: TemporaryDirectory) throws {
        let list = try place.write(bundles, to: "bundles")
        let program = TestBundles.repository.appending(path: "docs/reference_verifier.py").path
        count = bundles.count
        process = try RunningProcess(
            "/usr/bin/env", ["python3", "-c", Self.script, program, list], output: "\(place.path)/reference")
    }

    func results() throws -> [Result] {
        let (status, output) = try process.result()
        let results = try output.split(separator: "\n").map { line in
            let parts = try JSONValue(parsing: Array(line.utf8)).array ?? []
            return Result(
                differences: parts.first?.array?.compactMap(\.string) ?? [], unchecked: parts.last?.string ?? "")
        }
        guard status == 0, results.count == count else {
            throw EditableBundle.Unexpected(what: "\(results.count) results of \(count), status \(status)")
        }
        return results
    }
}
