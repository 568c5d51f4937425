import Deflate
import MerkleTree

/// A pack of entries, read from its row; texts are inflated when they are asked for (docs/ledger.md, "Packs").
final class EntryPack {
    /// No pack has more entries, whoever wrote it: memory is taken by this number.
    static let limit = 1 << 16

    let first: Int
    let count: Int
    private let leafBytes: [UInt8]
    private let body: [UInt8]
    /// nil if the columns cannot be read.
    private let columns: PackColumns?
    /// Whether the row is the one that was written, as its checksum says.
    let isSound: Bool
    /// By part what its texts gave.
    private var texts: [(bytes: [UInt8], isWhole: Bool)?]

    /// Reads a row.
    ///
    /// Bytes of another form make the pack one that is not sound; see ``salvaged(_:_:)``.
    init(first: Int, count: Int, leaves: [UInt8], body: [UInt8]) throws(LedgerError) {
        guard 0...1 << 48 ~= first, 1...EntryPack.limit ~= count, leaves.count == count * MerkleDigest.byteCount else {
            throw LedgerError(
                .broken,
                "table pack: the row of entry \(first) has \(leaves.count) bytes of leaves for \(count) entries, "
                    + "expected 32 of each")
        }
        self.first = first
        self.count = count
        self.body = body
        leafBytes = leaves
        columns = PackColumns(body, count: count)
        let stated = body.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        isSound = columns != nil && Deflater.crc32(body.dropFirst(4)) == stated
        texts = Array(repeating: nil, count: columns?.parts.count ?? 0)
    }

    /// The number behind the last entry.
    var end: Int { first + count }

    /// The numbers of its entries.
    var range: Range<Int> { first..<end }

    func leaf(_ index: Int) -> MerkleDigest? {
        let start = (index - first) * MerkleDigest.byteCount
        return MerkleDigest(leafBytes[start..<start + MerkleDigest.byteCount])
    }

    /// Throws ``LedgerError``, `broken`, unless the row is the one that was written.
    func requireSound() throws(LedgerError) -> PackColumns {
        guard isSound, let columns else {
            throw LedgerError(.broken, "entries \(first) to \(end - 1): altered, their row of table pack was changed")
        }
        return columns
    }

    /// Calls `body` with number, kind and deployment of each entry in a range.
    func forEach(in wanted: Range<Int>, _ body: (Int, Int, Int?) throws -> Void) throws {
        let columns = try requireSound()
        for index in wanted.clamped(to: range) {
            let entry = columns.entries[index - first]
            try body(index, entry.kind, entry.deployment)
        }
    }

    /// Deployments that have entries in it, each once; empty if that cannot be read.
    var deployments: [Int] { Set(columns?.entries.compactMap(\.deployment) ?? []).sorted() }

    /// An entry; throws ``LedgerError``, `broken`, if the row was changed or its texts cannot be read.
    func entry(_ index: Int, _ inflater: Inflater) throws(LedgerError) -> LedgerReader.StoredEntry {
        _ = try requireSound()
        guard let entry = salvaged(index, inflater) else {
            throw LedgerError(.broken, "entry \(index): altered, it cannot be read")
        }
        return entry
    }

    /// The same of a row that somebody or something changed; nil for an entry that cannot be read any more.
    func salvaged(_ index: Int, _ inflater: Inflater) -> LedgerReader.StoredEntry? {
        guard let columns else { return nil }
        let entry = columns.entries[index - first]
        let inflated = texts(of: entry.part, columns, inflater)
        let end = entry.start + entry.contentCount + (entry.asReceivedCount ?? 0)
        guard end <= inflated.bytes.count else { return nil }
        let content = inflated.bytes[entry.start..<entry.start + entry.contentCount]
        let asReceived = entry.asReceivedCount.map { Array(inflated.bytes[end - $0..<end]) }
        let digest = entry.digest.map { Array(body[$0..<$0 + MerkleDigest.byteCount]) } ?? []
        return LedgerReader.StoredEntry(
            record: LedgerReader.StoredRecord(
                index: index, kind: entry.kind, content: Array(content), asReceived: asReceived, sha256: digest,
                leaf: leaf(index)),
            deployment: entry.deployment)
    }

    private func texts(
        of part: Int, _ columns: PackColumns, _ inflater: Inflater
    ) -> (bytes: [UInt8], isWhole: Bool) {
        if let known = texts[part] { return known }
        let stored = columns.parts[part]
        let inflated = inflater.inflate(body[stored.range], count: stored.bytes)
        texts[part] = inflated
        return inflated
    }
}

/// The columns of a pack: everything of its entries but their texts.
struct PackColumns {
    /// An entry, and where its texts are.
    struct Entry {
        var kind: Int
        var deployment: Int?
        var part = 0
        /// Where its content begins in the part's texts; the text of its timestamp stands behind it.
        var start = 0
        var contentCount = 0
        var asReceivedCount: Int?
        /// Where the digest of its source's bytes stands in the row.
        var digest: Int?
    }

    /// Texts that are deflated together.
    struct Part {
        var count: Int
        /// Where they stand in the row, deflated.
        var range: Range<Int>
        /// How many bytes they give.
        var bytes = 0
    }

    private(set) var parts: [Part] = []
    private(set) var entries: [Entry] = []

    /// Reads the columns; nil for bytes of another form.
    ///
    /// Every number is compared with what there is, before it is used.
    init?(_ body: [UInt8], count: Int) {
        var reader = PackReader(bytes: body, position: 4)
        guard let partCount = reader.number(upTo: count), partCount > 0 else { return nil }
        var lengths: [Int] = []
        for _ in 0..<partCount {
            guard let entries = reader.number(upTo: count), entries > 0, let bytes = reader.number(upTo: body.count)
            else {
                return nil
            }
            parts.append(Part(count: entries, range: 0..<0))
            lengths.append(bytes)
        }
        guard parts.reduce(0, { $0 + $1.count }) == count, let marks = reader.bytes(count) else { return nil }
        guard readDeployments(marks, &reader), readLengths(marks, &reader), readDigests(marks, &reader) else {
            return nil
        }
        for (index, length) in lengths.enumerated() {
            guard let range = reader.range(length) else { return nil }
            parts[index].range = range
        }
        guard reader.isAtEnd else { return nil }
    }

    private mutating func readDeployments(_ marks: ArraySlice<UInt8>, _ reader: inout PackReader) -> Bool {
        entries.reserveCapacity(marks.count)
        var last = 0
        for mark in marks {
            guard mark & ~PackBuilder.Mark.all == 0 else { return false }
            var entry = Entry(kind: Int(mark & PackBuilder.Mark.kind))
            if mark & PackBuilder.Mark.deployment != 0 {
                guard let difference = reader.number() else { return false }
                last &+= difference
                entry.deployment = last
            }
            entries.append(entry)
        }
        return true
    }

    private mutating func readLengths(_ marks: ArraySlice<UInt8>, _ reader: inout PackReader) -> Bool {
        var marks = marks.makeIterator()
        var index = 0
        for part in parts.indices {
            var start = 0
            for _ in 0..<parts[part].count {
                guard let mark = marks.next(), let content = reader.number(upTo: PackReader.limit) else { return false }
                entries[index].part = part
                entries[index].start = start
                entries[index].contentCount = content
                start += content
                if mark & PackBuilder.Mark.asReceived != 0 {
                    guard let count = reader.number(upTo: PackReader.limit) else { return false }
                    entries[index].asReceivedCount = count
                    start += count
                }
                index += 1
            }
            parts[part].bytes = start
        }
        return true
    }

    private mutating func readDigests(_ marks: ArraySlice<UInt8>, _ reader: inout PackReader) -> Bool {
        for (index, mark) in marks.enumerated() where mark & PackBuilder.Mark.sha256 != 0 {
            guard let range = reader.range(MerkleDigest.byteCount) else { return false }
            entries[index].digest = range.lowerBound
        }
        return true
    }
}

/// Reads numbers and bytes from the front of a row.
private struct PackReader {
    /// No text is longer: sums of lengths stay far from overflow.
    static let limit = 1 << 32

    let bytes: [UInt8]
    var position: Int

    var isAtEnd: Bool { position == bytes.count }

    /// The next number (``Swift/Array/appendVarint(_:)``).
    mutating func number() -> Int? {
        var value: UInt64 = 0
        for shift in stride(from: 0, through: 63, by: 7) {
            guard position < bytes.count else { return nil }
            let byte = bytes[position]
            position += 1
            guard shift < 63 || byte <= 1 else { return nil }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            guard byte & 0x80 != 0 else { return Int(truncatingIfNeeded: value >> 1) ^ -Int(value & 1) }
        }
        return nil
    }

    /// The next number, from 0 to a limit.
    mutating func number(upTo limit: Int) -> Int? {
        guard let number = number(), 0...limit ~= number else { return nil }
        return number
    }

    mutating func range(_ count: Int) -> Range<Int>? {
        guard position <= bytes.count, count <= bytes.count - position else { return nil }
        defer { position += count }
        return position..<position + count
    }

    mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? { range(count).map { bytes[$0] } }
}
