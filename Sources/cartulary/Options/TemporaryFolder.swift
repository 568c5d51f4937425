import Glibc

/// The folder for files that a command needs while it works.
enum TemporaryFolder {
    /// What `TMPDIR` names, or `/tmp`.
    static var path: String {
        guard let text = getenv("TMPDIR").map({ String(cString: $0) }), !text.isEmpty else { return "/tmp" }
        return text
    }
}
