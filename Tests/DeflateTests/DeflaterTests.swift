import CISAL
import CZlib
import Glibc
import Testing
import VectorState

@testable import Deflate

@Suite("DEFLATE of chunks")
struct DeflaterTests {
    /// Rows as in a table: texts that repeat soon after the beginning show what the first bytes were hashed to.
    private static func rows(_ count: Int) -> [UInt8] {
        Array(
            (0..<count).map { "\(31232 + $0),27c8fe52-\($0 * 7919 % 10_000),Completed,testnet-v1.0,,,\n" }.joined().utf8
        )
    }

    /// Inflates raw DEFLATE that may lack its end.
    private static func inflated(_ bytes: [UInt8], count: Int) -> [UInt8]? {
        var stream = z_stream()
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var input = bytes
        return [UInt8](unsafeUninitializedCapacity: count + 1) { output, written in
            input.withUnsafeMutableBufferPointer { input in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(count + 1)
                _ = inflate(&stream, Z_SYNC_FLUSH)
                written = Int(stream.total_out)
            }
        }
    }

    @Test("zlib inflates chunks of every length", arguments: [1, 15, 16, 17, 31, 33, 300, 4096, 70_000, 1_100_000])
    func inflates(count: Int) {
        let chunk = Array(Self.rows(count / 30 + 1).prefix(count))
        #expect(Self.inflated(Deflater.compress(chunk), count: count) == chunk)
    }

    @Test("chunks join into one stream that ends")
    func joins() {
        let parts = [Self.rows(10), Self.rows(2000), [UInt8(ascii: "x")], Self.rows(3)]
        let joined = parts.flatMap(Deflater.compress) + Deflater.end
        #expect(Self.inflated(joined, count: parts.flatMap { $0 }.count) == parts.flatMap { $0 })
    }

    @Test(
        "the vector registers' upper halves are clear afterwards, since what follows is slower otherwise",
        .enabled(if: vector_state_upper_halves_in_use() >= 0, "the processor does not tell"))
    func clearsVectorRegisters() {
        let chunk = Self.rows(20_000)
        #expect(!Deflater.compress(chunk).isEmpty)
        #expect(vector_state_upper_halves_in_use() == 0)
        #expect(Deflater.crc32(chunk) != 0)
        #expect(vector_state_upper_halves_in_use() == 0)
    }

    @Test("the compressed bytes depend neither on where memory lies nor on what it held")
    func isDeterministic() throws {
        // Without the lead of 16 bytes, one address in some 3,000 gives other bytes.
        let chunk = Self.rows(60)
        let stride = 1 << 20
        let addresses = 20_000
        let arena = try #require(
            mmap(nil, addresses * stride, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))
        defer { munmap(arena, addresses * stride) }
        let level = UnsafeMutableRawBufferPointer.allocate(byteCount: Deflater.levelBytes, alignment: 16)
        defer { level.deallocate() }
        var results: Set<[UInt8]> = []
        for address in 0..<addresses {
            if address % 100 == 0 { level.initializeMemory(as: UInt8.self, repeating: UInt8(address / 100)) }
            let memory = arena + address * stride
            let stream = memory.bindMemory(to: isal_zstream.self, capacity: 1)
            results.insert(
                [UInt8](unsafeUninitializedCapacity: chunk.count * 2) { output, count in
                    count = Deflater.compress(chunk, into: output, stream: stream, level: level) ?? 0
                })
            madvise(memory, stride, MADV_DONTNEED)
        }
        #expect(results.count == 1)
        #expect(results.first?.isEmpty == false)
    }
}
