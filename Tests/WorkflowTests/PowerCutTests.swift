import AuditModel
import Foundation
import Ledger
import LedgerUpkeep
import Signing
import Testing

@Suite("What a power cut leaves of a ledger", .serialized)
struct PowerCutTests {
    /// How many states are looked at: a seeded sample, or as many as asked for.
    static let states = ProcessInfo.processInfo.environment["CARTULARY_POWER_CUTS"].flatMap(Int.init) ?? 60

    /// What is done to a ledger, one after the other: files with conflicts and rejected records, and a decision.
    static let inputs: [[String]] = {
        func transitions(_ numbers: Range<Int>) -> [String] {
            numbers.map { Text.transition("t\($0)", "d\($0 % 9)", "Queued", "2026-02-10T10:00:\(10 + $0 % 50)Z") }
        }
        return [
            transitions(0..<12), transitions(6..<30) + [Text.transition("x", "d", "Nonsense")],
            [Text.transition("t1", "d1", "Submitted"), Text.deployment("d1", #","network":"n""#)],
            transitions(30..<90), transitions(20..<100).reversed(), [Text.deployment("d2", #","network":"m""#)],
        ]
    }()

    /// Takes the input of a number; the number behind the last one is a decision.
    static func step(_ number: Int, _ ledger: TestLedger) async throws {
        if number < inputs.count {
            ledger.inputs = number
            _ = try await ledger.ingest(inputs[number].joined(separator: "\n"))
            return
        }
        let key = try PrivateKey(ed25519Seed: [UInt8](repeating: 7, count: 32), comment: "test")
        var options = LedgerDecision.Options(key: key, received: Timestamp(unixSeconds: 1_772_323_300))
        options.ledger = ledger.path
        let kept = try LedgerView.quarantinedRecords(ledger.path)
        guard let dispute = kept.first(where: { $0.kind == .conflict }) else { throw CocoaError(.featureUnsupported) }
        (options.dispute, options.accept) = (dispute.number, dispute.number)
        (options.reason, options.by) = ("the source says so", "N. N.")
        _ = try LedgerDecision.run(options)
    }

    /// The log after each step, the empty one first.
    struct Log: Equatable {
        var size: Int
        var root: String
    }

    static func log(_ ledger: TestLedger) throws -> Log {
        let status = try LedgerView.status(ledger.path)
        return Log(size: status.entries, root: status.root)
    }

    @Test("what was acknowledged is there, what was not committed is not, and the checkpoint is never newer")
    func states() async throws {
        let ledger = try TestLedger()
        var logs: [Log] = []
        let recording = try await Recording(of: ledger.path) { mark in
            for number in 0...Self.inputs.count {
                try await Self.step(number, ledger)
                mark("acknowledged")
                logs.append(try Self.log(ledger))
            }
        }
        #expect(Set(recording.events.map(\.suffix)).isSuperset(of: ["", "-wal", ".checkpoint", ".journal"]))
        #expect(recording.events.filter { $0.kind == .sync }.count > 3 * logs.count)
        var generator = SeededGenerator(seed: 500)
        var seen: Set<Int> = []
        for number in 0..<Self.states {
            let count = Int.random(in: 0...recording.events.count, using: &generator)
            let files = recording.files(after: count, Recording.Loss.allCases[number % 3], &generator)
            let acknowledged = recording.events.prefix(count).filter { $0.kind == .mark }.count
            seen.insert(try await Self.look(files, logs, acknowledged, "state \(number), after \(count) events"))
        }
        #expect(seen.count > logs.count / 2, "states of nearly every step")
    }

    /// Looks at a state, and goes on from it; returns how many steps it held.
    private static func look(
        _ files: [String: [UInt8]], _ logs: [Log], _ acknowledged: Int, _ name: Comment
    ) async throws -> Int {
        let left = try TestLedger()
        // The database first: putting it takes away what stands beside it.
        for suffix in files.keys.sorted() { try left.put(Data(files[suffix] ?? []), at: left.path + suffix) }
        var done = 0
        // Before the first step is acknowledged there may be no ledger yet, or one without tables.
        if acknowledged > 0 || (try? log(left).size) ?? 0 > 0 {
            #expect(try left.problems() == [], name)
            let found = try log(left)
            done = (logs.firstIndex(of: found) ?? -1) + 1
            #expect(done == acknowledged || done == acknowledged + 1, name)
        }
        for number in done..<logs.count { try await step(number, left) }
        #expect(try log(left) == logs[logs.count - 1], name)
        for number in inputs.indices {
            let again = try await left.ingest(inputs[number].joined(separator: "\n"))
            #expect(!again.isChanged, name)
        }
        #expect(try left.problems() == [], name)
        return done
    }
}
