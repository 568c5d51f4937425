package import FileSystem
package import ZipFormat

/// The files that somebody received, in whatever shape: as the ZIP that was made, in a ZIP that another program packed, or
/// unpacked in a folder.
///
/// Nothing is judged here but whether every program would read the same files. Paths are those below the bundle's own
/// directory, ``root``.
package struct ReceivedFiles: Sendable {
    /// What the files stand in.
    package enum Shape: String, Sendable {
        /// A ZIP in the profile of the format.
        case asMade = "as-made"
        /// A ZIP that another program packed, and that can be read in one way only.
        case repacked
        /// A folder on disk.
        case folder
        /// A ZIP that breaks the rules, or no archive at all.
        case broken
    }

    package let shape: Shape
    /// The directory that holds all files; nil if they do not share one.
    package let root: String?
    /// By path below the root.
    package let files: [String: ReceivedFile]
    /// Paths of files that are there and cannot be read.
    package let withheld: Set<String>
    /// What is wrong with the container, shortest first, at most ``listedProblems`` and how many more.
    package let problems: [String]
    /// Files that stand beside the bundle and are none of it: what operating systems add, and files around its directory.
    package let ignored: [String]
    /// Entries of the archive, or files of the folder.
    package let count: Int
    /// Bytes of the file; nil for a folder.
    package let byteCount: UInt64?
    /// The name of the file or folder, without `.zip`.
    package let fileName: String
    /// What this is, if it is no bundle at all; nil if it may be one.
    package let foreignKind: String?
    /// nil for a folder.
    private let store: ByteStore?

    /// Problems that are listed: one tells what happened, hundreds hide it.
    package static let listedProblems = 5

    /// Opens a file or a folder; throws only if it cannot be read.
    package init(path: String) throws(FileSystemError) {
        let isFolder = (try? FileStatus(path).kind) == .directory
        let base = path.split(separator: "/").last.map(String.init) ?? ""
        self =
            isFolder
            ? try ReceivedFiles(folder: path, fileName: base)
            : try ReceivedFiles(.file(ReadOnlyFile(path)), fileName: base)
    }

    /// The archive in a store, under the name of a file.
    package init(_ store: ByteStore, fileName: String) throws(FileSystemError) {
        let archive = try ZipArchive(store)
        let name = fileName.hasSuffix(".zip") ? String(fileName.dropLast(4)) : fileName
        var reason: String?
        if !archive.problems.isEmpty {
            do throws(ZipReadError) {
                let repacked = try RepackedZip(store)
                self.init(repacked, fileName: name)
                return
            } catch {
                guard case .problem(let problem) = error else { throw error.environment(store) }
                reason = problem.description
            }
        }
        self.init(archive, reason: reason, fileName: name)
    }

    /// A ZIP in the profile, or one that nothing can read in one way.
    private init(_ archive: ZipArchive, reason: String?, fileName: String) {
        shape = archive.problems.isEmpty ? .asMade : .broken
        // Of an archive of which nothing can be read the names still say what it was.
        let named = archive.entries.isEmpty ? archive.withheld : archive.entries.map(\.name)
        let tops = Set(named.map { $0.split(separator: "/", maxSplits: 1).first.map(String.init) ?? "" })
        let root = tops.count == 1 ? tops.first : nil
        func below(_ entry: String) -> String? {
            guard let root, entry.hasPrefix(root + "/") else { return nil }
            return String(entry.dropFirst(root.count + 1))
        }
        var files: [String: ReceivedFile] = [:]
        for entry in archive.entries {
            if let path = below(entry.name) { files[path] = ReceivedFile(path: path, content: ZipContent(entry)) }
        }
        self.root = root
        self.files = files
        withheld = Set(archive.withheld.compactMap(below))
        let all = archive.problems.map(\.description)
        problems = ReceivedFiles.shortened((reason.map { [$0] } ?? []) + all.filter { $0 != reason })
        ignored = []
        count = archive.entries.count
        byteCount = archive.store.size
        self.fileName = fileName
        store = archive.store
        let names = archive.entries.map(\.name) + archive.withheld
        foreignKind =
            names.isEmpty
            ? ForeignKind.of(archive.store, problem: all.first) : ForeignKind.of(names: names, container: "ZIP archive")
    }

    /// A ZIP that another program packed; of one that holds more than one bundle nobody knows which is meant.
    private init(_ archive: RepackedZip, fileName: String) {
        let layout = FileLayout(archive.files.map(\.name))
        shape = .repacked
        root = layout.root.map { FileName.last(of: $0) }
        var files: [String: ReceivedFile] = [:]
        for content in archive.files {
            if let path = layout.path(content.name) { files[path] = ReceivedFile(path: path, content: content) }
        }
        self.files = files
        withheld = []
        problems = []
        ignored = layout.ignored
        count = archive.files.count
        byteCount = archive.store.size
        self.fileName = fileName
        store = archive.store
        let several = layout.root == nil ? "a ZIP archive of several bags: unpack it, and verify each" : nil
        foreignKind = ForeignKind.of(names: archive.files.map(\.name), container: "ZIP archive") ?? several
    }

    private init(folder path: String, fileName: String) throws(FileSystemError) {
        let folder = try UnpackedFolder(path)
        shape = .folder
        root = folder.root.map { FileName.last(of: $0) } ?? fileName
        files = folder.files
        withheld = []
        problems = ReceivedFiles.shortened(folder.problems)
        ignored = folder.ignored
        count = folder.files.count
        byteCount = nil
        self.fileName = root ?? fileName
        store = nil
        foreignKind = folder.foreignKind
    }

    static func shortened(_ problems: [String]) -> [String] {
        guard problems.count > listedProblems else { return problems }
        return problems.prefix(listedProblems) + ["and \(problems.count - listedProblems) more"]
    }

    /// A reader of one of the files; any number may be in use at once.
    package func reader(for file: ReceivedFile) throws(FileSystemError) -> ZipEntryReader {
        if let store { return try ZipEntryReader(file.content, in: store) }
        // The file stands in a folder that others may change meanwhile.
        let opened = try ReadOnlyFile(file.content.name, followsLinks: false)
        guard opened.size == file.uncompressedSize else {
            throw FileSystemError(.read, opened.path, reason: .shortened)
        }
        return try ZipEntryReader(file.content, in: .file(opened))
    }
}

/// One of the files.
package struct ReceivedFile: Sendable {
    /// The path below the bundle's directory.
    package let path: String
    let content: ZipContent

    /// Bytes of content.
    package var uncompressedSize: UInt64 { content.uncompressedSize }
}

extension ZipReadError {
    fileprivate func environment(_ store: ByteStore) -> FileSystemError {
        switch self {
        case .environment(let error): error
        case .problem: FileSystemError(.read, "", reason: .shortened)
        }
    }
}
