import ArchiveFormat
import AuditModel
import BundleFormat
import FileSystem
import Signing

/// Bundles that retention removed from an archive's folder: they do not come back to where they stood.
enum RemovedBundle {
    /// Tombstones have about a kilobyte each.
    private static let maximumBytes = 1 << 30

    /// Refuses to make a bundle in a directory where a tombstone says that it was removed.
    ///
    /// The directory is the archive's folder, or one of its years. Throws ``EnvironmentError``, `cannotCreate`.
    static func requireNone(named name: String, in directory: String) throws {
        let year = FileName.last(of: FileName.resolved(directory) ?? directory)
        for (folder, path) in [(directory, "\(name).zip"), (directory + "/..", "\(year)/\(name).zip")] {
            guard let tombstone = try tombstones(in: folder).first(where: { $0.entry.path == path }),
                let removed = tombstone.entry.removed
            else { continue }
            throw EnvironmentError(
                .cannotCreate,
                "\"\(directory)/\(name).zip\" was removed at \(removed.text), because its retention of "
                    + "\(tombstone.keptYears) years had expired; it is not made again where it stood",
                hint: "make a copy in a directory outside the archive: \(.option("--out", "another-directory"))")
        }
    }

    private static func tombstones(in folder: String) throws -> [Tombstone] {
        let path = "\(folder)/\(Tombstones.file)"
        // What cannot be read says nothing of this bundle; a run and verify tell of it.
        guard let bytes = try ReadOnlyFile.contentsIfPresent(path, limit: maximumBytes),
            let note = try? SignedNote(parsing: bytes), let end = note.text.firstIndex(of: 0x0A)
        else { return [] }
        let origin = String(decoding: note.text[..<end], as: UTF8.self)
        let prefix = Tombstones.origin("")
        guard origin.hasPrefix(prefix) else { return [] }
        return Tombstones.read(note.text, archive: String(origin.dropFirst(prefix.count))) ?? []
    }
}
