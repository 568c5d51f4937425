internal import CISAL

/// Compresses chunks into parts of one DEFLATE stream (RFC 1951).
///
/// Each chunk is compressed on its own and ends with a full flush, so chunks can be made side by side and joined; a last
/// empty block ends the stream. ISA-L at level 1 is eight times as fast as zlib at level 1, at about the same size.
package enum Deflater {
    /// Input of one chunk; large enough that the flush costs nothing, small enough for both cores to have work.
    package static let chunkBytes = 1 << 20

    /// The final empty stored block that ends a stream of chunks.
    package static let end: [UInt8] = [0x01, 0x00, 0x00, 0xFF, 0xFF]

    /// The compressed chunk.
    package static func compress(_ chunk: [UInt8]) -> [UInt8] {
        guard !chunk.isEmpty else { return [] }
        var capacity = chunk.count + chunk.count / 16 + 4096
        while true {
            if let output = attempt(chunk, capacity) { return output }
            capacity *= 2
        }
    }

    /// Bytes in blocks that say that they are not compressed (RFC 1951, 3.2.4), for what was compressed before.
    package static func store(_ bytes: [UInt8]) -> [UInt8] {
        let longest = Int(UInt16.max)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + (bytes.count / longest + 1) * 5)
        for start in stride(from: 0, to: bytes.count, by: longest) {
            let block = bytes[start..<min(start + longest, bytes.count)]
            let length = UInt16(block.count)
            output.append(0)
            for number in [length, ~length] {
                output.append(UInt8(truncatingIfNeeded: number))
                output.append(UInt8(truncatingIfNeeded: number >> 8))
            }
            output += block
        }
        return output
    }

    private static func attempt(_ chunk: [UInt8], _ capacity: Int) -> [UInt8]? {
        [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            withUnsafeTemporaryAllocation(of: isal_zstream.self, capacity: 1) { stream in
                withUnsafeTemporaryAllocation(byteCount: levelBytes, alignment: 16) { level in
                    count = stream.baseAddress.flatMap { compress(chunk, into: output, stream: $0, level: level) } ?? 0
                }
            }
        }.nonEmpty
    }

    /// Working memory of level 1.
    static let levelBytes = Int(cisal_level1_buffer_bytes)

    /// Bytes at the beginning of a chunk that are compressed in a call of their own.
    private static let leadBytes = 16

    /// Compresses a chunk in memory that can be anywhere and hold anything; nil if the output is too small.
    ///
    /// The first 16 bytes go through a call of their own. The library's fast loop, when a stream begins in it, takes one
    /// hash from a register that holds the stream's address (igzip_icf_body_h1_gr_bt.asm, `.write_first_byte`), and three
    /// chunks in ten thousand then come out a byte longer or shorter, at random. So short an input goes through another
    /// loop, and the rest begins with history. It costs 13 bytes a chunk.
    static func compress(
        _ chunk: [UInt8], into output: UnsafeMutableBufferPointer<UInt8>, stream: UnsafeMutablePointer<isal_zstream>,
        level: UnsafeMutableRawBufferPointer
    ) -> Int? {
        stream.initialize(to: isal_zstream())
        isal_deflate_init(stream)
        stream.pointee.level = 1
        stream.pointee.level_buf = level.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.level_buf_size = UInt32(levelBytes)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(output.count)
        defer { cisal_clear_upper_halves() }
        return chunk.withUnsafeBufferPointer { input in
            // The library declares its input mutable and does not write to it.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            let lead = min(input.count, leadBytes)
            guard compressNext(lead, lead < input.count ? SYNC_FLUSH : FULL_FLUSH, stream: stream) else { return nil }
            guard lead == input.count || compressNext(input.count - lead, FULL_FLUSH, stream: stream) else {
                return nil
            }
            return Int(stream.pointee.total_out)
        }
    }

    /// Compresses the next bytes of the input; false if the output is too small.
    private static func compressNext(_ count: Int, _ flush: Int32, stream: UnsafeMutablePointer<isal_zstream>) -> Bool {
        stream.pointee.avail_in = UInt32(count)
        stream.pointee.flush = UInt16(flush)
        return isal_deflate(stream) == COMP_OK && stream.pointee.avail_in == 0 && stream.pointee.avail_out > 0
    }

    /// The CRC-32 of ZIP, continued from `seed`.
    package static func crc32(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
        defer { cisal_clear_upper_halves() }
        return bytes.withUnsafeBufferPointer { crc32_gzip_refl(seed, $0.baseAddress, UInt64($0.count)) }
    }

    /// The same of a part of some bytes.
    package static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        defer { cisal_clear_upper_halves() }
        return bytes.withUnsafeBufferPointer { crc32_gzip_refl(0, $0.baseAddress, UInt64($0.count)) }
    }
}

extension [UInt8] {
    fileprivate var nonEmpty: [UInt8]? { isEmpty ? nil : self }
}
