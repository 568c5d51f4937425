import FileSystem
import Pipeline
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

    /// The content of a file of at most `limit` bytes, or of a pipe that the user handed over.
    static func contents(_ path: String, limit: Int = maximumBytes) throws -> [UInt8] {
        do throws(FileSystemError) {
            return try ByteStream(.file(path)).contents(limit: limit)
        } catch {
            guard error.isDenied else { throw error }
            throw EnvironmentError(.notPermitted, error.message, hint: "ls -l \"\(path)\"")
        }
    }
}
