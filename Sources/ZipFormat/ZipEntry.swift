/// How the data of an entry is compressed (APPNOTE 4.4.5).
package enum ZipMethod: UInt16, Sendable {
    /// The data is the content; used for an empty file and nothing else.
    case stored = 0
    /// The data is one raw DEFLATE stream.
    case deflated = 8
}

/// What the headers of one archive entry say.
///
/// All that the profile does not fix is stored here; the rest, such as the method, follows from it.
package struct ZipEntry: Hashable, Sendable {
    /// The largest size of an entry in bytes, compressed or not: 16 TiB.
    ///
    /// With it the sum over the largest number of entries stays below 2^63, so that adding sizes cannot overflow.
    package static let maximumSize: UInt64 = 1 << 44

    /// The path inside the archive, of the alphabet `ZipName` allows.
    package let name: String
    /// The CRC-32 of the content (APPNOTE 4.4.7).
    package let crc32: UInt32
    /// Bytes of data in the archive.
    package let compressedSize: UInt64
    /// Bytes of content.
    package let uncompressedSize: UInt64
    /// Where the local header starts, in bytes from the start of the archive.
    package let localHeaderOffset: UInt64

    /// Makes an entry; `ZipLayout` does so with checks.
    ///
    /// - Precondition: the name has at most 255 bytes.
    package init(
        name: String, crc32: UInt32, compressedSize: UInt64, uncompressedSize: UInt64, localHeaderOffset: UInt64
    ) {
        precondition(name.utf8.count <= ZipName.maximumLength, "entry name longer than the profile allows")
        self.name = name
        self.crc32 = crc32
        self.compressedSize = compressedSize
        self.uncompressedSize = uncompressedSize
        self.localHeaderOffset = localHeaderOffset
    }

    /// How the data is compressed: stored if and only if the content is empty.
    package var method: ZipMethod {
        uncompressedSize == 0 ? .stored : .deflated
    }

    /// Where the data starts, in bytes from the start of the archive.
    package var dataOffset: UInt64 {
        localHeaderOffset + ZipStructure.localHeaderSize(for: self)
    }

    /// Where the data ends and the next header starts, in bytes from the start of the archive.
    package var endOffset: UInt64 {
        dataOffset + compressedSize
    }

    /// Returns what the sizes and the checksum break of the profile, nil if nothing.
    var sizeProblem: ZipProblem? {
        if uncompressedSize == 0, compressedSize != 0 {
            return ZipProblem(.size, entry: name, "data of empty file \"\(compressedSize)\" bytes, expected \"0\"")
        }
        if uncompressedSize == 0, crc32 != 0 {
            return ZipProblem(.checksum, entry: name, "crc-32 of empty file not zero")
        }
        if uncompressedSize != 0, compressedSize == 0 {
            return ZipProblem(.size, entry: name, "data of non-empty file \"0\" bytes, expected a deflate stream")
        }
        let larger = max(compressedSize, uncompressedSize)
        if larger > Self.maximumSize {
            return ZipProblem(.size, entry: name, "size \"\(larger)\" bytes, expected at most \"\(Self.maximumSize)\"")
        }
        return nil
    }
}
