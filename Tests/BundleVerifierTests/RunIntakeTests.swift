import AuditModel
import BundleFormat
import BundleRelations
import MerkleTree
import StrictJSON
import Testing

@Suite("What contradicts a record beside the decisions of the log")
struct RunIntakeTests {
    private static let digest = MerkleHash.emptyRoot.hexadecimal

    private static func entry(_ members: [String: JSONValue]) throws -> LogEntry {
        var all = members
        all["received"] = .string("2026-02-01T00:00:00.0000000Z")
        return try #require(LogEntry(JSONValue.object(all).bytes))
    }

    private static func run(_ number: Int64, of source: SourceSummary) throws -> LogEntry {
        let digest = ContentDigest.hexadecimal(of: IntakeFiles.source(source).file)
        return try entry([
            "finding": .string(Self.digest), "quarantine": .string(Self.digest), "rejected": .string("bytes"),
            "run": .integer(number), "source": .string(digest), "type": .string("run"),
        ])
    }

    private static func decision(settling numbers: [Int64]) throws -> LogEntry {
        try entry([
            "accepted": .string(digest), "by": .string("b"), "deploymentId": .string("d"), "reason": .string("r"),
            "replaces": .array([]), "settles": .array(numbers.map(JSONValue.integer)), "transitionId": .string("t"),
            "type": .string("decision"),
        ])
    }

    private static func source(_ name: String) -> SourceSummary {
        var source = SourceSummary()
        source.name = name
        return source
    }

    @Test(
        "what came after a decision is open, and so is what it does not settle",
        arguments: [([1], true), ([1, 2], false)] as [([Int64], Bool)])
    func undecided(settles: [Int64], isOpen: Bool) throws {
        let sources = ["a", "b"].map(Self.source)
        let runs = try [Self.run(1, of: sources[0]), Self.run(2, of: sources[1])]
        let decision = try Self.decision(settling: settles)
        let order = isOpen ? [runs[0], decision, runs[1]] : [runs[0], runs[1], decision]
        var intake = RunIntake(order.enumerated().map { ($0, $1) }, sources: sources, isWhole: true)
        for (number, content) in ["b", "c"].enumerated() {
            intake.add(
                ConflictRecord(
                    deploymentID: "d", transitionID: "t", kept: Array("a".utf8),
                    others: [(Array(content.utf8), SourcePosition(source: number, line: 1, offset: 0))]))
        }
        #expect(intake.undecided() == (isOpen ? [Array("d".utf8)] : []))
    }
}
