import Foundation
import Testing
import ZipFormat

@Suite("ZIP content: inflating with checks")
struct ZipEntryReaderTests {
    static let text = Array(String(repeating: "one line of an audit trail\n", count: 2_000).utf8)

    /// Returns the code of the problem that reading the only entry meets, nil if there is none.
    static func problem(
        content: [UInt8] = text, data: [UInt8]? = nil, size: Int? = nil, checksum: UInt32? = nil, blockSize: Int = 1_000
    ) throws -> ZipProblem.Code? {
        var raw = RawArchive([])
        var entry = RawArchive.Entry("a", content)
        if let data { entry.data = data }
        if let size { entry.uncompressedSize = UInt32(size) }
        if let checksum { entry.checksum = checksum }
        raw.entries = [entry]
        let archive = try ZipArchive(bytes: raw.bytes())
        #expect(archive.problems == [])
        do {
            _ = try ZipFormatTests.content(of: archive.entries[0], in: archive, blockSize: blockSize)
            return nil
        } catch ZipReadError.problem(let problem) {
            #expect(problem.entry == "a")
            return problem.code
        }
    }

    static let blockSizes = [1, 7, 26_999, 54_000, 54_001, 1 << 20]

    @Test("good content passes at any size of block", arguments: blockSizes)
    func good(blockSize: Int) throws {
        #expect(try Self.problem(blockSize: blockSize) == nil)
    }

    @Test("a lie about the size, the checksum or the end of the stream is found", arguments: blockSizes)
    func lies(blockSize: Int) throws {
        let data = ZlibDeflate.compress(Self.text)
        let count = Self.text.count
        #expect(try Self.problem(size: count - 1, blockSize: blockSize) == .dataSize)
        #expect(try Self.problem(size: count + 1, blockSize: blockSize) == .dataSize)
        #expect(try Self.problem(size: 1, blockSize: blockSize) == .dataSize)
        #expect(try Self.problem(checksum: 0, blockSize: blockSize) == .dataChecksum)
        #expect(try Self.problem(data: data + [0], blockSize: blockSize) == .dataTrailing)
        #expect(try Self.problem(data: data + data, blockSize: blockSize) == .dataTrailing)
        #expect(
            try Self.problem(data: data + [UInt8](repeating: 0, count: 100_000), blockSize: blockSize) == .dataTrailing)
        #expect(try Self.problem(data: [0xFF] + data, blockSize: blockSize) == .dataCorrupt)
    }

    @Test("a stream cut at any length is refused")
    func cut() throws {
        let text = Array(Self.text.prefix(300))
        let data = ZlibDeflate.compress(text)
        for length in 1..<data.count {
            #expect(try Self.problem(content: text, data: Array(data.prefix(length))) != nil, "\(length) bytes")
        }
    }

    @Test("a bomb is stopped at its declared size, in blocks of fixed size")
    func bomb() throws {
        let zeros = [UInt8](repeating: 0, count: 50_000_000)
        let data = ZlibDeflate.compress(zeros, level: 9)
        #expect(data.count < 60_000)
        #expect(try Self.problem(content: [0], data: data) == .dataSize)
        #expect(try Self.problem(content: [0], data: data, size: 10_000) == .dataSize)
    }

    @Test("the block with the last byte is not handed out before the checks, and an error stays")
    func lastBlock() throws {
        var raw = RawArchive([])
        raw.entries = [RawArchive.Entry("a", Self.text)]
        raw.entries[0].checksum ^= 1
        let archive = try ZipArchive(bytes: raw.bytes())
        var reader = try archive.reader(for: archive.entries[0])
        var handedOut = 0
        var errors = 0
        do { try reader.forEachBlock { handedOut += $0.count } } catch { errors += 1 }
        do { try reader.forEachBlock { handedOut += $0.count } } catch { errors += 1 }
        #expect(handedOut == 0)
        #expect(errors == 2)
    }

    @Test("blocks are 256 KiB, the last one fewer, and none for an empty file")
    func blocks() throws {
        let bytes = try writeArchive([("a", ArchiveContent.large), ("b", [])])
        let archive = try ZipArchive(bytes: bytes)
        var sizes: [Int] = []
        var reader = try archive.reader(for: archive.entries[0])
        try reader.forEachBlock { sizes.append($0.count) }
        #expect(sizes == [262_144, 262_144, 75_712])
        var empty = try archive.reader(for: archive.entries[1])
        try empty.forEachBlock { _ in #expect(Bool(false), "no block expected") }
    }

    enum ArchiveContent {
        static let large = ZipArchiveTests.noise(600_000)
    }

    @Test("readers of one archive do not disturb each other, in turn and at once")
    func severalReaders() async throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(writeArchive(ZipArchiveTests.files))
        let archive = try ZipArchive(path: path)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for round in 0..<16 {
                let index = round % archive.entries.count
                group.addTask {
                    let read = try content(of: archive.entries[index], in: archive, blockSize: 997)
                    return read == ZipArchiveTests.files[index].1
                }
            }
            for try await isEqual in group { #expect(isEqual) }
        }
        var first = try archive.reader(for: archive.entries[2])
        var second = try archive.reader(for: archive.entries[2])
        var read: [[UInt8]] = [[], []]
        try withUnsafeTemporaryAllocation(byteCount: 4_099, alignment: 1) { buffer in
            while true {
                let count = try first.read(into: buffer)
                read[0] += buffer.prefix(count)
                read[1] += try buffer.prefix(second.read(into: buffer))
                if count == 0 { break }
            }
        }
        #expect(read == [ZipArchiveTests.files[2].1, ZipArchiveTests.files[2].1])
    }
}
