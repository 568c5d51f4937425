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
    private(set) var unknownFiles: [UnknownFile] = []
    private(set) var catalogue: [UInt8]?
    /// The catalogues of years, by the name of the folder.
    private(set) var years: [String: [UInt8]] = [:]
    private(set) var checkpoint: [UInt8]?
    private(set) var tombstones: [UInt8]?
    private var yearFiles: [String] = []

    /// A name that could be a bundle, or hide one.
    struct UnknownFile: Equatable {
        let path: String
        let reason: String

        init(_ path: String, _ reason: String) {
            self.path = path
            self.reason = reason
        }
    }

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
        var rules = DirectoryListing.Rules()
        rules.followsLinks = false
        rules.includesHidden = true
        // What cannot be read is reported by the check that wants to read it.
        rules.checksAccess = false
        let listing = try DirectoryListing(path, rules)
        let prefix = path.hasSuffix("/") ? path.utf8.count : path.utf8.count + 1
        for file in listing.files { add(String(file.utf8.dropFirst(prefix)) ?? file) }
        for omission in listing.omissions where omission.reason != .emptyDirectory {
            unknownFiles.append(
                UnknownFile(String(omission.path.utf8.dropFirst(prefix)) ?? omission.path, omission.reason.phrase))
        }
        bundles.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        catalogue = contents(path, Catalogue.file, limit: VerifierLimits.catalogueBytes)
        for file in yearFiles {
            let year = String(file.dropLast(Catalogue.file.count + 1))
            years[year] = contents(path, file, limit: VerifierLimits.catalogueBytes)
        }
        checkpoint = contents(path, Catalogue.checkpoint, limit: VerifierLimits.signatureBytes)
        tombstones = contents(path, Tombstones.file, limit: VerifierLimits.catalogueBytes)
    }

    private mutating func add(_ own: String) {
        let name = own.split(separator: "/").last ?? ""
        if name.hasSuffix(".zip"), !name.hasPrefix(".") {
            bundles.append(own)
        } else if name == Catalogue.file, own != name {
            yearFiles.append(own)
        } else if name.lowercased().hasSuffix(".zip") {
            unknownFiles.append(UnknownFile(own, "looks like a bundle and is none of the archive's"))
        }
    }

    /// nil without the file; one that cannot be read, or is longer than any that this project writes, counts as unknown.
    private mutating func contents(_ root: String, _ name: String, limit: Int) -> [UInt8]? {
        let path = "\(root)/\(name)"
        guard let status = try? FileStatus(path, followsLinks: false), status.kind == .regular else { return nil }
        do throws(FileSystemError) {
            return try ReadOnlyFile(path, followsLinks: false).contents(limit: limit)
        } catch {
            if case .tooLong = error.reason {
                unknownFiles.append(UnknownFile(name, "has \(status.size) bytes, which no such file has"))
            } else {
                unknownFiles.append(UnknownFile(name, "cannot be read: \(error)"))
            }
        }
        return nil
    }
}
