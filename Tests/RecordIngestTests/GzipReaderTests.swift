import CZlib
import SourceText
import Testing

@Suite("gzip input")
struct GzipReaderTests {
    static let text = Array(String(repeating: #"{"deploymentId":"d-1"}"# + "\n", count: 5_000).utf8)

    /// Returns `bytes` as one gzip member.
    static func member(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        let started = deflateInit2_(
            &stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
        precondition(started == Z_OK, "zlib refused to start")
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        let count = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib did not finish")
                return target.count - Int(stream.avail_out)
            }
        }
        return Array(output.prefix(count))
    }

    /// Inflates `input`, brought in pieces of `piece` bytes, in blocks of `block` bytes.
    static func inflated(_ input: [UInt8], piece: Int = 65_536, block: Int = 4_096) throws -> [UInt8] {
        var rest = input[...]
        var reader = GzipReader { buffer in
            let next = rest.prefix(min(piece, buffer.count))
            buffer.copyBytes(from: next)
            rest = rest.dropFirst(next.count)
            return next.count
        }
        var output: [UInt8] = []
        try withUnsafeTemporaryAllocation(byteCount: block, alignment: 1) { buffer in
            while true {
                let count = try reader.read(into: buffer)
                guard count > 0 else { break }
                output += buffer.prefix(count)
            }
            let again = try reader.read(into: buffer)
            #expect(again == 0, "the end stays the end")
        }
        return output
    }

    static func error(_ input: [UInt8], piece: Int = 65_536) -> GzipError? {
        do {
            _ = try inflated(input, piece: piece)
            return nil
        } catch {
            return error as? GzipError
        }
    }

    @Test("a member is inflated whatever the pieces and blocks", arguments: [1, 2, 18, 65_536], [1, 997, 1 << 20])
    func oneMember(piece: Int, block: Int) throws {
        #expect(try Self.inflated(Self.member(Self.text), piece: piece, block: block) == Self.text)
    }

    @Test("the contents of several members are joined, empty ones among them", arguments: [1, 3, 20, 65_536])
    func severalMembers(piece: Int) throws {
        let input = Self.member(Self.text) + Self.member([]) + Self.member([]) + Self.member([0x0A])
        #expect(try Self.inflated(input, piece: piece) == Self.text + [0x0A])
        #expect(try Self.inflated(Self.member([]), piece: piece) == [])
    }

    @Test("input cut at any length is truncated", arguments: [1, 65_536])
    func truncated(piece: Int) {
        let input = Self.member(Array(Self.text.prefix(100)))
        for length in input.indices {
            #expect(Self.error(Array(input.prefix(length)), piece: piece) == .truncated, "cut to \(length) bytes")
        }
        for length in 3..<input.count {
            #expect(Self.error(input + input.prefix(length), piece: piece) == .truncated, "second cut to \(length)")
        }
    }

    @Test(
        "zeros, junk and an incomplete magic number behind the last member are refused",
        arguments: [[0], [UInt8](repeating: 0, count: 512), [0x0A], Array("junk".utf8), [0x1F], [0x1F, 0x8C, 8]],
        [1, 512])
    func trailing(bytes: [UInt8], piece: Int) {
        let input = Self.member(Self.text)
        #expect(Self.error(input + bytes, piece: piece) == .trailingBytes)
        #expect(Self.error(input + input + bytes, piece: piece) == .trailingBytes)
    }

    @Test("a wrong header, checksum, length or stream is corrupt")
    func corrupt() {
        let input = Self.member(Self.text)
        for index in [0, 1, 2, input.count - 8, input.count - 1] {
            var changed = input
            changed[index] ^= 0x40
            #expect(Self.error(changed) == .corrupt, "byte \(index)")
        }
        #expect(Self.error(Array("{\"deploymentId\":1}".utf8)) == .corrupt)
        #expect(Self.error([0x78, 0x9C, 3, 0, 0, 0, 0, 1]) == .corrupt, "zlib is not gzip")
        #expect(Self.error(input + input.prefix(10) + [0x07]) == .corrupt, "block of a reserved type")
    }

    @Test("each bit of the stream counts, or the content is the same")
    func everyBit() {
        let text = Array(Self.text.prefix(200))
        let input = Self.member(text)
        for index in input.indices {
            for bit in 0..<8 {
                var flipped = input
                flipped[index] ^= 1 << UInt8(bit)
                if let output = try? Self.inflated(flipped) { #expect(output == text, "bit \(bit) of byte \(index)") }
            }
        }
    }

    struct Interruption: Error {}

    @Test("what the refill throws passes through and stays")
    func refillThrows() throws {
        let input = Self.member(Self.text)
        var calls = 0
        var reader = GzipReader { buffer in
            calls += 1
            guard calls == 1 else { throw Interruption() }
            buffer.copyBytes(from: input.prefix(30))
            return 30
        }
        var errors: [any Error] = []
        withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 1) { buffer in
            while errors.count < 2 {
                do { _ = try reader.read(into: buffer) } catch { errors.append(error) }
            }
        }
        #expect(errors.allSatisfy { $0 is Interruption })
        #expect(calls == 2)
    }

    @Test("output comes in blocks however far the input would inflate")
    func bomb() throws {
        let input = Self.member([UInt8](repeating: 0, count: 20_000_000))
        var rest = input[...]
        var reader = GzipReader { buffer in
            let next = rest.prefix(buffer.count)
            buffer.copyBytes(from: next)
            rest = rest.dropFirst(next.count)
            return next.count
        }
        try withUnsafeTemporaryAllocation(byteCount: 1_000, alignment: 1) { buffer in
            let count = try reader.read(into: buffer)
            #expect(count == 1_000)
        }
    }
}
