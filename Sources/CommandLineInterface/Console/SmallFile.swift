import Glibc
package import Signing

/// Files of moderate size that are read at once: keys, trust files, configurations.
package enum SmallFile {
    /// A key or trust file is a few hundred bytes.
    package static let maximumBytes = 1 << 20

    /// The content of a file of at most `limit` bytes.
    package static func contents(_ path: String, limit: Int = maximumBytes) throws(CommandError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let status: ExitStatus = errno == EACCES ? .notPermitted : .noInput
            throw CommandError(
                status, "cannot open \"\(path)\": \(String(cString: strerror(errno)))", hint: "ls -l \"\(path)\"")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= limit {
            let got = Glibc.read(descriptor, &block, block.count)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else {
                throw CommandError(.io, "cannot read \"\(path)\": \(String(cString: strerror(errno)))")
            }
            if got == 0 { return bytes }
            bytes += block[..<got]
        }
        throw CommandError(.usage, "\"\(path)\" is too large, expected at most \(limit) bytes")
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
                .usage, "cannot use trust file \"\(path)\": \(error)", hint: "man ssh-keygen, ALLOWED SIGNERS")
        }
    }
}
