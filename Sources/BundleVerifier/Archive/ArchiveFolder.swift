import BundleFormat
import Glibc

/// The files of an archive's folder, as they were found.
struct ArchiveFolder {
    /// Paths of the bundles, relative to the folder, in order; symbolic links are not followed.
    private(set) var bundles: [String] = []
    /// What could be taken for a bundle, or cannot be looked into, with the reason.
    private(set) var strangers: [(path: String, reason: String)] = []
    private(set) var catalogue: [UInt8]?
    /// The catalogues of years, by the name of the folder.
    private(set) var years: [String: [UInt8]] = [:]
    private(set) var checkpoint: [UInt8]?
    private(set) var tombstones: [UInt8]?
    private var yearFiles: [String] = []

    /// Throws only if the folder itself cannot be read.
    init(_ path: String) throws(ByteStoreError) {
        guard collect(path, "") else {
            throw ByteStoreError(.open, "cannot read folder \"\(path)\"", errorNumber: errno)
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

    /// Looks at everything below a folder, hidden or not; false if it cannot be read.
    private mutating func collect(_ root: String, _ folder: String) -> Bool {
        guard let stream = opendir(folder.isEmpty ? root : "\(root)/\(folder)") else { return false }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let (name, isText) = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    (String(cString: $0), String(validatingCString: $0) != nil)
                }
            }
            if name == "." || name == ".." { continue }
            let own = folder.isEmpty ? name : "\(folder)/\(name)"
            if isText { add(root, own) } else { strangers.append((own, "has a name that is not UTF-8")) }
        }
        return true
    }

    private mutating func add(_ root: String, _ own: String) {
        var info = stat()
        guard lstat("\(root)/\(own)", &info) == 0 else { return strangers.append((own, "cannot be looked at")) }
        switch info.st_mode & S_IFMT {
        case S_IFDIR: if !collect(root, own) { strangers.append((own, "is a folder that cannot be read")) }
        case S_IFREG:
            let name = own.split(separator: "/").last ?? ""
            if name.hasSuffix(".zip"), !name.hasPrefix(".") {
                bundles.append(own)
            } else if name == Catalogue.file, own != name {
                yearFiles.append(own)
            } else if name.lowercased().hasSuffix(".zip") {
                strangers.append((own, "looks like a bundle and is none of the archive's"))
            }
        case S_IFLNK: strangers.append((own, "is a link, which is not followed"))
        default: strangers.append((own, "is no regular file"))
        }
    }

    /// nil without the file; one that cannot be read, or is longer than any that this project writes, is a stranger.
    private mutating func contents(_ root: String, _ name: String, limit: Int) -> [UInt8]? {
        var info = stat()
        guard lstat("\(root)/\(name)", &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return nil }
        do {
            let file = try ReadOnlyFile(path: "\(root)/\(name)")
            if file.size <= UInt64(limit) { return try ByteStore.file(file).bytes(at: 0, count: Int(file.size)) }
            strangers.append((name, "has \(file.size) bytes, which no such file has"))
        } catch {
            strangers.append((name, "cannot be read: \(error)"))
        }
        return nil
    }
}
