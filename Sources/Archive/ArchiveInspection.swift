package import ArchiveFormat
import BundleFormat
package import FileSystem
import MerkleTree
import Signing

/// What is wrong between an archive's folder and the register of its series.
///
/// The signed checkpoint, names and sizes are looked at. Nothing is written, and no bundle is read.
package struct ArchiveInspection {
    /// Why the register, so the ledger, may be an older copy or another one: with such a ledger nothing at all may be done.
    package private(set) var foreignRegister: EnvironmentError?
    /// Why nothing may be written into this archive, gravest first.
    package private(set) var problems: [EnvironmentError] = []

    /// Sealed bundles that are not there, though nothing says that they were removed; in order.
    package private(set) var missing: [RegisteredSeal] = []
    /// Sealed bundles that have another length than they were sealed with; in order.
    package private(set) var damaged: [RegisteredSeal] = []
    /// Bundles that were removed for good and are there again, such as from a backup that was put back; in order.
    package private(set) var returned: [RegisteredSeal] = []
    /// Catalogues, of the archive or of years, that are not what an earlier run wrote, by path in the folder.
    package private(set) var unusableCatalogues: [String] = []

    /// Why the folder is another archive's, so that nothing in it may be touched.
    package private(set) var foreignFolder: EnvironmentError?

    private let files: ArchiveCatalogue
    private let seals: [RegisteredSeal]
    /// Files in the folder, by path relative to it, that could be bundles.
    private var found: Set<String> = []

    /// Inspects a folder.
    ///
    /// - Parameters:
    ///   - files: the archive; its register is that of the ledger, or empty without one.
    ///   - pending: the name of a bundle that is recorded as sealed and that the next run gives its name; nil without one.
    /// - Throws: ``EnvironmentError`` or `FileSystemError` if the folder cannot be looked at.
    package init(_ files: ArchiveCatalogue, pending: String?) throws {
        self.files = files
        seals = try files.seals()
        try FileName.requireDirectory(files.directory)
        found = try ArchiveInspection.bundles(in: files.directory)
        try compareCheckpoint()
        findUnknown()
        guard foreignRegister == nil else { return }
        try findMissing(pending: pending)
        compareSizes()
    }

    private static func bundles(in directory: String) throws -> Set<String> {
        var found = Set(ArchiveCatalogue.bundles(in: directory))
        for year in try DirectoryName.list(directory).compactMap(\.text) where isYear(year) {
            found.formUnion(ArchiveCatalogue.bundles(in: "\(directory)/\(year)").map { "\(year)/\($0)" })
        }
        return found
    }

    private static func isYear(_ name: String) -> Bool {
        name.utf8.count == 4 && name.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    // The checkpoint

    private mutating func compareCheckpoint() throws {
        let path = "\(files.directory)/\(Catalogue.checkpoint)"
        guard let bytes = try ReadOnlyFile.contentsIfPresent(path, limit: 1 << 20), !bytes.isEmpty else { return }
        guard let note = try? SignedNote(parsing: bytes), let checkpoint = try? Checkpoint(text: note.text) else {
            unusableCatalogues.append(Catalogue.checkpoint)
            return refuse(
                "\"\(path)\" is no signed checkpoint, expected the one of this archive",
                hint: Hint(files.commands.repair))
        }
        let origin = Catalogue.origin(files.archive)
        guard checkpoint.origin == origin else {
            let message =
                "\"\(path)\" is that of \(checkpoint.origin), expected \(origin): another archive is kept there"
            foreignFolder = EnvironmentError(.brokenChain, message, hint: files.verifyCommand)
            return refuse(message)
        }
        guard checkpoint.size <= UInt64(seals.count) else {
            foreignRegister = EnvironmentError(
                .brokenChain,
                "the archive in \"\(files.directory)\" has \(checkpoint.size) bundles, but the ledger has sealed \(seals.count) "
                    + "of them: the ledger is an older copy, or another one; nothing is changed",
                hint: Hint(files.commands.drill))
            return
        }
        let digests = seals.prefix(Int(checkpoint.size)).compactMap { MerkleDigest(hexadecimal: $0.position.digest) }
        guard Catalogue.tree(digests).root.bytes == checkpoint.root else {
            foreignRegister = EnvironmentError(
                .brokenChain,
                "the archive in \"\(files.directory)\" holds other bundles than the ledger has sealed as \(files.archive): "
                    + "expected the ledger that sealed them; nothing is changed",
                hint: Hint(files.commands.drill))
            return
        }
        // Whoever signed it: it says what the ledger says, and the next run signs it with the key of now.
    }

    private mutating func refuse(_ message: String, hint: Hint? = nil) {
        problems.append(
            EnvironmentError(
                .brokenChain, message, hint: hint ?? files.verifyCommand))
    }

    // Names

    /// Bundles that no seal names: a ledger that was put back from an older copy does not know the newest.
    private mutating func findUnknown() {
        let unknown = found.subtracting(seals.map(\.path)).sorted()
        guard let first = unknown.first, foreignRegister == nil else { return }
        let message =
            "\"\(files.directory)\" has files that look like bundles, and that the ledger has not sealed: \(unknown.count), such as "
            + "\(first); expected only sealed bundles there"
        // The name that the next bundles would get: they were sealed from what this ledger does not hold.
        if unknown.contains(where: isOfSeries) {
            foreignRegister = EnvironmentError(
                .brokenChain, message + "; the ledger is an older copy, or another one",
                hint: Hint(files.commands.drill))
        } else {
            refuse(message)
        }
    }

    private func isOfSeries(_ path: String) -> Bool {
        path.split(separator: "/").count == 2 && FileName.last(of: path).hasPrefix(files.archive + "-")
    }

    private mutating func findMissing(pending: String?) throws {
        let tombstones: Set<SeriesDigest>
        do {
            tombstones = Set(try files.tombstones(isReadOnly: true).map { SeriesDigest($0.entry.position) })
        } catch let error as EnvironmentError {
            problems.append(error)
            return
        }
        missing = seals.filter { seal in
            !found.contains(seal.path) && seal.position.name != pending
                && !tombstones.contains(SeriesDigest(seal.position))
        }
        guard !missing.isEmpty else { return }
        let names = missing.prefix(3).map(\.path).joined(separator: ", ") + (missing.count > 3 ? ", …" : "")
        problems.append(
            EnvironmentError(
                .noInput, "\"\(files.directory)\" lacks \(missing.count) of \(seals.count) sealed bundles: \(names)",
                hint: Hint(files.commands.repair)))
    }

    private struct SeriesDigest: Hashable {
        let sequence: Int
        let digest: String

        init(_ position: SeriesPosition) {
            sequence = position.sequence
            digest = position.digest
        }
    }

    // Catalogues and sizes

    /// A bundle that is cut, or another in its place: the catalogue of its year says how long each was.
    ///
    /// Catalogues are unsigned: they never decide what a bundle has to be, only that somebody has to look.
    private mutating func compareSizes() {
        var counts: [String: Int] = [:]
        if let other = (try? files.read())??.archive, other != files.archive {
            let message =
                "\"\(files.directory)/\(Catalogue.file)\" is that of archive \(other), expected \(files.archive): another archive "
                + "is kept there"
            foreignFolder = foreignFolder ?? EnvironmentError(.brokenChain, message, hint: files.verifyCommand)
            return refuse(message)
        }
        attempt(Catalogue.file) { files in
            counts = Dictionary(
                try files.read()?.years.map { ($0.year, $0.bundles) } ?? [], uniquingKeysWith: { $1 })
        }
        let years = Set(counts.keys).union(found.filter { $0.utf8.count > 5 }.map { String($0.prefix(4)) })
        for year in years.sorted() where ArchiveInspection.isYear(year) {
            var entries: [CatalogueEntry] = []
            attempt(CatalogueYear.path(year)) { files in
                let own = try files.read(CatalogueYear.path(year), CatalogueYear.init)
                entries = own?.entries ?? []
                guard own?.archive ?? files.archive == files.archive, own?.year ?? year == year,
                    entries.count >= counts[year] ?? 0
                else { throw files.shortYear(CatalogueYear.path(year), expected: counts[year] ?? 0) }
            }
            for entry in entries where found.contains(entry.path) {
                // Between its tombstone and its removal a bundle is still there, and not listed as removed yet.
                if entry.removed == nil { compareSize(entry) } else { returned.append(RegisteredSeal(entry)) }
            }
        }
    }

    private mutating func compareSize(_ entry: CatalogueEntry) {
        let path = "\(files.directory)/\(entry.path)"
        let size = FileStatus.size(ofRegularFile: path) ?? 0
        guard size != entry.bytes else { return }
        damaged += seals.filter { $0.position == entry.position }
        refuse(
            "\"\(path)\" has \(size) bytes, expected \(entry.bytes), as it was sealed",
            hint: Hint(files.commands.repair))
    }

    /// Reads a catalogue; one that cannot be used is told.
    private mutating func attempt(_ path: String, _ body: (ArchiveCatalogue) throws -> Void) {
        do {
            try body(files)
        } catch var error as EnvironmentError {
            unusableCatalogues.append(path)
            error.hint = Hint(files.commands.repair)
            problems.append(error)
        } catch let error as FileSystemError {
            problems.append(EnvironmentError(error))
        } catch {
            problems.append(EnvironmentError(.io, "\(error)"))
        }
    }
}
