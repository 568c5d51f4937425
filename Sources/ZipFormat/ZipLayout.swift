/// The places of the entries of an archive that is being written.
///
/// The writer appends each entry once its data is compressed, writes `ZipStructure.localHeader(for:)` and the data, and
/// `centralDirectory()` at the end.
package struct ZipLayout: Sendable {
    /// The entries so far, each directly behind the one before.
    package private(set) var entries: [ZipEntry] = []

    /// The one name outside the grammar that a format inside a bundle asks for (ISO/IEC 29500-2, 7.3.7).
    private static let partNames = ["[Content_Types].xml"]

    /// Makes the layout of an archive without entries.
    package init() {}

    /// Bytes the entries take: where the next local header or the central directory starts.
    package var endOffset: UInt64 { entries.last?.endOffset ?? 0 }

    /// Places an entry behind those there and returns it.
    ///
    /// The data is a raw DEFLATE stream, or nothing if the content is empty. Throws what breaks the profile: the
    /// name, its order, the sizes, or the number of entries.
    @discardableResult
    package mutating func append(
        name: String, crc32: UInt32, compressedSize: UInt64, uncompressedSize: UInt64
    ) throws(ZipProblem) -> ZipEntry {
        if !ZipLayout.partNames.contains(name), let problem = ZipName.problem(in: name.utf8) { throw problem }
        if let last = entries.last?.name, !ZipName.precedes(last, name) {
            throw ZipProblem(.nameOrder, entry: name, "name \"\(name)\" behind \"\(last)\", expected byte order")
        }
        guard entries.count < ZipStructure.maximumEntries else {
            throw ZipProblem(.tooManyEntries, "entries too many, expected at most \"\(ZipStructure.maximumEntries)\"")
        }
        let entry = ZipEntry(
            name: name, crc32: crc32, compressedSize: compressedSize, uncompressedSize: uncompressedSize,
            localHeaderOffset: endOffset)
        if let problem = entry.sizeProblem { throw problem }
        entries.append(entry)
        return entry
    }

    /// Returns all that follows the data of the last entry.
    ///
    /// Throws a problem if two names cannot stand side by side in one archive: differing in case alone, or a file
    /// that is also a directory.
    package func centralDirectory() throws(ZipProblem) -> [UInt8] {
        let clashes = ZipName.clashes(in: entries.map(\.name))
        if let first = clashes.keys.min(), let problem = clashes[first] { throw problem }
        return ZipStructure.centralDirectory(for: entries)
    }
}
