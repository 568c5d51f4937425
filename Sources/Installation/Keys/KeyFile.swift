package import CommandLineInterface
import FileSystem
package import Signing

/// Private keys on disk.
package enum KeyFile {
    /// Reads a private key, which only its owner may be able to read.
    package static func read(_ path: String) throws(CommandError) -> PrivateKey {
        try requireSecret(path)
        let bytes = try SmallFile.contents(path)
        do {
            return try PrivateKey(openSSH: bytes)
        } catch {
            throw CommandError(
                .notPermitted, "cannot use key \"\(path)\": \(error)",
                hint: .command("cartulary", "keygen", "--out", .file(path + ".new")))
        }
    }

    /// The keys that rotations kept beside a key, as `PATH.1` and so on; one that cannot be read is left out.
    package static func former(_ path: String) -> [PrivateKey] {
        var keys: [PrivateKey] = []
        var number = 1
        while FileStatus.exists("\(path).\(number)") {
            if let key = try? read("\(path).\(number)") { keys.insert(key, at: 0) }
            number += 1
        }
        return keys
    }

    /// Refuses a key that others may read, as ssh(1) does: only if it is a file of this user, since another owner, such as systemd
    /// for its credentials, has rights of its own to give.
    private static func requireSecret(_ path: String) throws(CommandError) {
        guard let status = try? FileStatus(path), status.kind == .regular, status.isOwn, status.isOpenToOthers else {
            return
        }
        throw CommandError(
            .notPermitted, "key \"\(path)\" has mode \(status.modeText), so others may read it, expected 600",
            hint: .command("chmod", "600", .file(path)))
    }
}
