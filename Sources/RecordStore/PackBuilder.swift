import Deflate
import MerkleTree

/// Entries of one run, in order, on their way into a pack: one row of the file (docs/ledger.md, "Packs").
///
/// A row for each entry took 537 bytes a record, and inserting them four tenths of an ingest's time.
struct PackBuilder: Sendable {
    /// Entries of a full pack: whoever looks for one entry reads its pack.
    static let maxEntries = 256
    /// Texts behind which a pack ends, however few entries they are of.
    static let maxBytes = 1 << 20
    /// Entries of a part, and texts behind which it ends; it is deflated alone.
    ///
    /// Whoever looks for one entry inflates its part.
    static let partEntries = 64
    static let partBytes = 1 << 16

    /// What is known of each entry, in a byte.
    enum Mark {
        static let kind: UInt8 = 0b11
        static let asReceived: UInt8 = 1 << 2
        static let deployment: UInt8 = 1 << 3
        static let sha256: UInt8 = 1 << 4
        static let all: UInt8 = 0b1_1111
    }

    /// The number of the first entry in the log.
    let first: Int
    private(set) var count = 0
    private var leaves: [UInt8] = []
    private var marks: [UInt8] = []
    private var deployments: [UInt8] = []
    private var lengths: [UInt8] = []
    private var digests: [UInt8] = []
    private var parts: [(count: Int, texts: [UInt8])] = []
    private var bytes = 0
    private var lastDeployment = 0
    /// Deployments that have entries here, repeated ones side by side left out.
    private var holders: [Int] = []

    init(first: Int) { self.first = first }

    /// The number of the next entry.
    var end: Int { first + count }

    var isFull: Bool { count >= PackBuilder.maxEntries || bytes >= PackBuilder.maxBytes }

    /// An entry's columns; `sha256` of 32 bytes or nil.
    struct Entry {
        var leaf: MerkleDigest
        var kind: Int
        var deployment: Int?
        var sha256: UnsafeRawBufferPointer?
        var asReceived: UnsafeRawBufferPointer?
        var content: UnsafeRawBufferPointer
    }

    mutating func append(_ entry: Entry) {
        precondition(entry.kind >= 0 && entry.kind <= Int(Mark.kind), "an entry of a kind that has no mark")
        count += 1
        entry.leaf.withUnsafeBytes { leaves.append(contentsOf: $0) }
        var mark = UInt8(entry.kind)
        if let deployment = entry.deployment {
            mark |= Mark.deployment
            deployments.appendVarint(deployment &- lastDeployment)
            if holders.last != deployment { holders.append(deployment) }
            lastDeployment = deployment
        }
        if let sha256 = entry.sha256 {
            precondition(sha256.count == MerkleDigest.byteCount, "a digest of another size")
            mark |= Mark.sha256
            digests.append(contentsOf: sha256)
        }
        lengths.appendVarint(entry.content.count)
        if let asReceived = entry.asReceived {
            mark |= Mark.asReceived
            lengths.appendVarint(asReceived.count)
        }
        marks.append(mark)
        appendTexts(entry)
    }

    private mutating func appendTexts(_ entry: Entry) {
        if let last = parts.last, last.count < PackBuilder.partEntries, last.texts.count < PackBuilder.partBytes {
            parts[parts.count - 1].count += 1
        } else {
            parts.append((1, []))
            parts[parts.count - 1].texts.reserveCapacity(PackBuilder.partBytes / 2)
        }
        parts[parts.count - 1].texts.append(contentsOf: entry.content)
        bytes += entry.content.count
        guard let asReceived = entry.asReceived else { return }
        parts[parts.count - 1].texts.append(contentsOf: asReceived)
        bytes += asReceived.count
    }

    /// A row of table `pack`, and what table `holding` says of it.
    struct Packed: Sendable {
        var first: Int
        var count: Int
        var leaves: [UInt8]
        var body: [UInt8]
        /// Each deployment that has entries in it, once.
        var deployments: [Int]
    }

    /// Deflates the texts.
    func packed() -> Packed {
        let deflated = parts.map { Deflater.compress($0.texts) + Deflater.end }
        var body: [UInt8] = [0, 0, 0, 0]
        body.reserveCapacity(
            deflated.reduce(digests.count + lengths.count + deployments.count + 2 * marks.count) { $0 + $1.count })
        body.appendVarint(parts.count)
        for (part, bytes) in zip(parts, deflated) {
            body.appendVarint(part.count)
            body.appendVarint(bytes.count)
        }
        body += marks
        body += deployments
        body += lengths
        body += digests
        for bytes in deflated { body += bytes }
        let checksum = Deflater.crc32(body[4...])
        for index in 0..<4 { body[index] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * index)) }
        return Packed(first: first, count: count, leaves: leaves, body: body, deployments: Array(Set(holders)))
    }
}

extension [UInt8] {
    /// Appends a number, seven bits a byte from the lowest on; negative ones as the odd of twice their size (zigzag).
    mutating func appendVarint(_ number: Int) {
        var rest = UInt64(bitPattern: Int64((number << 1) ^ (number >> 63)))
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}
