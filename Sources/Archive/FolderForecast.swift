package import ArchiveFormat
import BundleFormat
import FileSystem

/// What would have changed in an archive's folder by a repair that only says what it would do.
///
/// What is composed of the folder is composed as if it had, by the same code, so that nothing else is promised than is done.
package struct FolderForecast {
    /// Files that would have another name, by path in the folder.
    package var hidden: Set<String> = []
    /// Bundles that would be put back, by path in the folder.
    var bundles: [String: SealedBundle.Outline] = [:]
    /// The tombstones that there would be; nil for those of the folder.
    var tombstones: [Tombstone]?
    /// Whether nothing would be known to be damaged any more.
    package var forgetsDamage = false

    func applied(to fixity: ArchiveMemory.Fixity) -> ArchiveMemory.Fixity {
        var fixity = fixity
        if forgetsDamage { fixity.damaged = [] }
        return fixity
    }
}

extension ArchiveCatalogue {
    /// Notes that a bundle would be put back that can be read at a path for now.
    package mutating func expect(_ seal: RegisteredSeal, at path: String) throws {
        let bundle = try SealedBundle(path, repair: commands.repair)
        forecast.bundles[seal.path] = try bundle.outline(sealedAs: seal.position.digest)
    }

    /// Whether there is a file of the folder.
    func exists(_ path: String) -> Bool {
        if forecast.bundles[path] != nil { return true }
        return !forecast.hidden.contains(path) && FileStatus.exists("\(directory)/\(path)")
    }

    /// Names of files in a year's folder that could be bundles.
    func bundles(ofYear year: String) -> [String] {
        let found = ArchiveCatalogue.bundles(in: "\(directory)/\(year)").filter {
            !forecast.hidden.contains("\(year)/\($0)")
        }
        let expected = forecast.bundles.keys.filter { $0.hasPrefix(year + "/") }.map { FileName.last(of: $0) }
        return Array(Set(found + expected))
    }

    /// Makes the folder of a year, unless it is there; nothing is written through a link in its place.
    package func makeYear(_ year: String) throws {
        let path = "\(directory)/\(year)"
        try FileName.makeDirectory(path)
        let kind = try FileStatus(path, followsLinks: false).kind
        guard kind == .directory else { throw noYear(path, kind) }
    }

    /// Requires that files can be put into the archive's folder.
    package func requireWritable() throws {
        guard FileName.canCreate(in: directory) else { throw notWritable(directory) }
    }

    /// Requires that files can be put into the folder of a year, or that it can be made.
    package func requireWritable(year: String) throws {
        let path = "\(directory)/\(year)"
        guard try FileName.isTaken(path) else { return try requireWritable() }
        let kind = try FileStatus(path, followsLinks: false).kind
        guard kind == .directory else { throw noYear(path, kind) }
        guard FileName.canCreate(in: path) else { throw notWritable(path) }
    }

    func notWritable(_ path: String) -> EnvironmentError {
        EnvironmentError(
            .cannotCreate, "\"\(path)\" cannot be written to by the user of this run, expected a folder of its own",
            hint: .command("ls", "-ld", .file(path)))
    }

    /// Whoever turns a link turns a year, and a verifier follows none.
    func noYear(_ path: String, _ kind: FileStatus.Kind) -> EnvironmentError {
        EnvironmentError(
            .brokenChain, "\"\(path)\" is a \(kind.rawValue), expected the folder of a year",
            hint: .command("ls", "-ld", .file(path)))
    }
}
