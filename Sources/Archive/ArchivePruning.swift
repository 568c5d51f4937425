import ArchiveFormat
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

    /// What becomes of every bundle, by sequence, as of now; nothing is written.
    package func decisions(now: Timestamp) throws -> [RetentionPolicy.Decision] {
        guard let composed = try files.compose(isReadOnly: true) else { return [] }
        return try decide(composed, composed.catalogue.years.map(\.year), now: now)
    }

    /// The bundles that may be removed, by sequence; nothing is written.
    ///
    /// A year in which none can be old enough is not read. `sealedMeanwhile` is the end of the last period that would be sealed
    /// before, if any would.
    package func removable(
        now: Timestamp, sealedMeanwhile: Timestamp? = nil
    ) throws -> [RetentionPolicy.Decision] {
        guard let composed = try files.compose(isReadOnly: true) else { return [] }
        return try removable(composed, now: now, sealedMeanwhile: sealedMeanwhile)
    }

    /// The paths of bundles that were removed before and are there again, to be removed again.
    package func returned() throws -> [String] { returned(try files.tombstones(isReadOnly: true)).map(\.entry.path) }

    private func returned(_ tombstones: [Tombstone]) -> [Tombstone] {
        tombstones.filter { FileStatus.exists("\(files.directory)/\($0.entry.path)") }
    }

    private func removable(
        _ composed: ArchiveCatalogue.Composed, now: Timestamp, sealedMeanwhile: Timestamp? = nil
    ) throws -> [RetentionPolicy.Decision] {
        let years = policy.oldYears(composed.catalogue, now: now)
        return try decide(composed, years, now: now, sealedMeanwhile: sealedMeanwhile).filter { $0.state == .mayGo }
    }

    private func decide(
        _ composed: ArchiveCatalogue.Composed, _ names: [String], now: Timestamp, sealedMeanwhile: Timestamp? = nil
    ) throws -> [RetentionPolicy.Decision] {
        guard !names.isEmpty else { return [] }
        var years = composed.years
        let entries = try names.flatMap { try years.year($0).entries }.sorted {
            $0.position.sequence < $1.position.sequence
        }
        let seals = try files.seals()
        try checkSealed(entries, seals.filter { names.contains(String($0.path.prefix(4))) })
        return policy.decide(entries, in: RetentionPolicy.Series(seals, sealedMeanwhile: sealedMeanwhile), now: now)
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
            hint: files.withoutCatalogue)
    }

    /// A bundle that is gone without a tombstone would be lost sight of with a new list of them.
    private func requireTombstones(forMissing standing: [Int: Tombstone]) throws {
        for seal in try files.seals() where standing[seal.position.sequence] == nil {
            let path = seal.path
            guard !FileStatus.exists("\(files.directory)/\(path)") else { continue }
            throw EnvironmentError(
                .noInput,
                "\"\(files.directory)/\(path)\" is not there, and no tombstone stands for it, so nothing is removed",
                hint: Hint(files.commands.repair))
        }
    }

    /// Removes what may go, and writes the catalogue that says so.
    ///
    /// Stopped at any point, it goes on the next time: a tombstone is durable before its bundle is removed, and the catalogue
    /// takes what is gone from the tombstones.
    ///
    /// - Returns: the paths that were removed.
    /// - Throws: ``EnvironmentError`` if a bundle is not the one that was sealed: then nothing is removed.
    package func run(now: Timestamp) throws -> [String] {
        guard let composed = try files.compose(isReadOnly: false) else { return [] }
        let going = try removable(composed, now: now).map(\.entry)
        var tombstones = try files.tombstones()
        let again = try removeAgain(tombstones, except: Set(going.map(\.path)))
        guard !going.isEmpty else { return again }
        let standing = Dictionary(tombstones.map { ($0.entry.position.sequence, $0) }, uniquingKeysWith: { $1 })
        try requireTombstones(forMissing: standing)
        var years = composed.years
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
        var result = composed.catalogue
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
        let bundle = try SealedBundle(path, repair: files.commands.repair)
        guard let claims = try bundle.claims(sealedAs: entry.position.digest) else { throw another(path) }
        var stated = CatalogueEntry(
            entry.position, path: entry.path, bytes: bundle.size, description: claims.description,
            metrics: claims.metrics)
        stated.sealed = entry.sealed
        stated.due = entry.due
        var removed = entry
        removed.removed = now
        guard stated == entry,
            let tombstone = Tombstone(
                removed, description: claims.description,
                sha256: try ByteStore.file(ReadOnlyFile(path)).sha256(), keptYears: policy.keepYears)
        else { throw another(path) }
        return tombstone
    }

    private func another(_ path: String) -> EnvironmentError {
        EnvironmentError(
            .brokenChain, "\"\(path)\" is not the bundle that was sealed and listed, so nothing is removed",
            hint: files.withoutCatalogue)
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
