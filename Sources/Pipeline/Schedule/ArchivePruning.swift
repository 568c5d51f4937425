import AuditModel
import BundleExport
import BundleFormat
import Glibc
import StrictJSON

/// Removes bundles from an archive's folder; a signed tombstone stands for each of them first.
struct ArchivePruning {
    let files: ArchiveCatalogue
    let policy: RetentionPolicy

    /// Removes what may go, and writes the catalogue that says so.
    ///
    /// Stopped at any point, it goes on the next time: a tombstone is durable before its bundle is removed, and the catalogue
    /// takes what is gone from the tombstones.
    ///
    /// - Returns: the catalogue after it, and the paths that were removed.
    /// - Throws: ``EnvironmentError`` if a bundle is not the one that was sealed: then nothing is removed.
    func run(_ catalogue: Catalogue, now: Timestamp) throws -> (catalogue: Catalogue, removed: [String]) {
        let going = policy.decide(catalogue, now: now).filter { $0.state == .mayGo }.map(\.entry)
        guard !going.isEmpty else { return (catalogue, []) }
        var tombstones = try files.tombstones()
        let standing = Dictionary(tombstones.map { ($0.entry.place.sequence, $0) }, uniquingKeysWith: { $1 })
        var result = catalogue
        for entry in going {
            let tombstone = try standing[entry.place.sequence] ?? tombstone(entry, now)
            if standing[entry.place.sequence] == nil { tombstones.append(tombstone) }
            result.entries[entry.place.sequence - 1].removed = tombstone.entry.removed
        }
        tombstones.sort { $0.entry.place.sequence < $1.entry.place.sequence }
        try files.write(tombstones)
        for entry in going { try remove(entry.path) }
        try files.write(result)
        return (result, going.map(\.path))
    }

    private func tombstone(_ entry: CatalogueEntry, _ now: Timestamp) throws -> Tombstone {
        let path = "\(files.directory)/\(entry.path)"
        let bundle = try SealedBundle(path)
        let digest = ContentDigest.hexadecimal(of: try bundle.content(BundlePath.tagManifest))
        var removed = entry
        removed.removed = now
        guard digest == entry.place.digest,
            let tombstone = Tombstone(
                removed, description: try bundle.json(BundlePath.bundle),
                sha256: try ByteStore.file(ReadOnlyFile(path: path)).sha256(),
                keptYears: policy.keepYears)
        else {
            throw EnvironmentError(
                .brokenChain, "\"\(path)\" is not the bundle that was sealed, so nothing is removed",
                hint: "cartulary verify --archive \"\(files.directory)\" --trust KEYS")
        }
        return tombstone
    }

    private func remove(_ path: String) throws {
        guard unlink("\(files.directory)/\(path)") == 0 || errno == ENOENT else {
            throw EnvironmentError(.io, "cannot remove \"\(files.directory)/\(path)\": \(errorText())")
        }
    }
}
