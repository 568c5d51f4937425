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
    package internal(set) var foreignRegister: EnvironmentError?
    /// Why nothing may be written into this archive, gravest first.
    package internal(set) var problems: [EnvironmentError] = []

    /// Sealed bundles that are not there, though nothing says that they were removed; in order.
    package internal(set) var missing: [RegisteredSeal] = []
    /// Sealed bundles that are not what was sealed; in order.
    package internal(set) var damaged: [RegisteredSeal] = []
    /// Bundles that were removed for good and are there again, such as from a backup that was put back; in order.
    package internal(set) var returned: [RegisteredSeal] = []
    /// Catalogues, of the archive or of years, that are not what an earlier run wrote, by path in the folder.
    package internal(set) var unusableCatalogues: [String] = []

    /// Why the folder is another archive's, so that nothing in it may be touched.
    package internal(set) var foreignFolder: EnvironmentError?

    let files: ArchiveCatalogue
    let copies: [String]?
    let seals: [RegisteredSeal]
    let sealedDigests: Set<String>
    /// Files in the folder, by path relative to it, that could be bundles.
    var found: Set<String> = []
    /// Positions at the beginning of the series for which the checkpoint in the folder stands.
    var vouched = 0
    /// Why what is kept of the folder beside the ledger cannot be read.
    package private(set) var memoryProblem: EnvironmentError?
    /// Folders of years.
    var years: [String] = []
    /// Years with something else than a folder in its place: nothing may be written through it.
    package internal(set) var blockedYears: Set<String> = []
    /// Bundles for which a tombstone stands.
    var buried: Set<SeriesDigest> = []
    /// Bundles of another ledger that were named.
    var foreignBundles: Set<String> = []
    /// Positions that the catalogue in the folder lists as found damaged; it is not signed, so they are only read again.
    var listedDamage: [Int] = []
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

    mutating func refuse(_ message: String, hint: Hint? = nil) {
        problems.append(
            EnvironmentError(
                .brokenChain, message, hint: hint ?? files.verifyCommand))
    }
}
