import FileSystem
import Pipeline

/// Remembers, in a file of lines, which bundles were valid, so that a verification that was stopped can go on.
///
/// The file is the verifier's own and is trusted like a note of theirs: it says what was valid, not that it still is.
final class VerifiedMemory: Sendable {
    let marks: Set<String>
    private let file: AppendedFile

    /// The first line, so that no other file is written to.
    private static let head = "# cartulary: bundles that were valid"

    init(_ path: String) throws {
        let bytes = FileStatus.exists(path) ? try KeyFile.contents(path, limit: 64 << 20) : []
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        guard lines.isEmpty ? bytes.isEmpty : lines[0] == VerifiedMemory.head && bytes.last == 0x0A else {
            throw EnvironmentError(
                .usage,
                "\"\(path)\" is no file of --resume, expected a new one or one that begins with \"\(VerifiedMemory.head)\""
            )
        }
        marks = Set(lines.dropFirst())
        file = try AppendedFile(path)
        if bytes.isEmpty { add(VerifiedMemory.head) }
    }

    /// Adds a line; one that cannot be written is looked at again next time.
    func add(_ mark: String) { try? file.append(Array((mark + "\n").utf8)) }
}
