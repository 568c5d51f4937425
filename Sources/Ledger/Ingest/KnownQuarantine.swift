import MerkleTree
import RecordStore
import StrictJSON

/// What of a kind was in quarantine when an ingest began, or contradicts what a decision accepted.
///
/// A contradicting record that comes again is a duplicate. A rejected one is rejected each time, since its file was not read in
/// full: all that is asked of it is whether it is anything new.
struct KnownQuarantine {
    /// Answers that are kept, so that a million equal records are not looked for one by one.
    private static let maximum = 1 << 16

    /// What is looked for: what contradicts, or what was rejected.
    enum Kind: String { case conflict, rejected }

    private let reader: LedgerReader
    private let kind: Kind
    /// The last number in quarantine then.
    private let last: Int
    /// What a decision replaced contradicts what stands now; it was settled, and comes again with every old file.
    private let replaced: Set<MerkleDigest>
    private var answers: [MerkleDigest: Bool] = [:]

    init(_ reader: LedgerReader, _ kind: Kind) throws {
        self.reader = reader
        self.kind = kind
        last = try reader.lastQuarantined()
        replaced = kind == .conflict ? Set(try reader.replacedContents().map(KnownQuarantine.digest)) : []
    }

    mutating func contains(_ digest: MerkleDigest) throws -> Bool {
        if replaced.contains(digest) { return true }
        if let known = answers[digest] { return known }
        let found = try reader.isQuarantined(digest, as: kind.rawValue, upTo: last)
        if answers.count == KnownQuarantine.maximum { answers.removeAll(keepingCapacity: true) }
        answers[digest] = found
        return found
    }

    /// The digest of a record's content.
    static func digest(_ content: [UInt8]) -> MerkleDigest {
        MerkleDigest(ContentDigest.sha256(content.span, 0..<content.count))
    }
}
