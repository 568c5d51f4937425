import AuditModel
import BundleExport
import BundleFormat
import Glibc
import MerkleTree
import RecordStore
import Signing
import StrictJSON

/// Keeps the catalogue of an archive's folder: what is new is read from the new bundles, never from all.
struct ArchiveCatalogue {
    let directory: String
    let archive: String
    private let selection: Selection
    private let key: PrivateKey
    private let toolVersion: String
    private let ledger: Ledger
    /// The series' name in the ledger.
    private let series: String
    /// Keys that the ledger was ever signed with.
    private let signers: [PublicKey]

    init(_ archive: ScheduledArchive, _ plan: SchedulePlan, _ options: ScheduleOptions) throws {
        (directory, self.archive, selection) = (archive.directory, archive.name, archive.selection)
        (key, toolVersion) = (options.key, options.toolVersion)
        series = archive.series
        ledger = try Ledger(plan.ledger, .read)
        signers = try ledger.read { try $0.signers() }.compactMap { try? PublicKey(openSSHLine: $0.publicKey) }
    }

    /// Brings the catalogue up to date with what is sealed; files that would not change are left alone.
    ///
    /// - Parameter waiting: the period that is due and not sealed; nil for what the catalogue says already.
    /// - Returns: the catalogue; nil if there is nothing to be listed.
    /// - Throws: ``EnvironmentError`` if a bundle is gone, or the catalogue is that of other bundles.
    @discardableResult
    func update(waiting: [Catalogue.Waiting]?) throws -> Catalogue? {
        let (last, found) = (try ledger.read { try $0.lastSeal(series) }, try read())
        let waiting = waiting ?? found?.waiting ?? []
        guard last != nil || !waiting.isEmpty else { return nil }
        var catalogue =
            found
            ?? Catalogue(
                archive: archive, basis: selection.basis.rawValue, filters: BundleDescription.filters(selection))
        let isComplete =
            catalogue.archive == archive && catalogue.entries.last?.place == last.map(SealedPlace.init)
            && catalogue.entries.count == last?.sequence ?? 0
        if !isComplete {
            let seals = try ledger.read { try $0.seals(series, from: max(1, catalogue.entries.count)) }
            try checkSame(catalogue, seals)
            for seal in seals where seal.sequence > catalogue.entries.count { try append(seal, to: &catalogue) }
        }
        catalogue.waiting = waiting
        let isMarked = try markRemoved(&catalogue)
        try checkPresent(catalogue)
        let isSame =
            found != nil && isComplete && !isMarked && found?.waiting == waiting && isSigned(catalogue)
            && InputSizes.exists("\(directory)/\(Catalogue.page)")
        if !isSame { try write(catalogue) }
        return catalogue
    }

    /// Marks the bundles as removed whose file is gone and for which a tombstone stands; false if nothing is new.
    private func markRemoved(_ catalogue: inout Catalogue) throws -> Bool {
        var isChanged = false
        let tombstones = try tombstones()
        try checkBuried(catalogue, tombstones)
        for tombstone in tombstones {
            let index = tombstone.entry.place.sequence - 1
            guard catalogue.entries.indices.contains(index), catalogue.entries[index].removed == nil,
                catalogue.entries[index].place == tombstone.entry.place,
                !InputSizes.exists("\(directory)/\(catalogue.entries[index].path)")
            else { continue }
            catalogue.entries[index].removed = tombstone.entry.removed
            isChanged = true
        }
        return isChanged
    }

    /// A tombstone that somebody took away is told with every run: without it a bundle is missing.
    private func checkBuried(_ catalogue: Catalogue, _ tombstones: [Tombstone]) throws {
        let standing = Set(tombstones.map(\.entry.place.sequence))
        let lost = catalogue.entries.first { $0.removed != nil && !standing.contains($0.place.sequence) }
        guard let lost else { return }
        throw EnvironmentError(
            .noInput, "\"\(directory)/\(Tombstones.file)\" has no tombstone of \(lost.path), which was removed",
            hint: "put the file back from a copy of the archive")
    }

    /// The tombstones of the folder, signed by the key of now; those that an earlier key signed are signed again.
    func tombstones() throws -> [Tombstone] {
        let path = "\(directory)/\(Tombstones.file)"
        let bytes = try LedgerJournal.contents(path)
        guard !bytes.isEmpty else { return [] }
        let name = Tombstones.origin(archive)
        guard let note = try? SignedNote(parsing: bytes), let list = Tombstones.read(note.text, archive: archive),
            ([key.publicKey] + signers).contains(where: { note.isSigned(by: $0, name: name) })
        else {
            throw EnvironmentError(
                .brokenChain, "\"\(path)\" is not what this archive's key signed, expected its tombstones",
                hint: "cartulary verify --archive \"\(directory)\" --trust KEYS")
        }
        if !note.isSigned(by: key.publicKey, name: name) { try write(list) }
        return list
    }

    /// Signs all tombstones of the folder.
    func write(_ tombstones: [Tombstone]) throws {
        let text = Tombstones.text(tombstones, archive: archive)
        let note = try SignedNote(signing: text, name: Tombstones.origin(archive), with: key)
        try replace(Tombstones.file, with: note.bytes)
    }

    /// Writes page, catalogue and checkpoint, in this order: when one is new, those before it are.
    func write(_ catalogue: Catalogue) throws {
        try replace(Catalogue.page, with: try CataloguePage(toolVersion: toolVersion).render(catalogue))
        try replace(Catalogue.file, with: catalogue.value.file)
        // Last: with the old one, bundles are missing at its end; with the new one and an old catalogue, in that.
        let checkpoint = checkpoint(of: catalogue)
        try replace(
            Catalogue.checkpoint,
            with: try SignedNote(signing: checkpoint.text, name: checkpoint.origin, with: key).bytes)
    }

    private func checkpoint(of catalogue: Catalogue) -> Checkpoint {
        let digests = catalogue.entries.compactMap { MerkleDigest(hexadecimal: $0.place.digest) }
        return Checkpoint(
            origin: Catalogue.origin(archive), size: UInt64(digests.count), root: Catalogue.root(digests).bytes)
    }

    /// Whether the checkpoint is that of the catalogue, by the key of now.
    private func isSigned(_ catalogue: Catalogue) -> Bool {
        guard let bytes = try? LedgerJournal.contents("\(directory)/\(Catalogue.checkpoint)"),
            let note = try? SignedNote(parsing: bytes)
        else { return false }
        return note.text == checkpoint(of: catalogue).text
            && note.isSigned(by: key.publicKey, name: Catalogue.origin(archive))
    }

    /// The catalogue as it is; nil without one.
    func read() throws -> Catalogue? {
        let path = "\(directory)/\(Catalogue.file)"
        let bytes = try LedgerJournal.contents(path)
        guard !bytes.isEmpty else { return nil }
        guard let value = try? JSONValue(parsing: bytes), let catalogue = Catalogue(value) else {
            throw EnvironmentError(
                .unreadableInput, "\"\(path)\" is no catalogue, expected what an earlier run wrote",
                hint: "mv \"\(path)\" \"\(path).old\"")
        }
        return catalogue
    }

    /// The last place that is listed has to be the first of `seals`; each place lists all before it.
    private func checkSame(_ catalogue: Catalogue, _ seals: [SealEntry]) throws {
        let isKnown = catalogue.entries.last.map { $0.place == seals.first.map(SealedPlace.init) } ?? true
        guard catalogue.archive == archive, isKnown else {
            throw EnvironmentError(
                .brokenChain,
                "the catalogue in \"\(directory)\" lists other bundles than the ledger has sealed as \(archive)",
                hint: "keep each archive in a folder of its own")
        }
    }

    private func append(_ seal: SealEntry, to catalogue: inout Catalogue) throws {
        let period = Period(from: seal.from, to: seal.to, label: seal.request["label"]?.string)
        let path = "\(period.year)/\(seal.name).zip"
        let bundle = try bundle(path, seal)
        let description = try bundle.json(BundlePath.bundle)
        var entry = CatalogueEntry(
            SealedPlace(seal), path: path, bytes: bundle.size, description: description,
            metrics: try bundle.json(BundlePath.metrics))
        entry.sealed = seal.received
        if entry.supersedes == nil { entry.due = catalogue.next?.due }
        catalogue.entries.append(entry)
        catalogue.next = description["series"].flatMap(SeriesPart.init)?.next
    }

    private func bundle(_ path: String, _ seal: SealEntry) throws -> SealedBundle {
        do {
            return try SealedBundle("\(directory)/\(path)")
        } catch let error as ByteStoreError where error.errorNumber == ENOENT {
            throw missing(path, seal.request["label"]?.string ?? "", seal.revision)
        }
    }

    /// A bundle that somebody took away is told with every run.
    private func checkPresent(_ catalogue: Catalogue) throws {
        for entry in catalogue.entries where entry.removed == nil && !InputSizes.exists("\(directory)/\(entry.path)") {
            throw missing(entry.path, entry.label, entry.place.revision)
        }
    }

    private func missing(_ path: String, _ label: String, _ revision: Int) -> EnvironmentError {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        return EnvironmentError(
            .noInput, "bundle \"\(directory)/\(path)\" is sealed and not there",
            hint:
                "cartulary export --ledger LEDGER --key KEY --archive \(archive) --period \(label) --revision \(revision) "
                + "--out \"\(directory)/\(folder)\"")
    }

    private func replace(_ name: String, with bytes: [UInt8]) throws {
        let path = "\(directory)/\(name)"
        if try LedgerJournal.contents(path) != bytes { try DurableFile.replace(path, with: bytes) }
    }
}
