import Glibc

/// A file of lines that records which bundles were valid, so that a verification that was stopped can go on.
///
/// The file is the verifier's own note, and is trusted as such: it records what was valid, not that it still is.
final class ResumeFile: Sendable {
    let marks: Set<String>
    private let descriptor: Int32

    /// The first line, so that no other file is written to.
    private static let head = "# cartulary: bundles that were valid"

    init(_ path: String) throws(CommandError) {
        let bytes = access(path, F_OK) == 0 ? try SmallFile.contents(path, limit: 64 << 20) : []
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        guard lines.isEmpty ? bytes.isEmpty : lines[0] == ResumeFile.head && bytes.last == 0x0A else {
            throw CommandError(
                .usage,
                "\"\(path)\" is not a file of --resume, expected a new file or one whose first line is \"\(ResumeFile.head)\""
            )
        }
        marks = Set(lines.dropFirst())
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw CommandError(
                .cannotCreate, "cannot open \"\(path)\": \(String(cString: strerror(errno)))",
                hint: "ls -ld \"\(path)\"")
        }
        if bytes.isEmpty { Console.write(ResumeFile.head + "\n", to: descriptor) }
    }

    deinit { close(descriptor) }

    func add(_ mark: String) { Console.write(mark + "\n", to: descriptor) }
}
