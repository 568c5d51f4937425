import FileSystem
package import Signing

/// Files of moderate size that are read at once: keys, trust files, configurations.
package enum SmallFile {
    /// A key or trust file is a few hundred bytes.
    package static let maximumBytes = 1 << 20

    /// The content of a file of at most `limit` bytes, or of a pipe that the user handed over.
    package static func contents(_ path: String, limit: Int = maximumBytes) throws(CommandError) -> [UInt8] {
        do throws(FileSystemError) {
            return try ByteStream(.file(path)).contents(limit: limit)
        } catch {
            if case .tooLong = error.reason { throw CommandError(.usage, error.message) }
            if error.isDenied {
                throw CommandError(.notPermitted, error.message, hint: .command("ls", "-l", .file(path)))
            }
            throw CommandError(error)
        }
    }
}

/// The keys that a verifier trusts.
package enum TrustFile {
    /// Reads an allowed_signers file, or a `.pub` file.
    package static func read(_ path: String) throws(CommandError) -> AllowedSigners {
        let bytes = try SmallFile.contents(path)
        do {
            return try AllowedSigners(trusting: bytes)
        } catch {
            throw CommandError(
                .usage, "cannot use trust file \"\(path)\": \(error)",
                hint: "see ALLOWED SIGNERS in: \(ShellCommand("man", "ssh-keygen"))")
        }
    }
}
