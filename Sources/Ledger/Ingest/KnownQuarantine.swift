import MerkleTree
import RecordStore
import StrictJSON

/// What was in quarantine, or replaced by a decision, when an ingest began: what comes again is a duplicate.
struct KnownQuarantine {
    /// Answers that are kept, so that a million equal records are not looked for one by one.
    private static let maximum = 1 << 16

    private let reader: LedgerReader
    /// The last number in quarantine then.
    private let last: Int
    /// What a decision replaced contradicts what stands now; it was settled, and comes again with every old file.
    private let replaced: Set<MerkleDigest>
    private var answers: [MerkleDigest: Bool] = [:]

    init(_ reader: LedgerReader) throws {
        self.reader = reader
        last = try reader.lastQuarantined()
        replaced = Set(try reader.replacedContents().map(KnownQuarantine.digest))
    }

    mutating func contains(_ digest: MerkleDigest) throws -> Bool {
        if replaced.contains(digest) { return true }
        if let known = answers[digest] { return known }
        let found = try reader.isQuarantined(digest, upTo: last)
        if answers.count == KnownQuarantine.maximum { answers.removeAll(keepingCapacity: true) }
        answers[digest] = found
        return found
    }

    /// The digest of a record's content.
    static func digest(_ content: [UInt8]) -> MerkleDigest {
        MerkleDigest(ContentDigest.sha256(content.span, 0..<content.count))
    }
}
