import SystemPackage

/// A regular file to whose end lines are written, each at once; it is made if it is not there.
package final class AppendedFile: Sendable {
    private let path: String
    private let descriptor: FileDescriptor

    /// Opens the file, or makes it.
    package init(_ path: String) throws(FileSystemError) {
        self.path = path
        descriptor = try FileDescriptor.openRegularFile(
            path, .writeOnly, options: [.create, .append], permissions: .everyoneReads, for: .create
        ).descriptor
    }

    deinit { descriptor.discard() }

    /// Writes bytes at the end.
    package func append(_ bytes: [UInt8]) throws(FileSystemError) {
        try bytes.span.bytes.withUnsafeBytes { (buffer) throws(FileSystemError) in
            try descriptor.writeAll(buffer, path: path)
        }
    }
}
