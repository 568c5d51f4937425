import ArchiveFormat
import FileSystem

/// The folder of an archive that a run keeps.
package enum ArchiveFolder {
    /// Whether a run keeps an archive in a folder.
    package static func isKept(_ folder: String) -> Bool {
        FileStatus.exists("\(folder)/\(Catalogue.checkpoint)") && FileStatus.exists("\(folder)/\(Catalogue.file)")
    }

    /// The folder of a kept archive that a folder is, or lies in, whatever links lead there; nil for any other.
    static func around(_ path: String) -> String? {
        var folder = FileName.withoutLinks(path)
        while !isKept(folder) {
            let parent = FileName.directory(of: folder)
            guard parent != folder else { return nil }
            folder = parent
        }
        return folder
    }

    /// Refuses to put an answer, or a bundle of files, among the bundles that a run keeps: that archive would be in disorder.
    ///
    /// - Throws: ``EnvironmentError``, `usage`, for a folder that is in an archive.
    package static func requireApart(_ path: String) throws {
        guard let folder = around(path) else { return }
        throw EnvironmentError(
            .usage,
            "\"\(path)\" is in the archive \"\(folder)\", where a run keeps the bundles of a series: expected a folder elsewhere",
            hint: "use \(.option("--out", "."))")
    }
}
