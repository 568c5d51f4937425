internal import BundleFormat
internal import FileSystem
internal import ZipFormat

/// A bundle that was unpacked into a folder.
struct UnpackedFolder {
    /// The folder that holds the bundle's files: the one that was named, or the only one in it.
    private(set) var root: String?
    private(set) var files: [String: ReceivedFile] = [:]
    private(set) var problems: [String] = []
    private(set) var ignored: [String] = []
    /// What the folder is, if it holds no bundle.
    private(set) var foreignKind: String?

    /// A bundle has some dozen files, and pages of its report.
    private static let maximumFiles = ZipStructure.maximumEntries

    /// Lists the folder; throws only if it cannot be listed.
    ///
    /// Whether it holds a bundle at all is looked at first, so that no large tree is walked for nothing.
    init(_ path: String) throws(FileSystemError) {
        guard let root = try UnpackedFolder.root(of: path) else {
            let isArchive = FileStatus.exists("\(path)/checkpoint") && FileStatus.exists("\(path)/catalogue.json")
            foreignKind =
                isArchive ? "an archive's folder: verify it with --archive" : "a folder, not an unpacked bundle"
            return
        }
        self.root = root.path
        ignored = root.beside
        let marks = [BundlePath.bundle, BundlePath.trail, BundlePath.signature, BundlePath.statement]
        guard marks.contains(where: { FileStatus.exists("\(root.path)/\($0)") }) else {
            foreignKind = "a BagIt bag, but not an audit bundle"
            return
        }
        try list(root.path)
    }

    /// The folder of the bundle's files, and the names that stand beside it in the folder that was named.
    private static func root(of path: String) throws(FileSystemError) -> (path: String, beside: [String])? {
        let marks = [BundlePath.bagit, BundlePath.tagManifest, BundlePath.manifest, BundlePath.bundle]
        func isRoot(_ folder: String) -> Bool { marks.contains { FileStatus.exists("\(folder)/\($0)") } }
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        if isRoot(trimmed) { return (trimmed, []) }
        var rules = DirectoryListing.Rules()
        rules.isRecursive = false
        rules.followsLinks = false
        rules.includesHidden = true
        rules.checksAccess = false
        let listing = try DirectoryListing(trimmed, rules)
        let folders = listing.omissions.filter {
            let name = FileName.last(of: $0.path)
            return $0.reason == .directory && !name.hasPrefix(".") && !FileLayout.isAdded(name)
        }
        guard folders.count == 1, isRoot(folders[0].path) else { return nil }
        let others = listing.files + listing.omissions.map(\.path).filter { $0 != folders[0].path }
        return (folders[0].path, others.map { FileName.last(of: $0) }.sorted())
    }

    private mutating func list(_ root: String) throws(FileSystemError) {
        var rules = DirectoryListing.Rules()
        rules.followsLinks = false
        rules.includesHidden = true
        // What cannot be read is reported by the check that wants to read it.
        rules.checksAccess = false
        let listing = try DirectoryListing(root, rules)
        let length = root.utf8.count + 1
        for file in listing.files.prefix(UnpackedFolder.maximumFiles) {
            let path = String(file.utf8.dropFirst(length)) ?? file
            if FileLayout.isAdded(path) {
                ignored.append(path)
                continue
            }
            let size = try FileStatus(file, followsLinks: false).size
            files[path] = ReceivedFile(path: path, content: ZipContent(name: file, size: UInt64(max(0, size))))
        }
        if listing.files.count > UnpackedFolder.maximumFiles {
            problems.append("\(listing.files.count) files, expected at most \(UnpackedFolder.maximumFiles)")
        }
        for omission in listing.omissions where omission.reason != .emptyDirectory {
            problems.append(
                "\(String(omission.path.utf8.dropFirst(length)) ?? omission.path) \(omission.reason.phrase)")
        }
    }
}
