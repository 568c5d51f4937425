import Glibc

/// A file could not be created, written or published.
package struct FileError: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// The place cannot be written to.
        case cannotCreate
        /// A file of that name is there and holds something else.
        case exists
        /// Writing or syncing failed.
        case io
    }

    package var kind: Kind
    /// What went wrong and where; lower case, no full stop.
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The error of the last failed call.
    package static func last(_ kind: Kind, _ what: String, _ path: String) -> FileError {
        FileError(kind, "\(what) \"\(path)\": \(String(cString: strerror(errno)))")
    }
}
