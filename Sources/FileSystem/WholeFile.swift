import Glibc

/// Reads a regular file as a whole.
package enum WholeFile {
    /// What a file holds from an offset on; nothing without the file.
    package static func contents(_ path: String, from offset: Int = 0) throws -> [UInt8] {
        // Without waiting: opening a pipe would not end.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return [] }
            throw EnvironmentError(.io, "cannot open \"\(path)\": \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            throw EnvironmentError(.unreadableInput, "\"\(path)\" is no regular file", hint: "ls -l \"\(path)\"")
        }
        guard lseek(descriptor, offset, SEEK_SET) >= 0 else {
            throw EnvironmentError(.io, "cannot read \"\(path)\": \(String(cString: strerror(errno)))")
        }
        var (bytes, block) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 20))
        while true {
            let count = Glibc.read(descriptor, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw EnvironmentError(.io, "cannot read \"\(path)\": \(String(cString: strerror(errno)))")
            }
            if count == 0 { return bytes }
            bytes += block[..<count]
        }
    }
}
