import AuditModel
import BundleFormat
import FileSystem
import Ledger
import LedgerReading
import MerkleTree
import RecordContent
import RecordIngest
import RecordStore
import Signing
import StrictJSON

/// Goes through a log from its first entry to its last, and computes again what is said of it.
struct LogWalk {
    let runs: [(run: LedgerReader.Run, received: Timestamp, keepsRaw: Bool)]
    let blocks: [MerkleDigest?]
    private(set) var range = CompactRange()
    private var block = CompactRange()
    /// The run that the next entry belongs to.
    private var next = 0
    private var records = HeldRecords(batch: 0)
    private var signers: [LedgerSigner] = []
    private var seals: [SealEntry] = []
    private var requests: [RequestEntry] = []
    private var settled: Set<Int> = []
    private var replaced: [Int: Int] = [:]
    private var ends = 0
    /// Only keys, breaks and the ends of their runs so far.
    private var isOpening = true

    init(runs: [(run: LedgerReader.Run, received: Timestamp, keepsRaw: Bool)], blocks: [MerkleDigest?]) {
        self.runs = runs
        self.blocks = blocks
    }

    mutating func visit(_ salvaged: LedgerReader.Salvaged, _ reader: LedgerReader, report: (String) -> Void) throws {
        switch salvaged {
        case .entry(let entry): try visit(entry, reader, report: report)
        case .altered(let range):
            report(
                "entries \(range.lowerBound) to \(range.upperBound - 1): altered, their row of table pack was changed")
        case .unreadable(let range, let leaves):
            report("entry \(range.lowerBound): altered, it cannot be read, nor can those up to \(range.upperBound - 1)")
            for leaf in leaves.compactMap(\.self) { try append(leaf, reader, report: report) }
        }
    }

    private mutating func visit(
        _ entry: LedgerReader.StoredEntry, _ reader: LedgerReader, report: (String) -> Void
    ) throws {
        let index = entry.record.index
        if index != range.size { report("entry \(index): stands at position \(range.size) of the log") }
        let leaf: MerkleDigest
        if entry.record.kind == 0 {
            leaf = MerkleHash.leaf(entry.record.content)
            try visit(other: entry.record.content, index, reader, report: report)
        } else if let head = try head(entry) {
            isOpening = false
            leaf = head.leaf
        } else {
            leaf = MerkleHash.leaf(entry.record.content)
            report("entry \(index): not in a form that this version knows")
        }
        if entry.record.leaf != leaf { report("entry \(index): altered, its bytes do not give its leaf") }
        try append(leaf, reader, report: report)
    }

    /// What the leaf of a record's entry is made of; nil if it holds no record.
    private mutating func head(_ entry: LedgerReader.StoredEntry) throws -> LogRecord? {
        guard next < runs.count, let sha256 = MerkleDigest(entry.record.sha256),
            let kind = LogRecord.Kind(rawValue: entry.record.kind)
        else { return nil }
        return records.head(entry.record, kind, sha256: sha256, received: runs[next].received)
    }

    private mutating func visit(
        other body: [UInt8], _ index: Int, _ reader: LedgerReader, report: (String) -> Void
    ) throws {
        let parsed = ParsedEntry(body)
        defer { isOpening = isOpening && parsed?.opensLog ?? false }
        switch parsed {
        case .key(let signer): signers.append(signer)
        case .seal(let seal): seals.append(seal)
        case .request(let request): requests.append(request)
        case .recovery: if !isOpening { report("entry \(index): declares a break inside the log") }
        case .decision(let decision):
            settled.formUnion(decision.settles)
            for entry in decision.replaces { replaced[entry] = index + 1 }
        case .run(let number):
            ends += 1
            let expected = next < runs.count ? runs[next] : nil
            guard let expected, expected.run.number == number else {
                return report("entry \(index): ends run \(number), which table run does not have there")
            }
            let covered = LedgerEntry.run(
                number, digests: try reader.digests(ofRun: number), received: expected.received,
                keepsRaw: expected.keepsRaw, tables: (try? JSONValue(parsing: body))?["tables"])
            if covered != body {
                report("run \(number): a row of its sources, findings or quarantine was altered, added or removed")
            }
        case nil: report("entry \(index): not in a form that this version knows")
        }
    }

    /// A run's note says what the log was at its end, and is signed by whoever signed then.
    private func checkNote(_ run: LedgerReader.Run, _ reader: LedgerReader, report: (String) -> Void) throws {
        guard let signer = signers.last, let key = try? PublicKey(openSSHLine: signer.publicKey),
            let note = try? SignedNote(parsing: try reader.note(ofRun: run.number)),
            note.text == Checkpoint(origin: signer.origin, size: UInt64(run.size), root: run.root.bytes).text,
            note.isSigned(by: key, name: signer.origin)
        else { return report("run \(run.number): its note is not the signed checkpoint of its end") }
    }

    private mutating func append(_ leaf: MerkleDigest, _ reader: LedgerReader, report: (String) -> Void) throws {
        range.append(leaf)
        block.append(leaf)
        if block.size == 1 << 10 {
            let number = block.begin >> 10
            if number >= blocks.count || blocks[number] != block.hashes[0] {
                report("block \(number): its digest is not that of its entries")
            }
            block = CompactRange(startingAt: block.end)
        }
        while next < runs.count, runs[next].run.size <= range.size {
            if runs[next].run.size < range.size || runs[next].run.root != range.root {
                report("run \(runs[next].run.number): the entries up to its end do not give its root")
            }
            try checkNote(runs[next].run, reader, report: report)
            next += 1
        }
    }

    /// Compares what all entries gave with the tables that are made from them.
    func finish(_ reader: LedgerReader, size: Int, _ report: (String) -> Void) throws {
        if next < runs.count { report("run \(runs[next].run.number): entries are missing from \(range.size) on") }
        if range.size != size {
            report("log: \(CountedNoun.text(range.size, "entry", plural: "entries")), the last run ended at \(size)")
        }
        if ends != runs.count {
            report("run: the log ends \(CountedNoun.text(ends, "run")), the table has \(runs.count)")
        }
        if try reader.signers() != signers { report("signers: differ from the entries of keys") }
        if try reader.seals() != seals { report("seals: differ from the entries of seals") }
        if try reader.requests() != requests { report("requests: differ from the entries of requests") }
        if try reader.settledEntries() != settled || reader.replacements() != replaced {
            report("decisions: differ from the entries of decisions")
        }
    }
}
