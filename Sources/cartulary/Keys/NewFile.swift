import CommandLineInterface
import Glibc

/// A small file that must not exist yet.
enum NewFile {
    /// Refuses, before anything is written, to write over existing files.
    static func requireAbsent(_ paths: [String], hint: String) throws(CommandError) {
        for path in paths where access(path, F_OK) == 0 {
            throw CommandError(.cannotCreate, "\"\(path)\" exists and is not overwritten", hint: hint)
        }
    }

    static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(CommandError) {
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw CommandError(.cannotCreate, "cannot create \"\(path)\": \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var count = 0
        while count < bytes.count {
            let written = bytes[count...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw failure(path) }
            count += written
        }
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: String) -> CommandError {
        let reason = String(cString: strerror(errno))
        unlink(path)
        return CommandError(.io, "cannot write \"\(path)\": \(reason)")
    }
}
