internal import CZlib

/// The CRC-32 of gzip and ZIP, which finds bytes that a disk or memory has changed.
package enum Checksum {
    /// The checksum of the bytes; 0 for none.
    package static func crc32(_ bytes: Span<UInt8>) -> UInt32 {
        bytes.withUnsafeBytes { bytes in
            // zlib takes no address for a question about its starting value, which is 0 as well.
            UInt32(truncatingIfNeeded: crc32_z(0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
        }
    }
}
