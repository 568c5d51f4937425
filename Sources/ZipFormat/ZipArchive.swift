package import FileSystem

/// An archive as it was found: its entries, and all in which it differs from the profile in `ZipStructure.swift`.
///
/// Opening reads the headers and no data; `reader(for:)` reads the data of one entry. Only an archive without problems
/// is one of the profile, and of those without problems `ZipStructure` encodes exactly these bytes. Of any other the
/// entries against which nothing was found can be read, so that more can be said about it, not to be trusted.
package struct ZipArchive: Sendable {
    /// The largest number of problems that are kept, so that a hostile archive cannot fill the memory with them.
    package static let maximumProblems = 1_000

    /// Where the bytes come from.
    package let store: ByteStore
    /// The entries against which nothing was found, in the order of the central directory.
    ///
    /// The names satisfy `ZipName` and can stand side by side; sizes are at most `ZipEntry.maximumSize`; header and data
    /// lie inside the archive, and no two of them overlap.
    package let entries: [ZipEntry]
    /// The names of entries that are there and have a problem, and are not to be read.
    package let withheld: [String]
    /// What is wrong, in the order it was found: at most `maximumProblems` and one that says there are more.
    package let problems: [ZipProblem]

    /// Reads the headers of the archive in `store`; throws only if the bytes cannot be read.
    package init(_ store: ByteStore) throws(FileSystemError) {
        var scan = ZipScan(store)
        try scan.run()
        self.store = store
        entries = scan.entries
        withheld = scan.withheld
        problems = scan.problems
    }

    /// Reads the headers of the archive in the regular file at `path`, which stays open with the value.
    package init(path: String) throws(FileSystemError) {
        try self.init(.file(ReadOnlyFile(path)))
    }

    /// Reads the headers of the archive in `bytes`.
    package init(bytes: [UInt8]) throws(FileSystemError) {
        try self.init(.memory(bytes))
    }

    /// Returns a reader of the content of `entry`, one of `entries`; any number may be in use at once.
    package func reader(for entry: ZipEntry) throws(FileSystemError) -> ZipEntryReader {
        try ZipEntryReader(ZipContent(entry), in: store)
    }
}
