import FileSystem
import Glibc
import Signing

/// Key files, and other files of moderate size, on disk.
enum KeyFile {
    /// A key or trust file is a few hundred bytes.
    private static let maximumBytes = 1 << 20

    /// Reads a private key.
    static func read(_ path: String) throws -> PrivateKey {
        let bytes = try contents(path)
        do {
            return try PrivateKey(openSSH: bytes)
        } catch {
            throw EnvironmentError(
                .notPermitted, "cannot use key \"\(path)\": \(error)", hint: "cartulary keygen --out another-path")
        }
    }

    /// Reads a trust file: an allowed_signers file, or a `.pub` file.
    static func trust(_ path: String) throws -> AllowedSigners {
        let bytes = try contents(path)
        do {
            return try AllowedSigners(trusting: bytes)
        } catch {
            throw EnvironmentError(
                .usage, "cannot use trust file \"\(path)\": \(error)", hint: "man ssh-keygen, ALLOWED SIGNERS")
        }
    }

    /// The content of a file of at most `limit` bytes.
    static func contents(_ path: String, limit: Int = maximumBytes) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let kind: EnvironmentError.Kind = errno == EACCES ? .notPermitted : .noInput
            throw EnvironmentError(
                kind, "cannot open \"\(path)\": \(String(cString: strerror(errno)))", hint: "ls -l \"\(path)\"")
        }
        defer { close(descriptor) }
        var (bytes, block) = ([UInt8](), [UInt8](repeating: 0, count: 64 << 10))
        while bytes.count <= limit {
            let got = Glibc.read(descriptor, &block, block.count)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else {
                throw EnvironmentError(.io, "cannot read \"\(path)\": \(String(cString: strerror(errno)))")
            }
            if got == 0 { return bytes }
            bytes += block[..<got]
        }
        throw EnvironmentError(.usage, "\"\(path)\" is over \(limit) bytes, which no such file is")
    }
}
