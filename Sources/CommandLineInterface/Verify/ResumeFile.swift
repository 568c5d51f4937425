import FileSystem

/// A file of lines that records which bundles were valid, so that a verification that was stopped can go on.
///
/// The file is the verifier's own note, and is trusted as such: it records what was valid, not that it still is.
final class ResumeFile: Sendable {
    let marks: Set<String>
    private let file: AppendedFile

    /// The first line, so that no other file is written to.
    private static let head = "# cartulary: bundles that were valid"

    init(_ path: String) throws(CommandError) {
        let bytes = FileStatus.exists(path) ? try SmallFile.contents(path, limit: 64 << 20) : []
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        guard lines.isEmpty ? bytes.isEmpty : lines[0] == ResumeFile.head && bytes.last == 0x0A else {
            throw CommandError(
                .usage,
                "\"\(path)\" is not a file of --resume, expected a new file or one whose first line is \"\(ResumeFile.head)\""
            )
        }
        marks = Set(lines.dropFirst())
        do throws(FileSystemError) {
            file = try AppendedFile(path)
        } catch {
            throw CommandError(error)
        }
        if bytes.isEmpty { add(ResumeFile.head) }
    }

    /// Adds a line; a bundle whose line cannot be written is verified again next time.
    func add(_ mark: String) { try? file.append(Array((mark + "\n").utf8)) }
}
