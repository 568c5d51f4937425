import CommandLineInterface
import FileSystem
import Signing

/// Private keys on disk.
enum KeyFile {
    static func read(_ path: String) throws(CommandError) -> PrivateKey {
        let bytes = try SmallFile.contents(path)
        do {
            return try PrivateKey(openSSH: bytes)
        } catch {
            throw CommandError(
                .notPermitted, "cannot use key \"\(path)\": \(error)",
                hint: .command("cartulary", "keygen", "--out", "another-path"))
        }
    }
}
