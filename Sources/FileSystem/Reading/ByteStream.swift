import Glibc
import SystemPackage

/// Bytes that are read once, from the beginning to the end: a file that the user named, or standard input.
///
/// A file has to be a regular one. Only where the user hands over an open descriptor on purpose, by standard input or by a
/// path such as `/dev/fd/63` of a process substitution, it may be a pipe or a terminal.
package final class ByteStream: Sendable {
    /// Where the bytes come from.
    package enum Source: Hashable, Sendable {
        case standardInput
        case file(String)
    }

    /// The path of the file; `-` for standard input.
    package let path: String
    private let descriptor: FileDescriptor
    private let closesDescriptor: Bool

    /// Opens the source.
    package init(_ source: Source) throws(FileSystemError) {
        switch source {
        case .standardInput:
            path = "-"
            descriptor = .standardInput
            closesDescriptor = false
        case .file(let path):
            self.path = path
            descriptor = try ByteStream.open(path)
            closesDescriptor = true
        }
    }

    deinit { if closesDescriptor { descriptor.discard() } }

    private static func open(_ path: String) throws(FileSystemError) -> FileDescriptor {
        guard isDescriptorPath(path) else {
            return try FileDescriptor.openRegularFile(path, .readOnly, for: .open).descriptor
        }
        let descriptor = try FileDescriptor.open(path, .readOnly, for: .open)
        // Opened without waiting; read with waiting.
        let flags = fcntl(descriptor.rawValue, F_GETFL)
        guard flags >= 0, fcntl(descriptor.rawValue, F_SETFL, flags & ~O_NONBLOCK) == 0 else {
            let error = Errno(rawValue: errno)
            descriptor.discard()
            throw FileSystemError(.open, path, error)
        }
        return descriptor
    }

    /// Checks, without reading, that a path can be opened as a stream.
    package static func checkReadable(_ path: String) throws(FileSystemError) {
        let status = try FileStatus(path)
        guard status.kind == .regular || isDescriptorPath(path) else {
            throw FileSystemError(.open, path, reason: .notRegularFile(status.kind))
        }
        guard faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0 else {
            throw FileSystemError(.open, path, Errno(rawValue: errno))
        }
    }

    /// Whether a path leads to an open descriptor of this process.
    package static func isDescriptorPath(_ path: String) -> Bool {
        if path == "/dev/stdin" { return true }
        return ["/dev/fd/", "/proc/self/fd/"].contains { prefix in
            let number = path.utf8.dropFirst(prefix.utf8.count)
            return path.hasPrefix(prefix) && !number.isEmpty && number.allSatisfy { (0x30...0x39).contains($0) }
        }
    }

    /// Reads the next bytes; returns 0 at the end.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileSystemError) -> Int {
        try descriptor.readNext(into: buffer, path: path)
    }

    /// All bytes to the end.
    ///
    /// - Throws: `tooLong` if there are more than `limit`.
    package func contents(limit: Int) throws(FileSystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { block.deallocate() }
        while true {
            let got = try read(into: block)
            if got == 0 { return bytes }
            guard got <= limit - bytes.count else { throw FileSystemError(.read, path, reason: .tooLong(limit: limit)) }
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: block[..<got]))
        }
    }
}
