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

    /// The files of the keys that rotations kept beside a key, as `PATH.1` and so on, the newest first.
    package static func formerPaths(_ path: String) -> [String] {
        let beginning = FileName.last(of: path) + "."
        let names = ((try? DirectoryName.list(FileName.directory(of: path))) ?? []).compactMap(\.text)
        let numbers = names.filter { $0.hasPrefix(beginning) }.compactMap { name in
            UInt(name.dropFirst(beginning.count)).flatMap { beginning + "\($0)" == name ? $0 : nil }
        }
        return numbers.sorted(by: >).map { "\(path).\($0)" }
    }

    /// The keys that rotations kept beside a key, as `PATH.1` and so on, the newest first; `skipped` receives why one cannot be used.
    package static func former(_ path: String, skipped: (CommandError) -> Void = { _ in }) -> [PrivateKey] {
        var keys: [PrivateKey] = []
        for path in formerPaths(path) {
            do throws(CommandError) {
                keys.append(try read(path))
            } catch {
                skipped(error)
            }
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
