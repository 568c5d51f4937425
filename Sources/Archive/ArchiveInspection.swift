package import ArchiveFormat
import BundleFormat
package import FileSystem
import MerkleTree
import Signing

/// What is wrong between an archive's folder and the register of its series.
///
/// The signed checkpoint, names and sizes are looked at. Nothing is written, and no bundle is read but those that are known to be
/// damaged, unless all are to be.
package struct ArchiveInspection {
    /// Why the register, so the ledger, may be an older copy or another one: with such a ledger nothing at all may be done.
    package private(set) var foreignRegister: EnvironmentError?
    /// Why nothing may be written into this archive, gravest first.
    package private(set) var problems: [EnvironmentError] = []

    /// Sealed bundles that are not there, though nothing says that they were removed; in order.
    package private(set) var missing: [RegisteredSeal] = []
    /// Sealed bundles that are not what was sealed; in order.
    package private(set) var damaged: [RegisteredSeal] = []
    /// Bundles that were removed for good and are there again, such as from a backup that was put back; in order.
    package private(set) var returned: [RegisteredSeal] = []
    /// Catalogues, of the archive or of years, that are not what an earlier run wrote, by path in the folder.
    package private(set) var unusableCatalogues: [String] = []

    /// Why the folder is another archive's, so that nothing in it may be touched.
    package private(set) var foreignFolder: EnvironmentError?

    private let files: ArchiveCatalogue
    private let copies: [String]?
    private let seals: [RegisteredSeal]
    private let sealedDigests: Set<String>
    /// Files in the folder, by path relative to it, that could be bundles.
    private var found: Set<String> = []
    /// Positions at the beginning of the series for which the checkpoint in the folder stands.
    private var vouched = 0
    /// Why what is kept of the folder beside the ledger cannot be read.
    package private(set) var memoryProblem: EnvironmentError?
    /// Positions that the catalogue in the folder lists as found damaged; it is not signed, so they are only read again.
    private var listedDamage: [Int] = []
    /// Whether nothing is known of earlier checks of the bundles, although there are some: what is kept beside the ledger is gone.
    package var hasForgotten: Bool { !seals.isEmpty && !files.memory().isKnown }

    /// Inspects a folder.
    ///
    /// - Parameters:
    ///   - files: the archive; its register is that of the ledger, or empty without one.
    ///   - pending: the name of a bundle that is recorded as sealed and that the next run gives its name; nil without one.
    ///   - isFull: whether every bundle is read.
    ///   - isForWriting: whether it is a problem that nothing can be written there.
    ///   - copies: folders whose tombstones count too, since they are to be taken from there; nil for those of the folder alone.
    /// - Throws: ``EnvironmentError`` or `FileSystemError` if the folder cannot be looked at.
    package init(
        _ files: ArchiveCatalogue, pending: String?, isFull: Bool = false, isForWriting: Bool = true,
        copies: [String]? = nil
    ) throws {
        self.files = files
        self.copies = copies
        seals = try files.seals()
        sealedDigests = Set(seals.map(\.position.digest))
        try FileName.requireDirectory(files.directory)
        readMemory()
        try findBundles()
        try compareCheckpoint()
        findUnknown()
        findForeign()
        guard foreignRegister == nil else { return }
        try findMissing(pending: pending)
        compareSizes()
        try compareContents(isFull: isFull)
        if isForWriting { requireWriting() }
    }

    // Folders

    /// Folders of years.
    private var years: [String] = []
    /// Years with something else than a folder in its place: nothing may be written through it.
    package private(set) var blockedYears: Set<String> = []

    private mutating func findBundles() throws {
        for year in ArchiveCatalogue.years(in: try DirectoryName.list(files.directory)) {
            let path = "\(files.directory)/\(year)"
            let kind = try FileStatus(path, followsLinks: false).kind
            guard kind == .directory else {
                problems.append(files.noYear(path, kind))
                blockedYears.insert(year)
                continue
            }
            years.append(year)
            _ = try DirectoryName.list(path)
        }
        let listing = try ArchiveListing(files.directory)
        found = Set(listing.bundles)
        findStrays(listing)
    }

    /// What a verifier would refuse, a run has to name: it would seal on beside it else.
    private mutating func findStrays(_ listing: ArchiveListing) {
        let sealed = Set(seals.map(\.path))
        let sealedYears = Set(seals.map { String($0.path.prefix(4)) })
        var strays = listing.strays.filter { !blockedYears.contains($0.path) && !sealed.contains($0.path) }
        for folder in listing.catalogued where !sealedYears.contains(folder) {
            strays.append(ArchiveListing.Stray(CatalogueYear.path(folder), "is no catalogue of a year of this archive"))
        }
        // What a stopped writer left beside a file, the next one removes.
        strays.removeAll { $0.path.hasSuffix(".new") && isWritten(String($0.path.dropLast(4))) }
        // A link in the place of a catalogue can be put aside, as a damaged one can.
        let catalogues = strays.filter { isCatalogue($0.path) && !isRead($0.path) }
        unusableCatalogues += catalogues.map(\.path)
        for stray in catalogues {
            refuse("\"\(files.directory)/\(stray.path)\" \(stray.reason)", hint: Hint(files.commands.repair))
        }
        strays.removeAll { isCatalogue($0.path) }
        guard let first = strays.first else { return }
        let path = "\(files.directory)/\(first.path)"
        let names = CountedNoun.text(strays.count, "name that does", plural: "names that do")
        refuse(
            "\"\(files.directory)\" has \(names) not belong there, such as \"\(path)\", which \(first.reason)",
            hint: .command("ls", "-ld", .file(path)))
    }

    /// Whether a path is that of a catalogue or checkpoint which a run writes.
    private func isCatalogue(_ path: String) -> Bool {
        let parts = path.split(separator: "/").map(String.init)
        let names = [Catalogue.file, Catalogue.page] + (parts.count == 1 ? [Catalogue.checkpoint] : [])
        let isYears = parts.count == 2 && seals.contains { $0.path.hasPrefix(parts[0] + "/") }
        return (parts.count == 1 || isYears) && parts.last.map(names.contains) == true
    }

    private func isWritten(_ path: String) -> Bool { isCatalogue(path) || path == Tombstones.file }

    /// Whether what has the name is no link, and reading it says what is wrong.
    private func isRead(_ path: String) -> Bool {
        let kind = try? FileStatus("\(files.directory)/\(path)", followsLinks: false).kind
        return kind != .link && FileName.last(of: path) != Catalogue.page
    }

    /// What is kept beside the ledger is written before the folder is: it has to be readable before anything is begun.
    private mutating func readMemory() {
        for (path, limit) in files.keptFiles {
            do throws(FileSystemError) {
                _ = try ReadOnlyFile.contentsIfPresent(path, limit: limit)
            } catch {
                var problem = EnvironmentError(error)
                if case .tooLong = error.reason { problem.kind = .unreadableInput }
                // Nothing rests on it: without it the bundles are read anew.
                problem.hint = .command("mv", "--backup=numbered", .file(path), .file(path + ".old"))
                memoryProblem = memoryProblem ?? problem
                problems.append(problem)
            }
        }
    }

    /// What cannot be written is told before anything is begun.
    private mutating func requireWriting() {
        for path in [files.directory] + years.map({ "\(files.directory)/\($0)" }) where !FileName.canCreate(in: path) {
            problems.append(files.notWritable(path))
        }
    }

    // The checkpoint

    private mutating func compareCheckpoint() throws {
        let path = "\(files.directory)/\(Catalogue.checkpoint)"
        let bytes: [UInt8]
        do {
            guard let found = try files.contents(Catalogue.checkpoint) else { return missCheckpoint(path) }
            bytes = found
        } catch let error as EnvironmentError {
            unusableCatalogues.append(Catalogue.checkpoint)
            return problems.append(error)
        }
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
                "the archive in \"\(files.directory)\" has \(CountedNoun.text(checkpoint.size, "bundle")), but the ledger has sealed "
                    + "\(seals.count) of them: the ledger is an older copy, or another one; nothing is changed",
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
        vouched = Int(checkpoint.size)
    }

    /// Without the checkpoint nobody knows whether bundles are missing at the end: only before the first there is none.
    private mutating func missCheckpoint(_ path: String) {
        guard !seals.isEmpty, files.knowsCheckpoint() else { return }
        problems.append(
            EnvironmentError(
                .noInput, "\"\(path)\" is gone or empty, expected the signed checkpoint of \(files.archive)",
                hint: Hint(files.commands.repair)))
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
            "\"\(files.directory)\" has \(CountedNoun.text(unknown.count, "file that looks like a bundle", plural: "files that look like bundles")), "
            + "and that the ledger has not sealed, such as \(first); expected only sealed bundles there"
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
        CatalogueYear.isName(FileName.directory(of: path)) && FileName.last(of: path).hasPrefix(files.archive + "-")
    }

    /// Bundles of this archive that are signed by its keys, in places for which this ledger sealed others.
    ///
    /// Where the checkpoint stands for the ledger, a bundle is only looked at when it is not the one that was sealed.
    private mutating func findForeign() {
        guard foreignRegister == nil, foreignFolder == nil else { return }
        let other = seals.dropFirst(vouched).first { isOfAnotherLedger($0) }
        guard let other else { return }
        foreignRegister = EnvironmentError(
            .brokenChain,
            "\"\(files.directory)/\(other.path)\" is signed by this archive's key, and is another bundle than the ledger has sealed "
                + "there: the ledger is an older copy, or another one; nothing is changed",
            hint: Hint(files.commands.drill))
    }

    private func isOfAnotherLedger(_ seal: RegisteredSeal) -> Bool {
        found.contains(seal.path)
            && files.isOfAnotherLedger("\(files.directory)/\(seal.path)", sealed: sealedDigests)
    }

    /// Bundles for which a tombstone stands.
    private var buried: Set<SeriesDigest> = []

    private mutating func findMissing(pending: String?) throws {
        do {
            let tombstones =
                try copies.map { try files.allTombstones(copies: $0) } ?? files.tombstones(isReadOnly: true)
            buried = Set(tombstones.map { SeriesDigest($0.entry.position) })
        } catch let error as EnvironmentError {
            problems.append(error)
            return
        }
        missing = seals.filter { seal in
            !found.contains(seal.path) && seal.position.name != pending
                && !blockedYears.contains(FileName.directory(of: seal.path))
                && !buried.contains(SeriesDigest(seal.position))
        }
        guard !missing.isEmpty else { return }
        let names = missing.prefix(3).map(\.path).joined(separator: ", ") + (missing.count > 3 ? ", …" : "")
        problems.append(
            EnvironmentError(
                .noInput,
                "\"\(files.directory)\" lacks \(CountedNoun.part(missing.count, of: seals.count, "sealed bundle")): \(names)",
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
        var damage: [Int] = []
        attempt(Catalogue.file) { files in
            let whole = try files.read(Catalogue.file, Catalogue.init)
            if let whole, whole.archive != files.archive { throw AnotherArchive() }
            damage = whole?.fixity?.damaged ?? []
            counts = Dictionary(whole?.years.map { ($0.year, $0.bundles) } ?? [], uniquingKeysWith: { $1 })
        }
        listedDamage = damage
        guard foreignFolder == nil else { return }
        let names = Set(counts.keys).union(found.filter { $0.utf8.count > 5 }.map { String($0.prefix(4)) })
        for year in names.sorted()
        where CatalogueYear.isName(year) && !isEmptied(year) && !blockedYears.contains(year) {
            let path = CatalogueYear.path(year)
            var entries: [CatalogueEntry] = []
            attempt(path) { files in
                let own = try files.read(path, CatalogueYear.init)
                entries = own?.entries ?? []
                guard own?.archive ?? files.archive == files.archive, own?.year ?? year == year,
                    entries.count >= counts[year] ?? 0
                else { throw files.shortYear(path, expected: counts[year] ?? 0) }
            }
            for entry in entries where found.contains(entry.path) {
                guard let seal = seals.first(where: { $0.position == entry.position && $0.path == entry.path }) else {
                    continue
                }
                // Between its tombstone and its removal a bundle is still there, and not listed as removed yet.
                // In a catalogue of an earlier time, as of a backup, the bundle is one that came back with it.
                if isBuried(seal), entry.removed != nil || !files.isCurrent(path) {
                    returned.append(seal)
                } else if entry.removed == nil {
                    compareSize(entry, seal)
                }
            }
        }
    }

    private func isBuried(_ seal: RegisteredSeal) -> Bool { buried.contains(SeriesDigest(seal.position)) }

    /// Whether all bundles of a year were removed, and its folder with them: its catalogue is made again from the tombstones.
    private func isEmptied(_ year: String) -> Bool {
        let own = seals.filter { $0.path.hasPrefix(year + "/") }
        return !own.isEmpty && own.allSatisfy(isBuried) && !FileStatus.exists("\(files.directory)/\(year)")
    }

    /// Compares the length of a bundle with what the catalogue of its year says, which is not signed: it decides only that the
    /// bundle is read.
    private mutating func compareSize(_ entry: CatalogueEntry, _ seal: RegisteredSeal) {
        let path = "\(files.directory)/\(seal.path)"
        let size = FileStatus.size(ofRegularFile: path) ?? 0
        guard size != entry.bytes, contentProblem(seal) != nil, !isForeign(seal) else { return }
        damaged.append(seal)
        refuse(
            "\"\(path)\" has \(CountedNoun.text(size, "byte")), expected \(entry.bytes), as it was sealed",
            hint: Hint(files.commands.repair))
    }

    // Contents

    /// Reads the bundles that were found damaged before, or all.
    private mutating func compareContents(isFull: Bool) throws {
        let known = Set(files.memory().fixity.damaged + listedDamage)
        for seal in seals where isFull || known.contains(seal.position.sequence) {
            guard found.contains(seal.path), !damaged.contains(seal), !isBuried(seal),
                let problem = contentProblem(seal), !isForeign(seal)
            else { continue }
            damaged.append(seal)
            refuse(
                "\"\(files.directory)/\(seal.path)\" is not the bundle that was sealed: \(problem)",
                hint: Hint(files.commands.repair))
        }
    }

    /// Why a file is not the bundle that was sealed; nil if it is.
    private func contentProblem(_ seal: RegisteredSeal) -> String? {
        files.problem(of: seal, at: "\(files.directory)/\(seal.path)")
    }

    /// Whether a file that is not what was sealed is a bundle that another ledger sealed: then it is named, and never replaced.
    private mutating func isForeign(_ seal: RegisteredSeal) -> Bool {
        guard isOfAnotherLedger(seal) else { return false }
        let path = "\(files.directory)/\(seal.path)"
        if foreignBundles.insert(seal.path).inserted {
            refuse(
                "\"\(path)\" is signed by this archive's key, and is the bundle of another ledger, expected that of this one",
                hint: .command("mv", "--backup=numbered", .file(path), .file(path + ".other")))
        }
        return true
    }

    /// Bundles of another ledger that were named.
    private var foreignBundles: Set<String> = []

    private struct AnotherArchive: Error {}

    /// Reads a catalogue; one that cannot be used is told.
    private mutating func attempt(_ path: String, _ body: (ArchiveCatalogue) throws -> Void) {
        do {
            try body(files)
        } catch var error as EnvironmentError {
            unusableCatalogues.append(path)
            error.hint = Hint(files.commands.repair)
            problems.append(error)
        } catch is AnotherArchive {
            let message =
                "\"\(files.directory)/\(path)\" is that of another archive, expected \(files.archive): another archive is kept there"
            foreignFolder = foreignFolder ?? EnvironmentError(.brokenChain, message, hint: files.verifyCommand)
            refuse(message)
        } catch let error as FileSystemError {
            problems.append(EnvironmentError(error))
        } catch {
            problems.append(EnvironmentError(.io, "\(error)"))
        }
    }
}
