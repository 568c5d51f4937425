import ArchiveVerifier
import FileSystem
import Signing
import StrictJSON

/// A verifier's memory of an archive: which bundles were valid, and which signed checkpoint the archive had then.
///
/// Each line carries a code by a secret that stands in a file beside it, which the owner alone may read: a line that somebody
/// else wrote, or took from another file, ends the command. The file is added to, and no line is ever changed.
final class ResumeFile: Sendable {
    let memory: ArchiveMemory
    private let file: AppendedFile
    private let secret: String

    /// The first line, so that no other file is written to.
    private static let head = "# cartulary: what verify --archive saw, 2"
    private static let secretLength = 64

    init(_ path: String) throws(CommandError) {
        let bytes = FileStatus.exists(path) ? try SmallFile.contents(path, limit: 64 << 20) : []
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        guard lines.isEmpty ? bytes.isEmpty : lines[0] == ResumeFile.head && bytes.last == 0x0A else {
            throw CommandError(
                .usage,
                "\"\(path)\" is not a file of --resume, expected a new file or one whose first line is \"\(ResumeFile.head)\""
            )
        }
        // The file itself is made first: if it cannot be, no secret is left behind.
        do throws(FileSystemError) { file = try AppendedFile(path) } catch { throw CommandError(error) }
        secret = try ResumeFile.secret("\(path).secret", isNew: lines.count < 2)
        var marks: [ArchiveMemory.Mark] = []
        for (number, line) in lines.enumerated().dropFirst() {
            guard let mark = ResumeFile.mark(line, secret) else {
                throw CommandError(
                    .usage,
                    "\"\(path)\": line \(number + 1) was not written with the secret in \"\(path).secret\"; remove both files to begin anew"
                )
            }
            marks.append(mark)
        }
        memory = ArchiveMemory(marks)
        if bytes.isEmpty { add(line: ResumeFile.head) }
    }

    /// The secret of the file, made if the file is new and has none.
    private static func secret(_ path: String, isNew: Bool) throws(CommandError) -> String {
        if FileStatus.exists(path) || !isNew {
            let text = String(decoding: try SmallFile.contents(path, limit: 4096).filter { $0 > 0x20 }, as: UTF8.self)
            guard text.utf8.count == secretLength else {
                throw CommandError(.usage, "\"\(path)\" is not the secret of a file of --resume")
            }
            return text
        }
        var generator = SystemRandomNumberGenerator()
        let random = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let text = ContentDigest.hexadecimal(of: random)
        do throws(FileSystemError) {
            try DurableFile.create(path, holding: Array((text + "\n").utf8), isSecret: true)
        } catch {
            throw CommandError(error)
        }
        return text
    }

    /// The code of a line: HMAC (RFC 2104) with SHA-256, whose digests are taken in hexadecimal.
    private static func code(_ line: String, _ secret: String) -> String {
        // The secret has 64 bytes, the length of a block.
        let inner = ContentDigest.hexadecimal(of: secret.utf8.map { $0 ^ 0x36 } + Array(line.utf8))
        return ContentDigest.hexadecimal(of: secret.utf8.map { $0 ^ 0x5C } + Array(inner.utf8))
    }

    private static func mark(_ text: String, _ secret: String) -> ArchiveMemory.Mark? {
        let line = text.dropLast(secretLength + 1)
        guard text.utf8.count > secretLength + 1, code(String(line), secret) == text.suffix(secretLength) else {
            return nil
        }
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        switch (words.first, words.count) {
        case ("bundle", 3): return Int(words[1]).map { .bundle(sequence: $0, digest: words[2]) }
        case ("checkpoint", 4):
            return (try? Checkpoint(text: Array((words.dropFirst().joined(separator: "\n") + "\n").utf8))).map {
                .checkpoint($0)
            }
        default: return nil
        }
    }

    /// Adds a line; what cannot be written is verified again next time.
    func add(_ mark: ArchiveMemory.Mark) {
        let line =
            switch mark {
            case .bundle(let sequence, let digest): "bundle \(sequence) \(digest)"
            case .checkpoint(let checkpoint):
                "checkpoint "
                    + String(decoding: checkpoint.text.dropLast(), as: UTF8.self).split(separator: "\n").joined(
                        separator: " ")
            }
        add(line: "\(line) \(ResumeFile.code(line, secret))")
    }

    private func add(line: String) { try? file.append(Array((line + "\n").utf8)) }
}
