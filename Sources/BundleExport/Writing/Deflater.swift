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

    private static func attempt(_ chunk: [UInt8], _ capacity: Int) -> [UInt8]? {
        let levelBytes = Int(cisal_level1_buffer_bytes)
        return [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            withUnsafeTemporaryAllocation(byteCount: levelBytes, alignment: 16) { level in
                chunk.withUnsafeBufferPointer { input in
                    // What the library finds in its buffer can decide between equally good matches.
                    level.initializeMemory(as: UInt8.self, repeating: 0)
                    var stream = isal_zstream()
                    isal_deflate_stateless_init(&stream)
                    stream.level = 1
                    stream.level_buf = level.bindMemory(to: UInt8.self).baseAddress
                    stream.level_buf_size = UInt32(levelBytes)
                    stream.flush = UInt16(FULL_FLUSH)
                    stream.end_of_stream = 0
                    // The library declares its input mutable and does not write to it.
                    stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                    stream.avail_in = UInt32(input.count)
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    let result = isal_deflate_stateless(&stream)
                    count = result == COMP_OK && stream.avail_in == 0 ? Int(stream.total_out) : 0
                }
            }
        }.nonEmpty
    }

    /// The CRC-32 of ZIP, continued from `seed`.
    package static func crc32(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBufferPointer { crc32_gzip_refl(seed, $0.baseAddress, UInt64($0.count)) }
    }
}

extension [UInt8] {
    fileprivate var nonEmpty: [UInt8]? { isEmpty ? nil : self }
}
