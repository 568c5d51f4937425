import ArchiveFormat
import BundleFormat
import BundleReading
import BundleVerifier
import FileSystem

/// The files of an archive's folder, as they were found.
struct ArchiveFolder: Equatable {
    /// Paths of the bundles, relative to the folder, in order; symbolic links are not followed.
    private(set) var bundles: [String] = []
    /// What could be taken for a bundle, or cannot be looked into, with the reason.
    private(set) var unknownFiles: [ArchiveListing.Stray] = []
    /// What a repair gave another name.
    private(set) var setAside: [String] = []
    private(set) var catalogue: [UInt8]?
    /// The catalogues of years, by the name of the folder.
    private(set) var years: [String: [UInt8]] = [:]
    private(set) var checkpoint: [UInt8]?
    private(set) var tombstones: [UInt8]?
    /// Seconds to wait for a run that writes into the folder.
    private static let wait = 60

    /// The folder between two changes of a run: bundle, catalogue and checkpoint are written one after the other.
    ///
    /// Where the file system has no locks, or a run takes long, the folder is read as it is.
    static func settled(_ path: String) throws(FileSystemError) -> ArchiveFolder {
        let lock = try? FileLock(directory: path)
        defer { lock?.release() }
        _ = try? lock?.acquire(.shared, waiting: wait)
        return try ArchiveFolder(path)
    }

    /// Throws only if the folder itself cannot be listed.
    init(_ path: String) throws(FileSystemError) {
        let listing = try ArchiveListing(path)
        bundles = listing.bundles
        unknownFiles = listing.strays
        setAside = listing.setAside
        catalogue = contents(path, Catalogue.file, limit: VerifierLimits.catalogueBytes)
        for year in listing.catalogued {
            years[year] = contents(path, CatalogueYear.path(year), limit: VerifierLimits.catalogueBytes)
        }
        checkpoint = contents(path, Catalogue.checkpoint, limit: VerifierLimits.signatureBytes)
        tombstones = contents(path, Tombstones.file, limit: VerifierLimits.catalogueBytes)
    }

    /// nil without the file; one that cannot be read, or is longer than any that this project writes, counts as unknown.
    private mutating func contents(_ root: String, _ name: String, limit: Int) -> [UInt8]? {
        let path = "\(root)/\(name)"
        guard let status = try? FileStatus(path, followsLinks: false), status.kind == .regular else { return nil }
        do throws(FileSystemError) {
            return try ReadOnlyFile(path, followsLinks: false).contents(limit: limit)
        } catch {
            if case .tooLong = error.reason {
                unknownFiles.append(
                    ArchiveListing.Stray(name, "has \(CountedNoun.text(status.size, "byte")), which no such file has"))
            } else {
                unknownFiles.append(ArchiveListing.Stray(name, "cannot be read: \(error)"))
            }
        }
        return nil
    }
}
