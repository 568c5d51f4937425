import BundleFormat
import Glibc

/// The files of an archive's folder, as they were found.
struct ArchiveFolder {
    /// Paths of the bundles, relative to the folder, in order; symbolic links are not followed.
    let bundles: [String]
    let catalogue: [UInt8]?
    let checkpoint: [UInt8]?

    /// Throws only if the folder or a file in it cannot be read.
    init(_ path: String) throws(ByteStoreError) {
        var found: [String] = []
        try ArchiveFolder.collect(path, "", &found)
        bundles = found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        catalogue = try ArchiveFolder.contents("\(path)/\(Catalogue.file)", limit: VerifierLimits.fileBytes)
        checkpoint = try ArchiveFolder.contents("\(path)/\(Catalogue.checkpoint)", limit: VerifierLimits.signatureBytes)
    }

    private static func collect(_ root: String, _ folder: String, _ found: inout [String]) throws(ByteStoreError) {
        let path = folder.isEmpty ? root : "\(root)/\(folder)"
        guard let stream = opendir(path) else {
            throw ByteStoreError(.open, "cannot read folder \"\(path)\"", errorNumber: errno)
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard !name.hasPrefix(".") else { continue }
            let own = folder.isEmpty ? name : "\(folder)/\(name)"
            var info = stat()
            guard lstat("\(root)/\(own)", &info) == 0 else { continue }
            if info.st_mode & S_IFMT == S_IFDIR {
                try collect(root, own, &found)
            } else if info.st_mode & S_IFMT == S_IFREG, name.hasSuffix(".zip") {
                found.append(own)
            }
        }
    }

    /// nil without the file, or if it is longer than any that this project writes.
    private static func contents(_ path: String, limit: Int) throws(ByteStoreError) -> [UInt8]? {
        guard access(path, F_OK) == 0 else { return nil }
        let file = try ReadOnlyFile(path: path)
        guard file.size <= UInt64(limit) else { return nil }
        return try ByteStore.file(file).bytes(at: 0, count: Int(file.size))
    }
}
