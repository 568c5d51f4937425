import Glibc
package import SystemPackage

/// The regular files of a directory, and everything that was passed over, with the reason.
///
/// Files come in the order of a walk: names of each directory in byte order, a directory's files in its place. Each
/// directory is listed once, so a link that leads back ends. Hidden names are left out unless asked for.
package struct DirectoryListing: Sendable {
    /// A name that was not listed.
    package struct Omission: Hashable, Sendable {
        /// The path; what is not UTF-8 in it is escaped.
        package let path: String
        /// The path as the system has it.
        package let bytes: [UInt8]
        /// Why it was not listed.
        package let reason: Reason

        /// A name with its reason; `bytes` are the path, if it is not UTF-8.
        package init(_ path: String, _ reason: Reason, bytes: [UInt8]? = nil) {
            self.path = path
            self.bytes = bytes ?? Array(path.utf8)
            self.reason = reason
        }
    }

    /// Why a name is not listed.
    package enum Reason: Hashable, Sendable {
        /// The name is not UTF-8.
        case nameNotUTF8
        /// A link whose target is not there.
        case danglingLink
        /// A link, where links are not followed.
        case link
        /// A directory that was listed before under another name.
        case listedBefore
        /// A directory, where directories in the directory are not listed.
        case directory
        /// A directory without any file, other than hidden ones.
        case emptyDirectory
        /// A FIFO, a socket or a device.
        case notRegularFile(FileStatus.Kind)
        /// The system does not let it be read, or not even be inspected.
        case unreadable(Errno)

        /// What is wrong with the name, to be put behind it.
        package var phrase: String {
            switch self {
            case .nameNotUTF8: "has a name that is not UTF-8"
            case .danglingLink: "is a link to a file that does not exist"
            case .link: "is a link, which is not followed"
            case .listedBefore: "leads to a directory that is read already"
            case .directory: "is a directory, which is not searched"
            case .emptyDirectory: "is a directory without files"
            case .notRegularFile(let kind): "is a \(kind.rawValue), expected a regular file"
            case .unreadable(let errno): "cannot be read: \(errno.description)"
            }
        }
    }

    /// How a directory is listed.
    package struct Rules: Sendable {
        /// Whether directories in it are listed too.
        package var isRecursive = true
        /// Whether links lead to files and directories; they are passed over else.
        package var followsLinks = true
        /// Whether names that begin with a dot are listed.
        package var includesHidden = false
        /// Whether files that this process may not read are passed over.
        package var checksAccess = true

        /// Recursive, following links, without hidden names, with a check of access.
        package init() {}
    }

    /// Paths of regular files: the directory as given, a slash, and the names below it.
    package private(set) var files: [String] = []
    /// In the order of the walk.
    package private(set) var omissions: [Omission] = []
    private let rules: Rules
    private var visited: Set<FileStatus.Identity> = []
    private var pending: [Step] = []

    private enum Step {
        /// A name in a directory.
        case name(DirectoryName, directory: String)
        /// The end of a directory, and what had been found at its beginning.
        case end(directory: String, found: Int)
    }

    /// Lists a directory; throws only if the directory itself cannot be listed.
    package init(_ directory: String, _ rules: Rules = Rules()) throws(FileSystemError) {
        self.rules = rules
        try enter(directory, followsLinks: true)
        while let step = pending.popLast() {
            switch step {
            case .name(let name, let directory): add(name, directory)
            case .end(let directory, let found):
                if found == files.count + omissions.count { omit(directory, .emptyDirectory) }
            }
        }
    }

    private mutating func omit(_ path: String, _ reason: Reason) { omissions.append(Omission(path, reason)) }

    /// Puts the names of a directory before all that is pending.
    private mutating func enter(_ directory: String, followsLinks: Bool) throws(FileSystemError) {
        let (names, identity) = try DirectoryName.listWithIdentity(directory, followsLinks: followsLinks)
        guard visited.insert(identity).inserted else { return omit(directory, .listedBefore) }
        pending.append(.end(directory: directory, found: files.count + omissions.count))
        for name in names.reversed() where rules.includesHidden || !name.isHidden {
            pending.append(.name(name, directory: directory))
        }
    }

    private mutating func add(_ name: DirectoryName, _ directory: String) {
        let prefix = directory.hasSuffix("/") ? directory : directory + "/"
        guard let text = name.text else {
            omissions.append(Omission(prefix + name.shown, .nameNotUTF8, bytes: Array(prefix.utf8) + name.bytes))
            return
        }
        let path = prefix + text
        do throws(FileSystemError) {
            let status = try FileStatus(path, followsLinks: rules.followsLinks)
            switch status.kind {
            case .regular: addFile(path)
            case .directory: try addDirectory(path)
            case .link: omit(path, .link)
            case .pipe, .socket, .characterDevice, .blockDevice, .unknown: omit(path, .notRegularFile(status.kind))
            }
        } catch {
            addUnreadable(path, error)
        }
    }

    private mutating func addFile(_ path: String) {
        guard rules.checksAccess, faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0 else { return files.append(path) }
        omit(path, .unreadable(Errno(rawValue: errno)))
    }

    private mutating func addDirectory(_ path: String) throws(FileSystemError) {
        guard rules.isRecursive else { return omit(path, .directory) }
        try enter(path, followsLinks: rules.followsLinks)
    }

    private mutating func addUnreadable(_ path: String, _ error: FileSystemError) {
        guard error.isMissing else { return omit(path, .unreadable(error.errno ?? .ioError)) }
        // A name that is gone since the directory was read is as if it had never been there.
        if (try? FileName.isTaken(path)) ?? true { omit(path, .danglingLink) }
    }
}
