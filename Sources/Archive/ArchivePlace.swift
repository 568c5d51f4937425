import FileSystem
import StrictJSON

/// Where an archive's folder was when a run kept it last: `LEDGER.archive-NAME.place`, beside the ledger.
///
/// A folder that was copied with its ledger, while the original goes on, would seal other bundles at the same positions, and each of
/// both series would verify. No file of a copy tells it from its original, but the folder's path, its number in the file system and the
/// machine do. A folder that moved has two of them still.
package struct ArchivePlace {
    /// What a folder is known by.
    private struct Place: Equatable {
        var path: String
        var inode: String
        /// A digest of the machine's identifier; empty if it has none.
        var machine: String
    }

    private let path: String
    private let directory: String

    /// The place of a folder, and the file that keeps it.
    package init(_ path: String, directory: String) {
        self.path = path
        self.directory = directory
    }

    /// Where the archive was kept, if that seems to be another folder than this one; nil if it is this one, or nothing is known.
    package var elsewhere: (path: String, isOtherMachine: Bool)? {
        guard let known = read(), let own = current else { return nil }
        let isOtherMachine = known.machine != own.machine && !known.machine.isEmpty && !own.machine.isEmpty
        let hasPath = known.path == own.path
        let hasInode = known.inode == own.inode
        if hasPath && hasInode || (hasPath || hasInode) && !isOtherMachine { return nil }
        return (known.path, isOtherMachine)
    }

    /// Notes where the folder is; a note that would not change is left alone.
    package func note() throws {
        guard let own = current, read() != own else { return }
        try DurableFile.replace(
            path,
            with: JSONValue.object([
                "inode": .string(own.inode), "machine": .string(own.machine), "path": .string(own.path),
            ]).file)
    }

    private func read() -> Place? {
        guard let bytes = try? ReadOnlyFile.contentsIfPresent(path, limit: ArchivePlace.maximumBytes),
            let value = try? JSONValue(parsing: bytes), let folder = value["path"]?.string
        else { return nil }
        return Place(path: folder, inode: value["inode"]?.string ?? "", machine: value["machine"]?.string ?? "")
    }

    private var current: Place? {
        guard let folder = FileName.resolved(directory), let identity = try? FileStatus(folder).identity else {
            return nil
        }
        return Place(path: folder, inode: "\(identity.inode)", machine: ArchivePlace.machine)
    }

    /// The identifier itself is nobody's business (machine-id(5)).
    private static var machine: String {
        guard let bytes = try? ReadOnlyFile.contentsIfPresent("/etc/machine-id", limit: maximumBytes), !bytes.isEmpty
        else { return "" }
        return String(ContentDigest.hexadecimal(of: Array("cartulary ".utf8) + bytes).prefix(16))
    }

    private static let maximumBytes = 64 << 10
}
