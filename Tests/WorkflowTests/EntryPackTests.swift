import Deflate
import MerkleTree
import Testing

@testable import RecordStore

@Suite("Packs of entries")
struct EntryPackTests {
    struct Entry {
        var kind: Int
        var deployment: Int?
        var sha256: [UInt8]?
        var asReceived: [UInt8]?
        var content: [UInt8]

        var leaf: MerkleDigest { MerkleHash.leaf(content) }
    }

    /// Entries of every kind, with texts of every length that matters, empty ones too.
    static func entries(_ count: Int) -> [Entry] {
        (0..<count).map { number in
            let text = Array(String(repeating: "\(number * 7919) ", count: number * 31 % 90).utf8)
            let kind = number % 4
            return Entry(
                kind: kind, deployment: kind == 0 ? nil : [0, 4_000_000, 7, number][number / 4 % 4],
                sha256: kind == 0 ? nil : MerkleHash.leaf([UInt8(number & 0xFF)]).bytes,
                asReceived: number % 5 == 1 ? Array("2026-01-01T0\(number % 9)".utf8.prefix(number % 14)) : nil,
                content: text)
        }
    }

    static func packed(_ entries: [Entry], first: Int = 0) -> PackBuilder.Packed {
        var builder = PackBuilder(first: first)
        for entry in entries { append(entry, to: &builder) }
        return builder.packed()
    }

    static func append(_ entry: Entry, to builder: inout PackBuilder) {
        func bytes(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Void) {
            guard let bytes else { return body(nil) }
            bytes.withUnsafeBytes { body($0) }
        }
        bytes(entry.sha256) { sha256 in
            bytes(entry.asReceived) { asReceived in
                entry.content.withUnsafeBytes { content in
                    builder.append(
                        PackBuilder.Entry(
                            leaf: entry.leaf, kind: entry.kind, deployment: entry.deployment, sha256: sha256,
                            asReceived: asReceived, content: content))
                }
            }
        }
    }

    static func read(_ packed: PackBuilder.Packed, body: [UInt8]? = nil) throws -> EntryPack {
        try EntryPack(first: packed.first, count: packed.count, leaves: packed.leaves, body: body ?? packed.body)
    }

    static func checked(_ body: [UInt8]) -> [UInt8] {
        let sum = Deflater.crc32(body[4...])
        return (0..<4).map { UInt8(truncatingIfNeeded: sum >> (24 - 8 * $0)) } + body[4...]
    }

    @Test("give back every entry", arguments: [1, 2, 63, 64, 65, 129, 256, 1_000])
    func roundTrip(count: Int) throws {
        let entries = Self.entries(count)
        let pack = try Self.read(Self.packed(entries, first: 77))
        let inflater = Inflater()
        #expect(pack.range == 77..<77 + count && pack.isSound)
        for (number, entry) in entries.enumerated() {
            let stored = try pack.entry(77 + number, inflater)
            #expect(stored.record.index == 77 + number && stored.record.kind == entry.kind)
            #expect(stored.record.content == entry.content && stored.record.asReceived == entry.asReceived)
            #expect(stored.record.sha256 == entry.sha256 ?? [] && stored.record.leaf == entry.leaf)
            #expect(stored.deployment == entry.deployment)
        }
        #expect(pack.deployments == Set(entries.compactMap(\.deployment)).sorted())
    }

    @Test("are full by the number of their entries, and by their texts")
    func full() {
        var builder = PackBuilder(first: 0)
        while !builder.isFull { Self.append(Self.entries(1)[0], to: &builder) }
        #expect(builder.count == PackBuilder.maxEntries)
        var large = PackBuilder(first: 0)
        let text = [UInt8](repeating: 0x61, count: 400_000)
        let entry = Entry(kind: 0, deployment: nil, sha256: nil, asReceived: nil, content: text)
        while !large.isFull { Self.append(entry, to: &large) }
        #expect(large.count == 3)
    }

    @Test("tell of each changed bit")
    func flips() throws {
        let entries = Self.entries(40)
        let packed = Self.packed(entries)
        for bit in 0..<packed.body.count * 8 {
            var body = packed.body
            body[bit / 8] ^= 1 << UInt8(bit % 8)
            let pack = try Self.read(packed, body: body)
            #expect(!pack.isSound, "bit \(bit)")
            #expect(throws: LedgerError.self) { try pack.entry(0, Inflater()) }
        }
    }

    @Test("of any bytes, with a checksum that fits, are read or refused, and never more than they hold")
    func hostile() throws {
        let inflater = Inflater()
        let packed = Self.packed(Self.entries(130))
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<4_000 {
            var body = packed.body
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 4..<min(body.count, 1_500), using: &generator)
                body[place] =
                    [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &generator)]
                    .randomElement(using: &generator) ?? 0
            }
            if Bool.random(using: &generator) { body.removeLast(Int.random(in: 1..<body.count - 4, using: &generator)) }
            let pack = try Self.read(packed, body: Self.checked(body))
            for index in pack.range { _ = pack.salvaged(index, inflater) }
            _ = pack.deployments
        }
    }

    @Test("state no more bytes than their deflated ones can give")
    func bounded() {
        let deflated = Deflater.compress([UInt8](repeating: 0, count: 1 << 20)) + Deflater.end
        let inflater = Inflater()
        #expect(inflater.inflate(deflated[...], count: 1 << 20).isWhole)
        #expect(!inflater.inflate(deflated[...], count: 1 << 20 - 1).isWhole)
        #expect(!inflater.inflate(deflated[...], count: 1 << 20 + 1).isWhole)
        #expect(inflater.inflate(deflated[...], count: 1 << 31).bytes.isEmpty)
        #expect(!inflater.inflate(deflated.dropLast(9), count: 1 << 20).isWhole)
        #expect(!inflater.inflate((deflated + [0])[...], count: 1 << 20).isWhole)
    }

    @Test("with another number of leaves than of entries are refused", arguments: [0, 39, 41, 1 << 40])
    func counts(count: Int) {
        let packed = Self.packed(Self.entries(40))
        #expect(throws: LedgerError.self) {
            try EntryPack(first: 0, count: count, leaves: packed.leaves, body: packed.body)
        }
        #expect(throws: LedgerError.self) {
            try EntryPack(first: -1, count: 40, leaves: packed.leaves, body: packed.body)
        }
    }
}
