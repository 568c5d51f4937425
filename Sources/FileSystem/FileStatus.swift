import Glibc
import SystemPackage

/// What the file system says about a name, without opening it.
package struct FileStatus: Hashable, Sendable {
    /// What a name belongs to; the text stands in messages.
    package enum Kind: String, Hashable, Sendable {
        case regular = "regular file"
        case directory
        case link = "symbolic link"
        case pipe = "FIFO"
        case socket
        case characterDevice = "character device"
        case blockDevice = "block device"
        case unknown = "file of unknown type"
    }

    /// When the content last changed, since 1970.
    package struct Time: Hashable, Sendable {
        package let seconds: Int
        package let nanoseconds: Int
    }

    /// What makes two names the same file.
    package struct Identity: Hashable, Sendable {
        let device: UInt64
        package let inode: UInt64
    }

    /// What the name belongs to.
    package let kind: Kind
    /// Length in bytes.
    package let size: Int
    /// When the content last changed.
    package let modified: Time
    /// The same for two names of one file.
    package let identity: Identity
    /// Whether others than its owner may read or write it, by its mode.
    package let isOpenToOthers: Bool
    /// The three octal digits of the mode.
    package let modeText: String
    /// Whether it belongs to the user of this process.
    package let isOwn: Bool
    /// Whether only the owner of a name in the directory, or of the directory, may rename or remove it.
    package let isSticky: Bool

    /// The status of what a path leads to, or with `followsLinks` false of a link itself.
    package init(_ path: String, followsLinks: Bool = true) throws(FileSystemError) {
        guard !path.utf8.contains(0) else { throw FileSystemError(.inspect, path, .invalidArgument) }
        do throws(Errno) {
            self.init(try Stat(path, followTargetSymlink: followsLinks))
        } catch {
            throw FileSystemError(.inspect, path, error)
        }
    }

    init(of descriptor: FileDescriptor) throws(Errno) { self.init(try Stat(descriptor)) }

    private init(_ status: Stat) {
        let value = status.rawValue
        kind = Kind(status.type)
        size = Int(value.st_size)
        modified = Time(seconds: value.st_mtim.tv_sec, nanoseconds: value.st_mtim.tv_nsec)
        identity = Identity(device: UInt64(value.st_dev), inode: UInt64(value.st_ino))
        isOpenToOthers = value.st_mode & 0o077 != 0
        modeText = String(value.st_mode & 0o777, radix: 8)
        isOwn = value.st_uid == geteuid()
        isSticky = value.st_mode & mode_t(S_ISVTX) != 0
    }

    /// The same for two names in one file system, between which a file can be moved as a whole.
    package var fileSystem: UInt64 { identity.device }

    /// Whether a path leads to something.
    package static func exists(_ path: String) -> Bool { (try? FileStatus(path)) != nil }

    /// The length of the regular file that a path leads to; nil if it leads to nothing or to something else.
    package static func size(ofRegularFile path: String) -> Int? {
        guard let status = try? FileStatus(path), status.kind == .regular else { return nil }
        return status.size
    }
}

extension FileStatus.Kind {
    fileprivate init(_ type: FileType) {
        switch type {
        case .regular: self = .regular
        case .directory: self = .directory
        case .symbolicLink: self = .link
        case .fifo: self = .pipe
        case .socket: self = .socket
        case .characterSpecial: self = .characterDevice
        case .blockSpecial: self = .blockDevice
        default: self = .unknown
        }
    }
}
