package import ArchiveFormat
package import AuditModel
import BundleFormat
import FileSystem
import StrictJSON
import ZipFormat

/// Removes bundles from an archive's folder; a signed tombstone stands for each of them first.
package struct ArchivePruning {
    let files: ArchiveCatalogue
    let policy: RetentionPolicy

    package init(files: ArchiveCatalogue, policy: RetentionPolicy) {
        self.files = files
        self.policy = policy
    }

    /// What becomes of every bundle, by sequence.
    package func decisions(_ catalogue: Catalogue, now: Timestamp) throws -> [RetentionPolicy.Decision] {
        try decide(catalogue, catalogue.years.map(\.year), now: now)
    }

    /// The bundles that may be removed, by sequence; a year in which none can be old enough is not read.
    ///
    /// `sealedMeanwhile` is the end of the last period that would be sealed before, if any would.
    package func removable(
        _ catalogue: Catalogue, now: Timestamp, sealedMeanwhile: Timestamp? = nil
    ) throws -> [RetentionPolicy.Decision] {
        let years = policy.oldYears(catalogue, now: now)
        return try decide(catalogue, years, now: now, sealedMeanwhile: sealedMeanwhile).filter { $0.state == .mayGo }
    }

    /// The paths of bundles that were removed before and are there again, to be removed again.
    package func returned() throws -> [String] { returned(try files.tombstones(isReadOnly: true)).map(\.entry.path) }

    private func returned(_ tombstones: [Tombstone]) -> [Tombstone] {
        tombstones.filter { FileStatus.exists("\(files.directory)/\($0.entry.path)") }
    }

    private func decide(
        _ catalogue: Catalogue, _ names: [String], now: Timestamp, sealedMeanwhile: Timestamp? = nil
    ) throws -> [RetentionPolicy.Decision] {
        guard !names.isEmpty else { return [] }
        var years = ArchiveCatalogue.Years(files: files, catalogue: catalogue)
        let entries = try names.flatMap { try years.year($0).entries }.sorted {
            $0.position.sequence < $1.position.sequence
        }
        let seals = try files.seals()
        try checkSealed(entries, seals.filter { names.contains(String($0.path.prefix(4))) })
        let series = RetentionPolicy.Series(
            last: sealedMeanwhile == nil ? seals.last?.position.sequence : nil,
            end: (seals.map(\.position.to) + [sealedMeanwhile].compactMap(\.self)).max(),
            clocks: Dictionary(
                seals.compactMap { seal in seal.clock.map { (seal.position.sequence, $0) } }, uniquingKeysWith: { $1 }))
        return policy.decide(entries, in: series, now: now)
    }

    /// A catalogue that differs from the ledger on what was sealed, when and where, decides nothing.
    private func checkSealed(_ entries: [CatalogueEntry], _ seals: [RegisteredSeal]) throws {
        let isSame = entries.elementsEqual(seals) { entry, seal in
            entry.position == seal.position && entry.sealed == seal.sealed && entry.path == seal.path
        }
        guard !isSame else { return }
        throw EnvironmentError(
            .brokenChain,
            "the catalogue in \"\(files.directory)\" contradicts the ledger on what was sealed, so nothing is removed",
            hint: files.verifyCommand)
    }

    /// A bundle that is gone without a tombstone would be lost sight of with a new list of them.
    private func requireTombstones(forMissing standing: [Int: Tombstone]) throws {
        for seal in try files.seals() where standing[seal.position.sequence] == nil {
            let path = seal.path
            guard !FileStatus.exists("\(files.directory)/\(path)") else { continue }
            throw EnvironmentError(
                .noInput,
                "\"\(files.directory)/\(path)\" is not there, and no tombstone stands for it, so nothing is removed",
                hint: "put it, or the file \(.file(Tombstones.file)), back from a copy of the archive")
        }
    }

    /// Removes what may go, and writes the catalogue that says so.
    ///
    /// Stopped at any point, it goes on the next time: a tombstone is durable before its bundle is removed, and the catalogue
    /// takes what is gone from the tombstones.
    ///
    /// - Returns: the paths that were removed.
    /// - Throws: ``EnvironmentError`` if a bundle is not the one that was sealed: then nothing is removed.
    package func run(_ catalogue: Catalogue, now: Timestamp) throws -> [String] {
        let going = try removable(catalogue, now: now).map(\.entry)
        var tombstones = try files.tombstones()
        let again = try removeAgain(tombstones, except: Set(going.map(\.path)))
        guard !going.isEmpty else { return again }
        let standing = Dictionary(tombstones.map { ($0.entry.position.sequence, $0) }, uniquingKeysWith: { $1 })
        try requireTombstones(forMissing: standing)
        var years = ArchiveCatalogue.Years(files: files, catalogue: catalogue)
        for entry in going {
            let tombstone = try standing[entry.position.sequence] ?? tombstone(entry, now)
            if standing[entry.position.sequence] == nil { tombstones.append(tombstone) }
            var removed = entry
            removed.removed = tombstone.entry.removed
            try years.put(removed)
        }
        tombstones.sort { $0.entry.position.sequence < $1.entry.position.sequence }
        try files.write(tombstones)
        let digests = Dictionary(tombstones.map { ($0.entry.path, $0.sha256) }, uniquingKeysWith: { $1 })
        for entry in going { try remove(entry.path, sha256: digests[entry.path] ?? "") }
        var result = catalogue
        for year in years.changed { result.update(year) }
        try files.write(result, &years)
        return again + going.map(\.path)
    }

    /// Removes bundles that were removed before and are there again, for example from a backup that was put back.
    private func removeAgain(_ tombstones: [Tombstone], except going: Set<String>) throws -> [String] {
        let returned = returned(tombstones).filter { !going.contains($0.entry.path) }
        for tombstone in returned { try remove(tombstone.entry.path, sha256: tombstone.sha256) }
        return returned.map(\.entry.path)
    }

    /// The tombstone of a bundle, from what its signed digests vouch for.
    private func tombstone(_ entry: CatalogueEntry, _ now: Timestamp) throws -> Tombstone {
        let path = "\(files.directory)/\(entry.path)"
        let bundle = try SealedBundle(path, trust: files.commands.trust)
        let anchor = try bundle.content(BundlePath.tagManifest)
        let manifest = try bundle.content(BundlePath.manifest)
        let description = try bundle.content(BundlePath.bundle)
        let metrics = try bundle.content(BundlePath.metrics)
        let claims = try DescriptionClaims.decode(description).get()
        var stated = CatalogueEntry(
            entry.position, path: entry.path, bytes: bundle.size, description: claims,
            metrics: MetricCounts.decode(metrics).value)
        stated.sealed = entry.sealed
        stated.due = entry.due
        var removed = entry
        removed.removed = now
        guard ContentDigest.hexadecimal(of: anchor) == entry.position.digest,
            isListed(manifest, BundlePath.manifest, in: anchor), isListed(description, BundlePath.bundle, in: manifest),
            isListed(metrics, BundlePath.metrics, in: manifest), stated == entry,
            let tombstone = Tombstone(
                removed, description: claims,
                sha256: try ByteStore.file(ReadOnlyFile(path)).sha256(), keptYears: policy.keepYears)
        else {
            throw EnvironmentError(
                .brokenChain, "\"\(path)\" is not the bundle that was sealed and listed, so nothing is removed",
                hint: files.verifyCommand)
        }
        return tombstone
    }

    /// Whether a manifest has a line for a file of these bytes.
    private func isListed(_ content: [UInt8], _ path: String, in manifest: [UInt8]) -> Bool {
        let line = Array("\(ContentDigest.hexadecimal(of: content))  \(path)".utf8)
        return manifest.split(separator: 0x0A).contains { $0.elementsEqual(line) }
    }

    /// Removes the file for which a tombstone stands, and no other.
    private func remove(_ path: String, sha256: String) throws {
        let path = "\(files.directory)/\(path)"
        guard FileStatus.exists(path) else { return }
        guard try ByteStore.file(ReadOnlyFile(path)).sha256() == sha256 else {
            throw EnvironmentError(
                .brokenChain, "\"\(path)\" is not the file for which a tombstone stands, so it is not removed",
                hint: files.verifyCommand)
        }
        try FileName.remove(path)
    }
}
