import Glibc
package import SystemPackage

/// An operation on a file or directory failed.
///
/// The only error of this target. Which exit status it means is decided by the programs.
package struct FileSystemError: Error, Hashable, Sendable {
    /// What was attempted.
    package enum Operation: String, Hashable, Sendable {
        /// Opening a file for reading.
        case open
        /// Listing a directory.
        case list
        /// Asking for the status of a name.
        case inspect
        case read
        /// Reading back from an unnamed file of a directory.
        case readInDirectory
        /// Making a file, or opening it for writing.
        case create
        /// Making an unnamed file in a directory.
        case createInDirectory
        case makeDirectory
        case write
        /// Writing to an unnamed file of a directory.
        case writeInDirectory
        case sync
        case rename
        case remove
        case lock
    }

    /// Why it failed.
    package enum Reason: Hashable, Sendable {
        /// The error of the system call.
        case system(Errno)
        /// A regular file was expected, and the name leads to something else.
        case notRegularFile(FileStatus.Kind)
        /// The file became shorter than it was when it was opened.
        case shortened
        /// The file holds more bytes than the limit of the caller.
        case tooLong(limit: Int)
        /// A listing passed the name over.
        case passedOver(DirectoryListing.Reason)
        /// The name belongs to a file with other content, which is never replaced.
        case otherContent
    }

    /// What was attempted.
    package let operation: Operation
    /// The path as the caller gave it; what is not UTF-8 in it is escaped.
    package let path: String
    /// The path as the system has it.
    package let pathBytes: [UInt8]
    /// Why it failed.
    package let reason: Reason

    /// An error for a reason that may be no failed call; `bytes` are the path, if it is not UTF-8.
    package init(_ operation: Operation, _ path: String, reason: Reason, bytes: [UInt8]? = nil) {
        self.operation = operation
        self.path = path
        pathBytes = bytes ?? Array(path.utf8)
        self.reason = reason
    }

    /// The error of a failed call.
    package init(_ operation: Operation, _ path: String, _ errno: Errno) {
        self.init(operation, path, reason: .system(errno))
    }

    /// There was no memory to take in what a file holds.
    package static func outOfMemory(_ path: String) -> FileSystemError { FileSystemError(.read, path, .noMemory) }

    /// The error of the call that a C library made last and that failed.
    package static func last(_ operation: Operation, _ path: String) -> FileSystemError {
        FileSystemError(operation, path, Errno(rawValue: Glibc.errno))
    }

    /// The error number of the system call; nil if no call failed.
    package var errno: Errno? {
        if case .system(let errno) = reason { errno } else { nil }
    }

    /// Whether the name leads to nothing.
    package var isMissing: Bool {
        switch reason {
        case .system(let errno): errno == .noSuchFileOrDirectory || errno == .notDirectory
        case .passedOver(let reason): reason == .danglingLink || reason == .emptyDirectory
        case .notRegularFile, .shortened, .tooLong, .otherContent: false
        }
    }

    /// Whether a directory was expected, and the path or a part of it is none.
    package var isNotDirectory: Bool { errno == .notDirectory }

    /// Whether the system does not permit the operation.
    package var isDenied: Bool { errno == .permissionDenied || errno == .notPermitted }

    /// Whether the disk, or what the user may use of it, is full.
    package var isFull: Bool { errno == .noSpace || errno == .diskQuotaExceeded }

    /// Why it failed: lower case, no full stop.
    package var reasonText: String { reason.phrase }

    /// What failed, where and why: lower case, no full stop.
    package var message: String { "\(operation.phrase) \"\(TerminalText.shown(path))\": \(reason.phrase)" }
}

extension FileSystemError: CustomStringConvertible {
    /// The message.
    package var description: String { message }
}

extension FileSystemError.Operation {
    fileprivate var phrase: String {
        switch self {
        case .open: "cannot open"
        case .list: "cannot list directory"
        case .inspect: "cannot inspect"
        case .read: "cannot read"
        case .readInDirectory: "cannot read back a file in"
        case .create: "cannot create"
        case .createInDirectory: "cannot create a file in"
        case .makeDirectory: "cannot make directory"
        case .write: "cannot write"
        case .writeInDirectory: "cannot write a file in"
        case .sync: "cannot sync"
        case .rename: "cannot rename"
        case .remove: "cannot remove"
        case .lock: "cannot lock"
        }
    }
}

extension FileSystemError.Reason {
    fileprivate var phrase: String {
        switch self {
        case .system(let errno): errno.description
        case .notRegularFile(let kind): "it is a \(kind.rawValue), expected a regular file"
        case .shortened: "the file was shortened while it was read"
        case .tooLong(let limit): "it has more than \(limit) bytes, expected at most that"
        case .passedOver(let reason): "it \(reason.phrase)"
        case .otherContent: "a file with other content is there"
        }
    }
}
