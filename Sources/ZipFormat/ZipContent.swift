/// Where the content of a file lies, and what it has to be.
///
/// An entry of the profile (``ZipEntry``) is one such place; an archive that another program packed, and a file outside of
/// any archive, are others.
package struct ZipContent: Hashable, Sendable {
    /// The name, for messages and to look it up.
    package let name: String
    /// Bytes of content.
    package let uncompressedSize: UInt64
    let method: ZipMethod
    let compressedSize: UInt64
    /// Where the data starts in the store.
    let dataOffset: UInt64
    /// nil if nothing states it.
    let crc32: UInt32?

    /// The content of an entry of the profile.
    package init(_ entry: ZipEntry) {
        self.init(
            name: entry.name, method: entry.method, compressedSize: entry.compressedSize,
            uncompressedSize: entry.uncompressedSize, dataOffset: entry.dataOffset, crc32: entry.crc32)
    }

    /// A whole store that is the content itself.
    package init(name: String, size: UInt64) {
        self.init(
            name: name, method: .stored, compressedSize: size, uncompressedSize: size, dataOffset: 0, crc32: nil)
    }

    init(
        name: String, method: ZipMethod, compressedSize: UInt64, uncompressedSize: UInt64, dataOffset: UInt64,
        crc32: UInt32?
    ) {
        self.name = name
        self.method = method
        self.compressedSize = compressedSize
        self.uncompressedSize = uncompressedSize
        self.dataOffset = dataOffset
        self.crc32 = crc32
    }
}
