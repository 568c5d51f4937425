import Glibc
import Pipeline
import Signing

/// Key files on disk.
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

    static func contents(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let kind: EnvironmentError.Kind = errno == EACCES ? .notPermitted : .noInput
            throw EnvironmentError(
                kind, "cannot open \"\(path)\": \(String(cString: strerror(errno)))", hint: "ls -l \"\(path)\"")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: maximumBytes + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes[count...].withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard got >= 0 else { throw EnvironmentError(.io, "cannot read \"\(path)\"") }
            if got == 0 { break }
            count += got
        }
        guard count <= maximumBytes else {
            throw EnvironmentError(.usage, "\"\(path)\" is over 1 MiB, expected a key file")
        }
        return Array(bytes[..<count])
    }
}
