import ArchiveFormat
import BundleFormat
import FileSystem
import Signing

extension ArchiveCatalogue {
    /// The tombstones of the folder, signed by the key of now; those that an earlier key signed are signed again.
    ///
    /// `isReadOnly` if nothing is to be written.
    ///
    /// - Throws: ``EnvironmentError`` if the file cannot be used, or lacks tombstones that are kept beside the ledger.
    func tombstones(isReadOnly: Bool = false) throws -> [Tombstone] {
        if let tombstones = forecast.tombstones { return tombstones }
        let kept = try keptTombstones()
        let path = "\(directory)/\(Tombstones.file)"
        let bytes = try contents(Tombstones.file)
        let list = try bytes.map { bytes in
            if let list = signedTombstones(bytes)?.list { return list }
            throw EnvironmentError(
                .brokenChain, "\"\(path)\" is not what this archive's key signed, expected its tombstones",
                hint: Hint(commands.repair))
        }
        let standing = Set((list ?? []).map(\.entry.position.digest))
        let lost = kept.filter { !standing.contains($0.entry.position.digest) && !isPending($0) }
        guard lost.isEmpty else {
            throw EnvironmentError(
                .noInput,
                "\"\(path)\" lacks \(CountedNoun.part(lost.count, of: kept.count, "tombstone")), such as that of removed bundle "
                    + lost[0].entry.position.name, hint: Hint(commands.repair))
        }
        guard let list, let bytes else { return [] }
        if !isReadOnly, kept.count < list.count || signedTombstones(bytes)?.isCurrent != true { try write(list) }
        return list
    }

    /// Whether a tombstone is beside the ledger alone, since whoever wrote it was stopped then: its bundle still stands, and what the last
    /// run wrote lists it as kept.
    private func isPending(_ tombstone: Tombstone) -> Bool {
        let path = tombstone.entry.path
        let year = CatalogueYear.path(FileName.directory(of: path))
        guard FileStatus.exists("\(directory)/\(path)"), isCurrent(year),
            let entries = try? read(year, CatalogueYear.init)?.entries
        else { return false }
        return entries.contains { $0.path == path && $0.removed == nil }
    }

    /// Signs all tombstones of the folder, first for the copy beside the ledger: a bundle that was removed for good is known then,
    /// whatever becomes of the folder.
    func write(_ tombstones: [Tombstone]) throws {
        let text = Tombstones.text(tombstones, archive: archive)
        let note = try SignedNote(signing: text, name: Tombstones.origin(archive), with: key)
        if try ReadOnlyFile.contentsIfPresent(tombstoneCopy, limit: ArchiveListing.maximumFile) ?? [] != note.bytes {
            try DurableFile.replace(tombstoneCopy, with: note.bytes)
        }
        try replace(Tombstones.file, with: note.bytes)
    }

    /// The tombstones that any place knows, by position: the folder, the copy beside the ledger, and copies of the folder.
    ///
    /// Only those count that a key of the archive signed, and whose bundle the register has at its position.
    func allTombstones(copies: [String]) throws -> [Tombstone] {
        var found: [Int: Tombstone] = [:]
        for tombstone in try keptTombstones() { found[tombstone.entry.position.sequence] = tombstone }
        for folder in [directory] + copies {
            for tombstone in try sealedTombstones("\(folder)/\(Tombstones.file)")
            where found[tombstone.entry.position.sequence] == nil {
                found[tombstone.entry.position.sequence] = tombstone
            }
        }
        return found.values.sorted { $0.entry.position.sequence < $1.entry.position.sequence }
    }

    /// Makes the file of tombstones whole again from what any place knows; false if it is, or nothing is known.
    ///
    /// `isDryRun` if nothing is to be written.
    package mutating func restoreTombstones(copies: [String], isDryRun: Bool) throws -> Bool {
        let all = try allTombstones(copies: copies)
        let own = (try? contents(Tombstones.file)).flatMap { signedTombstones($0)?.list }
        guard !all.isEmpty, own?.count != all.count else { return false }
        try requireWritable()
        if isDryRun { forecast.tombstones = all } else { try write(all) }
        return true
    }

    /// Whether there is a file of tombstones that this archive's key did not sign.
    package func hasUnusableTombstones() throws -> Bool {
        do {
            return try contents(Tombstones.file).map { signedTombstones($0) == nil } ?? false
        } catch let error as EnvironmentError where error.kind == .brokenChain {
            return true
        }
    }

    private func keptTombstones() throws -> [Tombstone] { try sealedTombstones(tombstoneCopy) }

    private func sealedTombstones(_ path: String) throws -> [Tombstone] {
        guard let bytes = try? ReadOnlyFile.contentsIfPresent(path, limit: ArchiveListing.maximumFile), !bytes.isEmpty,
            let list = signedTombstones(bytes)?.list
        else { return [] }
        let digests = Dictionary(
            try seals().map { ($0.position.sequence, $0.position.digest) }, uniquingKeysWith: { $1 })
        return list.filter { digests[$0.entry.position.sequence] == $0.entry.position.digest }
    }

    /// The tombstones in a signed file, and whether the key of now signed it; nil if none of the archive's keys did.
    private func signedTombstones(_ bytes: [UInt8]) -> (list: [Tombstone], isCurrent: Bool)? {
        let name = Tombstones.origin(archive)
        guard let note = try? SignedNote(parsing: bytes), let list = Tombstones.read(note.text, archive: archive),
            ([key.publicKey] + signers).contains(where: { note.isSigned(by: $0, name: name) }),
            list.allSatisfy({ $0.problem == nil })
        else { return nil }
        return (list, note.isSigned(by: key.publicKey, name: name))
    }
}
