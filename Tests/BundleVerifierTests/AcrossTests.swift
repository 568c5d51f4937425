import AuditModel
import BundleComparison
import BundleFormat
import BundleReading
import Foundation
import MerkleTree
import Signing
import StrictJSON
import Testing

@testable import BundleVerifier

/// Bundles that are valid each by itself, and contradict each other.
struct AttackAcross: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// What a problem has to say.
    var words: String
    var make: @Sendable (_ honest: AcrossBundles, _ forked: AcrossBundles) async throws -> [NamedBundle]

    init(
        _ name: String, _ words: String,
        make: @escaping @Sendable (AcrossBundles, AcrossBundles) async throws -> [NamedBundle]
    ) {
        testDescription = name
        self.words = words
        self.make = make
    }

    private static func hideBreaks(_ bundle: inout EditableBundle) throws {
        try bundle.set(["ledger", "breaks"], to: .array([]))
    }

    private static func inventBreak(_ bundle: inout EditableBundle) throws {
        let breaks = try bundle.json(BundlePath.bundle)["ledger"]?["breaks"]?.array ?? []
        guard var members = breaks.first?.object else { throw EditableBundle.Unexpected(what: "a break") }
        members["reason"] = .string("stolen")
        try bundle.set(["ledger", "breaks"], to: .array(breaks + [.object(members)]))
    }

    /// A bundle whose log says that another key begins it.
    private static func beginWithAnotherKey(_ bundle: inout EditableBundle) throws {
        let line = try TestKeys.other.publicKey.openSSHLine()
        try bundle.changeEntry("key") { $0["publicKey"] = .string(line) }
    }

    /// Puts the answer to a request in the place of the last seal that a log shows.
    private static func hideLastSeal(_ bundle: inout EditableBundle) throws {
        try bundle.changeLastEntry("seal") { seal in
            seal = [
                "digest": seal["digest"] ?? .null, "key": .string("k"), "name": .string("answer"),
                "received": seal["received"] ?? .null, "request": .object([:]), "size": seal["size"] ?? .null,
                "type": .string("request"),
            ]
        }
    }

    /// What a signer, who has the key and signs everything again, may try with several bundles.
    static let all = onLogs + onParts

    /// The same, with what their logs say of each other.
    private static let onLogs: [AttackAcross] = [
        AttackAcross("breaks hidden in the last position", "other breaks of its ledger") { honest, _ in
            Array(honest.sealed.dropLast()) + [try await honest.sealed[2].changed { try hideBreaks(&$0) }]
        },
        AttackAcross("a break invented in the last position", "other breaks of its ledger") { honest, _ in
            Array(honest.sealed.dropLast()) + [try await honest.sealed[2].changed { try inventBreak(&$0) }]
        },
        AttackAcross("breaks hidden in an answer", "other breaks of its ledger") { honest, _ in
            [honest.sealed[0], try await honest.late.changed { try hideBreaks(&$0) }]
        },
        AttackAcross("a break invented in an answer beside another answer", "other breaks of its ledger") { honest, _ in
            [honest.early, try await honest.late.changed { try inventBreak(&$0) }]
        },
        AttackAcross("breaks hidden in an earlier answer", "other breaks of its ledger") { honest, _ in
            [try await honest.early.changed { try hideBreaks(&$0) }, honest.late]
        },
        AttackAcross("two answers from forks", "another root than in") { [$0.late, $1.late] },
        AttackAcross("an answer and a bundle from forks", "another root than in") { [$0.sealed[0], $1.early] },
        AttackAcross("an answer from a fork of what came between two positions", "at ") { honest, forked in
            [honest.sealed[1], forked.middle]
        },
        AttackAcross("an answer from a fork of before the position", "another root than in") { honest, forked in
            [honest.sealed[1], forked.early]
        },
        AttackAcross("bundles of two archives from forks", "has another leaf than in another bundle of the ledger") {
            [$0.sealed[0], $1.second]
        },
        AttackAcross("another bundle of another series said to be sealed", "another bundle was sealed at its position")
        {
            honest, _ in
            let forged = try await honest.second.changed { bundle in
                try bundle.changeEntry("seal") { $0["digest"] = .string(MerkleHash.emptyRoot.hexadecimal) }
            }
            return [honest.sealed[0], forged]
        },
        AttackAcross("another seal of another series than in a log of that", "its log shows another seal of position") {
            honest, _ in
            let forged = try await honest.second.changed { bundle in
                try bundle.changeEntry("seal") { $0["digest"] = .string(MerkleHash.emptyRoot.hexadecimal) }
            }
            return [honest.sealed[1], forged]
        },
        AttackAcross("the seal of another series hidden", "does not show that it was sealed") { honest, _ in
            [honest.sealed[2], try await honest.second.changed { try hideLastSeal(&$0) }]
        },
        AttackAcross("a log that begins with a key that signed nothing", "sealed it, and") { honest, _ in
            [try await honest.sealed[0].changed { try beginWithAnotherKey(&$0) }, honest.sealed[1]]
        },
        AttackAcross("a deployment of a sealed period, by activity", "belongs here and is left out") { _, _ in
            try await AcrossBundles.leavingOut(basis: .activity, withTransition: false)
        },
        AttackAcross("a deployment with its transition, by activity", "belongs here and is left out") { _, _ in
            try await AcrossBundles.leavingOut(basis: .activity, withTransition: true)
        },
        AttackAcross("a deployment of a sealed period, by creation", "belongs here and is left out") { _, _ in
            try await AcrossBundles.leavingOut(basis: .created, withTransition: false)
        },
        AttackAcross("a deployment with its transition, by creation", "belongs here and is left out") { _, _ in
            try await AcrossBundles.leavingOut(basis: .created, withTransition: true)
        },
    ]
}

@Suite("bundles that are verified together")
struct AcrossTests {
    private let place: TemporaryDirectory
    private let trust: String

    init() throws {
        place = try TemporaryDirectory()
        trust = try place.write([try TestKeys.trusted.publicKey.openSSHLine(comment: "")], to: "key.pub")
    }

    private static func problems(_ bundles: [NamedBundle]) throws -> [[String]?] {
        var across = SeriesAcross()
        for bundle in bundles {
            across.add(BundleClaims(try UnverifiedBundle(bytes: bundle.archive, fileName: "\(bundle.name).zip")))
        }
        return across.problems()
    }

    /// What both programs say as one of bundles that are given to one command; their statuses are the same.
    private func judged(_ bundles: [NamedBundle]) throws -> (status: Int32, answers: [JSONValue]) {
        var paths: [String] = []
        for (number, bundle) in bundles.enumerated() {
            let folder = "\(place.path)/\(number)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data(bundle.archive).write(to: URL(fileURLWithPath: "\(folder)/\(bundle.name).zip"))
            paths.append("\(folder)/\(bundle.name).zip")
        }
        let results = try ["cartulary", "cartulary-verify"].map { program in
            try RunningProcess(
                HostileProgramTests.folder.appending(path: program).path,
                (program == "cartulary" ? ["verify"] : []) + paths + ["--trust", trust, "--json"],
                output: "\(place.path)/\(program)"
            ).result()
        }
        #expect(results[0] == results[1])
        let answers = try results[0].output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        return (results[0].status, answers)
    }

    @Test(
        "bundles that contradict each other are valid alone and break the chain together", arguments: AttackAcross.all)
    func attacks(_ attack: AttackAcross) async throws {
        let bundles = try await attack.make(AcrossBundles.honest.value, AcrossBundles.forked.value)
        for bundle in bundles {
            let report = try await verify(bundle.archive, fileName: "\(bundle.name).zip")
            #expect(report.verdict == .valid, "\(bundle.name): \(report.faults)")
        }
        let problems = try Self.problems(bundles).flatMap { $0 ?? [] }
        #expect(problems.contains { $0.contains(attack.words) }, "\(problems)")
        let (status, answers) = try judged(bundles)
        #expect(status == 13)
        #expect(answers.contains { $0["verdict"]?.string == "broken-chain" })
    }

    @Test("what one ledger gives over the months agrees", arguments: [Basis.activity, .created])
    func honest(_ basis: Basis) async throws {
        let made = try await AcrossBundles.make(basis: basis)
        #expect(made.sealed.count == 3, "\(made.sealed.map(\.name))")
        for bundles in [
            made.all, made.all.reversed(), made.sealed, [made.early, made.late], [made.sealed[2], made.middle],
        ] {
            let problems = try Self.problems(bundles)
            #expect(problems.allSatisfy { $0 == [] }, "\(bundles.map(\.name)): \(problems)")
        }
        let (status, answers) = try judged(made.all)
        #expect(status == 0 && answers.count == made.all.count)
        #expect(answers.allSatisfy { $0["judged"]?.string == "whole" && !Self.leavesBreaks($0) })
        let alone = try [made.late, made.sealed[0], made.sealed[2]].map { try judged([$0]).answers[0] }
        #expect(alone.map(Self.leavesBreaks) == [true, false, true])
    }

    @Test(
        "deployment records and columns have one place in all bundles of a ledger",
        arguments: [Basis.activity, .created])
    func honestParts(_ basis: Basis) async throws {
        let made = try await AcrossParts.make(basis: basis)
        let all = made.sealed + [made.second, made.filtered, made.answer]
        #expect(made.sealed.count == 3, "\(made.sealed.map(\.name))")
        for bundle in all {
            let report = try await verify(bundle.archive, fileName: "\(bundle.name).zip")
            #expect(report.verdict == .valid, "\(bundle.name): \(report.faults)")
        }
        for bundles in [
            all, all.reversed(), made.sealed, [made.sealed[0], made.second], [made.answer, made.filtered],
        ] {
            let problems = try Self.problems(bundles)
            #expect(problems.allSatisfy { $0 == [] }, "\(bundles.map(\.name)): \(problems)")
        }
    }

    private static func leavesBreaks(_ answer: JSONValue) -> Bool {
        (answer["notCompared"]?.array ?? []).contains { $0.string?.hasPrefix("breaks of the ledger") == true }
    }

    @Test("a log that nobody trusted has signed contradicts no other")
    func untrusted() async throws {
        let honest = try await AcrossBundles.honest.value
        let forged = try await AcrossBundles.forked.value.middle.changed(.other) { _ in }
        let (status, answers) = try judged([honest.sealed[1], forged])
        #expect(status == 12)
        #expect(answers.map { $0["verdict"]?.string } == ["valid", "untrusted"])
    }
}
