import AuditModel
import BundleExport
import BundleFormat
import Glibc
import StrictJSON

/// Removes bundles from an archive's folder; a signed tombstone stands for each of them first.
struct ArchivePruning {
    let files: ArchiveCatalogue
    let policy: RetentionPolicy

    /// What becomes of every bundle, by place.
    func decisions(_ catalogue: Catalogue, now: Timestamp) throws -> [RetentionPolicy.Decision] {
        try decide(catalogue, catalogue.years.map(\.year), now: now)
    }

    /// The bundles that may go, by place; years of which none can be old enough are not read.
    func removable(_ catalogue: Catalogue, now: Timestamp) throws -> [RetentionPolicy.Decision] {
        try decide(catalogue, policy.oldYears(catalogue, now: now), now: now).filter { $0.state == .mayGo }
    }

    private func decide(_ catalogue: Catalogue, _ names: [String], now: Timestamp) throws -> [RetentionPolicy.Decision]
    {
        var years = ArchiveCatalogue.Years(files: files, catalogue: catalogue)
        let entries = try names.flatMap { try years.named($0).entries }
        return policy.decide(
            entries.sorted { $0.place.sequence < $1.place.sequence }, of: catalogue, now: now)
    }

    /// Removes what may go, and writes the catalogue that says so.
    ///
    /// Stopped at any point, it goes on the next time: a tombstone is durable before its bundle is removed, and the catalogue
    /// takes what is gone from the tombstones.
    ///
    /// - Returns: the paths that were removed.
    /// - Throws: ``EnvironmentError`` if a bundle is not the one that was sealed: then nothing is removed.
    func run(_ catalogue: Catalogue, now: Timestamp) throws -> [String] {
        let going = try removable(catalogue, now: now).map(\.entry)
        guard !going.isEmpty else { return [] }
        var tombstones = try files.tombstones()
        let standing = Dictionary(tombstones.map { ($0.entry.place.sequence, $0) }, uniquingKeysWith: { $1 })
        var years = ArchiveCatalogue.Years(files: files, catalogue: catalogue)
        for entry in going {
            let tombstone = try standing[entry.place.sequence] ?? tombstone(entry, now)
            if standing[entry.place.sequence] == nil { tombstones.append(tombstone) }
            var removed = entry
            removed.removed = tombstone.entry.removed
            try years.put(removed)
        }
        tombstones.sort { $0.entry.place.sequence < $1.entry.place.sequence }
        try files.write(tombstones)
        for entry in going { try remove(entry.path) }
        var result = catalogue
        for year in years.changed { result.update(year) }
        try files.write(result, &years)
        return going.map(\.path)
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
