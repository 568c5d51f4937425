import AuditModel
import BundleFormat
import FileSystem
import Foundation
import LedgerUpkeep
import RecordStore
import Signing
import StrictJSON
import Testing

@testable import Ledger
@testable import RecordAnalysis

@Suite("What a ledger makes of records")
struct LedgerIngestTests {
    static let q = Text.transition("q")
    static let deployment = Text.deployment("d", #","network":"n","tokenName":"t""#)

    static func sums(_ result: IngestResult) -> String {
        let sums = result.sums
        return
            "\(sums.accepted) accepted, \(sums.duplicates) duplicates, \(sums.conflicts) conflicts, \(sums.rejected) rejected"
    }

    @Test("the fixtures give the sums of a one-shot export, and again change nothing")
    func fixtures() async throws {
        let ledger = try TestLedger()
        let files = [Repository.root.appending(path: "fixtures/records").path]
        let first = try await ledger.ingest(files: files)
        #expect(Self.sums(first) == "281 accepted, 918 duplicates, 0 conflicts, 0 rejected")
        #expect(try ledger.problems() == [])
        let again = try await ledger.ingest(files: files)
        #expect(!again.isChanged && again.known.count == 9 && again.sources.isEmpty)
        #expect(again.root == first.root && again.size == first.size)
    }

    @Test("a part, a permutation or a mixture of what was read changes nothing and says so")
    func parts() async throws {
        let ledger = try TestLedger()
        let s = Text.transition("s", "d", "Submitted", "2026-02-10T10:01:00Z")
        let first = try await ledger.ingest(Text.lines(Self.deployment, Self.q, s))
        for text in [Text.lines(Self.q), Text.lines(s, Self.q, Self.deployment), Text.lines(s, s, Self.q)] {
            let again = try await ledger.ingest(text)
            #expect(!again.isChanged && again.root == first.root)
            #expect(again.sums.duplicates == again.sums.read && again.sums.read > 0)
        }
        #expect(try LedgerView.status(ledger.path).runs == 1)
    }

    @Test("of contradicting records the one that came first stays, the other is kept once")
    func conflicts() async throws {
        let ledger = try TestLedger()
        try await ledger.ingest(Self.q)
        let other = Text.transition("q", "d", "Submitted")
        let second = try await ledger.ingest(other + "\n")
        #expect(Self.sums(second) == "0 accepted, 0 duplicates, 1 conflicts, 0 rejected")
        let third = try await ledger.ingest(Text.lines(other, other))
        #expect(!third.isChanged && third.sums.duplicates == 2)
        let kept = try LedgerView.quarantinedRecords(ledger.path)
        #expect(kept.count == 1 && kept[0].kind == .conflict)
        #expect(
            String(decoding: kept[0].record.bytes, as: UTF8.self).contains(
                #""kept":{"deploymentId":"d","id":"q","status":"Queued""#))
        #expect(try ledger.problems() == [])
    }

    @Test("deployment records that contradict in a fixed member do not replace it, whatever their digest")
    func fixedMembers() async throws {
        for networks in [["a", "b"], ["b", "a"]] {
            let ledger = try TestLedger()
            for network in networks { try await ledger.ingest(Text.deployment("d", #","network":"\#(network)""#)) }
            let listed = try LedgerView.list(.networks, ledger.path)
            #expect(listed.map(\.value) == [networks[0]])
            #expect(try LedgerView.quarantinedRecords(ledger.path).count == 1)
            #expect(try ledger.problems() == [])
        }
    }

    @Test(
        "rejected records are rejected in each file, with their bytes, and a file with nothing else that is new leaves no trace"
    )
    func rejected() async throws {
        let ledger = try TestLedger()
        let bad = Text.transition("x", "d", "Nonsense")
        let first = try await ledger.ingest(Text.lines(Self.q, bad))
        #expect(Self.sums(first) == "1 accepted, 0 duplicates, 0 conflicts, 1 rejected")
        let again = try await ledger.ingest(Text.lines(bad, Self.q))
        #expect(!again.isChanged && again.root == first.root)
        #expect(Self.sums(again) == "0 accepted, 1 duplicates, 0 conflicts, 1 rejected")
        #expect(again.shortfalls.count == 1)
        #expect(try LedgerView.quarantinedRecords(ledger.path).map(\.kind) == [.rejected])
        let more = try await ledger.ingest(Text.lines(bad, Text.transition("s", "d", "Submitted")))
        #expect(Self.sums(more) == "1 accepted, 0 duplicates, 0 conflicts, 1 rejected" && more.shortfalls.count == 1)
        #expect(try LedgerView.quarantinedRecords(ledger.path).map(\.kind) == [.rejected, .rejected])
        #expect(try ledger.problems() == [])
    }

    @Test("a row gives way to the record with an identifier that comes later")
    func superseded() async throws {
        let ledger = try TestLedger()
        try await ledger.ingest(Text.header + Text.row("d", "Queued", "2026-02-10T10:00:00Z", network: "n"))
        let result = try await ledger.ingest(Self.q)
        #expect(Self.sums(result) == "1 accepted, 0 duplicates, 0 conflicts, 0 rejected")
        #expect(result.superseded == 1)
        #expect(try LedgerView.status(ledger.path).superseded == 1)
        #expect(try LedgerView.list(.networks, ledger.path).map(\.value) == ["n"])
        #expect(try ledger.problems() == [])
    }

    @Test("everything of a run is stored, or nothing: a run that cannot read one input leaves the ledger as it was")
    func allOrNothing() async throws {
        let ledger = try TestLedger()
        let first = try await ledger.ingest(Self.q)
        let good = try ledger.folder.write(Text.transition("s", "d", "Submitted"), to: "good")
        let cut = try ledger.folder.write("\u{1F}", to: "cut.gz")
        #expect(FileManager.default.createFile(atPath: cut, contents: Data([0x1F, 0x8B, 8, 0, 0])))
        await #expect(throws: EnvironmentError.self) { try await ledger.ingest(files: [good, cut]) }
        #expect(try LedgerView.status(ledger.path).root == first.root)
        #expect(try ledger.problems() == [])
    }

    @Test("a ledger or a copy in a directory that is not there is refused, with a way on")
    func missingDirectory() async throws {
        let ledger = try TestLedger()
        let file = try ledger.folder.write(Self.q, to: "file")
        try await ledger.ingest(files: [file])
        var options = IngestOptions(
            key: try PrivateKey(ed25519Seed: [UInt8](repeating: 7, count: 32), comment: ""),
            received: .init(unixSeconds: 0))
        (options.inputs, options.ledger) = ([file], ledger.folder.path + "/none/ledger")
        let made = await #expect(throws: FileSystemError.self) { _ = try await LedgerIngest.run(options) }
        let copied = #expect(throws: FileSystemError.self) {
            try LedgerView.backup(ledger.path, to: ledger.folder.path + "/none/copy")
        }
        for error in [made, copied] {
            let translated = error.map(EnvironmentError.init)
            #expect(translated?.kind == .cannotCreate && translated?.hint?.description.contains("mkdir") == true)
        }
    }

    @Test("another key is entered in the log and signs from then on")
    func anotherKey() async throws {
        let ledger = try TestLedger()
        try await ledger.ingest(Self.q)
        try await ledger.ingest(Text.transition("s", "d", "Submitted"), seed: 8)
        #expect(try ledger.sql("SELECT count(*) FROM signer") == "2")
        #expect(try ledger.problems() == [])
    }

    /// The content that all orders must give: what is accepted, told without order and time of acceptance.
    private static func content(_ ledger: TestLedger) throws -> String {
        try ledger.sql(
            "SELECT CAST(content AS TEXT) FROM entry WHERE kind > 0 ORDER BY 1"
        )
    }

    /// All orders of some values.
    private static func orders<Value>(_ values: [Value]) -> [[Value]] {
        guard values.count > 1 else { return [values] }
        return values.indices.flatMap { index in
            var rest = values
            let first = rest.remove(at: index)
            return orders(rest).map { [first] + $0 }
        }
    }

    @Test("orders of seven transitions, cut into runs of one to seven, with repetitions, give the same content")
    func orders() async throws {
        let statuses = ["Queued", "Submitted", "Pending", "Confirmed", "Indexed", "Completed", "Failed"]
        let records = statuses.enumerated().map { index, status in
            Text.transition("t\(index)", "d", status, "2026-02-10T10:00:0\(index)Z")
        }
        let all = Self.orders(records)
        #expect(all.count == 5040)
        var generator = SeededGenerator(seed: 5040)
        // All of them take a quarter of an hour: docs/reliability.md.
        let isAll = ProcessInfo.processInfo.environment["CARTULARY_ALL_ORDERS"] != nil
        let chosen = isAll ? Array(all.indices) : (0..<21).map { _ in Int.random(in: all.indices, using: &generator) }
        var expected: String?
        for (number, index) in chosen.enumerated() {
            let (ledger, order, batch) = (try TestLedger(), all[index], 1 + number % 7)
            for start in stride(from: 0, to: order.count, by: batch) {
                let end = min(start + batch, order.count)
                let repeated = generator.pick(Array(order[..<end]))
                try await ledger.ingest((order[start..<end] + [repeated]).joined(separator: "\n"))
            }
            let content = try Self.content(ledger)
            #expect(content == expected ?? content, "order \(index)")
            expected = content
            if number % 7 == 0 { #expect(try ledger.problems() == []) }
        }
    }

    @Test("the first run leaves a file that readers and a writer share, with all its indices")
    func firstRun() async throws {
        let ledger = try TestLedger()
        try await ledger.ingest(Text.lines(Self.deployment, Self.q))
        #expect(try ledger.sql("PRAGMA journal_mode") == "wal")
        #expect(!FileManager.default.fileExists(atPath: ledger.path + "-journal"))
        #expect(try ledger.problems() == [])
    }

    @Test("a run that another one overtook, as when its lock was taken away, is refused and changes nothing")
    func overtaken() async throws {
        let ledger = try TestLedger()
        try await ledger.ingest(Self.q)
        let late = try ledger.folder.write(Text.transition("r", "e"), to: "late")
        let key = try PrivateKey(ed25519Seed: [UInt8](repeating: 7, count: 32), comment: "test")
        let file = try LedgerFile(ledger.path, .append)
        var run = try await LedgerTransaction(
            IngestOptions(key: key, received: Timestamp(unixSeconds: 1_772_323_200)), origin: "cartulary/ledger/ledger",
            try await SourceLoader.load([late], threads: 1, digestsRaw: true, progress: nil), ledger: file,
            result: IngestResult())
        let other = try await ledger.ingest(Text.transition("r", "e"))
        #expect(throws: LedgerError.self) { try file.write { _ = try run.write($0) } }
        #expect(try ledger.problems() == [])
        #expect(try LedgerView.status(ledger.path).entries == other.size)
    }
}
