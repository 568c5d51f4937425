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
    let selection: Selection
    let key: PrivateKey
    let toolVersion: String

    /// Brings the catalogue up to date with what is sealed; files that would not change are left alone.
    ///
    /// - Parameters:
    ///   - seals: all places of the series, in order.
    ///   - waiting: the period that is due and not sealed.
    /// - Returns: the catalogue; nil if there is nothing to be listed.
    /// - Throws: ``EnvironmentError`` if a bundle is gone, or the catalogue is that of other bundles.
    @discardableResult
    func update(_ seals: [SealEntry], waiting: [Catalogue.Waiting]) throws -> Catalogue? {
        guard !seals.isEmpty || !waiting.isEmpty else { return nil }
        var catalogue =
            try read()
            ?? Catalogue(
                archive: archive, basis: selection.basis.rawValue, filters: BundleDescription.filters(selection))
        try checkSame(catalogue, seals)
        for seal in seals.dropFirst(catalogue.entries.count) { try append(seal, to: &catalogue) }
        catalogue.waiting = waiting
        try checkPresent(catalogue)
        try replace(Catalogue.file, with: catalogue.value.file)
        try replace(Catalogue.page, with: try CataloguePage(toolVersion: toolVersion).render(catalogue))
        let digests = catalogue.entries.compactMap { MerkleDigest(hexadecimal: $0.place.digest) }
        let name = Catalogue.origin(archive)
        let checkpoint = Checkpoint(
            origin: name, size: UInt64(digests.count), root: Catalogue.root(digests).bytes)
        // Last: with the old one, bundles are missing at its end; with the new one and an old catalogue, in that.
        try replace(Catalogue.checkpoint, with: try SignedNote(signing: checkpoint.text, name: name, with: key).bytes)
        return catalogue
    }

    private func read() throws -> Catalogue? {
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

    private func checkSame(_ catalogue: Catalogue, _ seals: [SealEntry]) throws {
        let isSame =
            catalogue.archive == archive && catalogue.entries.count <= seals.count
            && zip(catalogue.entries, seals).allSatisfy { $0.place == SealedPlace($1) }
        guard isSame else {
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
        for entry in catalogue.entries where !InputSizes.exists("\(directory)/\(entry.path)") {
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

/// A bundle that was just sealed here, of which the catalogue tells a few figures; nothing is verified.
private struct SealedBundle {
    private let archive: ZipArchive
    private let path: String
    let size: Int

    init(_ path: String) throws {
        archive = try ZipArchive(path: path)
        self.path = path
        size = InputSizes.total([path])
    }

    func json(_ name: String) throws -> JSONValue {
        guard let entry = archive.entries.first(where: { $0.name.hasSuffix("/" + name) }) else {
            throw EnvironmentError(.unreadableInput, "\"\(path)\" has no \(name)", hint: "cartulary verify \"\(path)\"")
        }
        var bytes: [UInt8] = []
        var reader = try archive.reader(for: entry)
        try reader.forEachBlock { bytes.append(contentsOf: $0) }
        return try JSONValue(parsing: bytes)
    }
}
