import BundleFormat
import FileSystem
import StrictJSON
import ZipFormat

/// A sealed bundle of the folder, of which a few figures are read; nothing is verified.
struct SealedBundle {
    private let archive: ZipArchive
    private let path: String
    private let trust: String
    let size: Int

    /// Opens a bundle; `trust` is the trust file to verify it with, for a hint.
    init(_ path: String, trust: String) throws {
        archive = try ZipArchive(path: path)
        self.path = path
        self.trust = trust
        size = FileStatus.size(ofRegularFile: path) ?? 0
    }

    func json(_ name: String) throws -> JSONValue { try JSONValue(parsing: try content(name)) }

    func content(_ name: String) throws -> [UInt8] {
        guard let entry = archive.entries.first(where: { $0.name.hasSuffix("/" + name) }) else {
            throw EnvironmentError(
                .unreadableInput, "\"\(path)\" has no \(name)",
                hint: .command("cartulary", "verify", .file(path), "--trust", .file(trust)))
        }
        var bytes: [UInt8] = []
        var reader = try archive.reader(for: entry)
        try reader.forEachBlock { bytes.append(contentsOf: $0) }
        return bytes
    }
}
