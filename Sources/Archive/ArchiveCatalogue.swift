package import ArchiveFormat
package import AuditModel
import BundleFormat
import BundleRendering
package import FileSystem
import MerkleTree
package import Signing
import StrictJSON

/// Keeps the catalogue of an archive's folder: what is new is read from the new bundles.
///
/// The catalogues in the folder are not signed. What the last run wrote, as ``ArchiveMemory`` knows, is taken over; anything else
/// is made anew, from the bundles, the register and the signed tombstones alone.
package struct ArchiveCatalogue {
    package let directory: String
    package let archive: String
    private let selection: Selection
    let key: PrivateKey
    private let toolVersion: String
    private let register: any SealRegister
    /// Keys that the ledger was ever signed with.
    let signers: [PublicKey]
    /// Commands that are proposed where something is wrong.
    package let commands: Commands

    /// Where ``ArchiveMemory`` and a copy of the tombstones are kept, without their endings.
    private let memoryPath: String
    /// What the folder is to be taken for, where it is only said what would become of it.
    package var forecast = FolderForecast()

    /// Commands that are proposed where something is wrong, as a shell takes them.
    package struct Commands: Sendable {
        /// The trust file of the key.
        package var trust: String
        /// Tells how to go on with a ledger that does not belong to the archive.
        package var drill: ShellCommand
        /// Runs the schedule.
        package var run: ShellCommand
        /// Puts back what can be made again.
        package var repair: ShellCommand

        package init(trust: String, drill: ShellCommand, run: ShellCommand, repair: ShellCommand) {
            self.trust = trust
            self.drill = drill
            self.run = run
            self.repair = repair
        }
    }

    /// - Parameters:
    ///   - directory: the archive's folder.
    ///   - archive: the archive's name.
    ///   - selection: the filters and the basis of its series.
    ///   - key: signs the checkpoint and the tombstones.
    ///   - signers: keys that may have signed them before.
    ///   - register: the sealed bundles of the series.
    ///   - memoryPath: where to keep what is known of the folder from outside of it, without an ending.
    ///   - toolVersion: what the pages name.
    ///   - commands: what is proposed where something is wrong.
    package init(
        directory: String, archive: String, selection: Selection, key: PrivateKey, signers: [PublicKey],
        register: any SealRegister, memoryPath: String, toolVersion: String, commands: Commands
    ) {
        self.directory = directory
        self.archive = archive
        self.selection = selection
        self.key = key
        self.signers = signers
        self.register = register
        self.memoryPath = memoryPath
        self.toolVersion = toolVersion
        self.commands = commands
    }

    /// A catalogue as it has to be, with the years of it that were looked at.
    struct Composed {
        var catalogue: Catalogue
        var years: Years
        /// What is in the folder; nil if it is not what the last run wrote.
        fileprivate let found: Catalogue?
    }

    /// Brings the catalogue up to date with what is sealed; files that would not change are left alone.
    ///
    /// Of the years only those are read that something is new in, or wrong with.
    ///
    /// - Parameter waiting: the period that is due and not sealed; nil for what the catalogue says already.
    /// - Returns: the catalogue; nil if there is nothing to be listed.
    /// - Throws: ``EnvironmentError`` if a bundle is gone, or the catalogue is that of other bundles.
    @discardableResult
    package func update(waiting: [Catalogue.Waiting]?) throws -> Catalogue? {
        try bringUpToDate(waiting: waiting).catalogue
    }

    /// The same; it also says whether anything was written, or would be if `isDryRun`.
    package func bringUpToDate(
        waiting: [Catalogue.Waiting]?, isDryRun: Bool = false
    ) throws -> (catalogue: Catalogue?, isWritten: Bool) {
        guard var composed = try compose(waiting: waiting, isReadOnly: isDryRun) else { return (nil, false) }
        for summary in composed.catalogue.years where !hasPage(summary.year) {
            try composed.years.requireWriting(summary.year)
        }
        let isSame = composed.found?.value == composed.catalogue.value && composed.years.changed.isEmpty
        let isWritten =
            !isSame || !isSigned(composed.catalogue) || !exists(Catalogue.page)
        guard isWritten else { return (composed.catalogue, false) }
        try requireWritable()
        for year in composed.years.changed { try requireWritable(year: year.year) }
        if !isDryRun { try write(composed.catalogue, &composed.years) }
        return (composed.catalogue, true)
    }

    private func hasPage(_ year: String) -> Bool { exists("\(year)/\(Catalogue.page)") }

    /// The catalogue as it has to be; nil if there is nothing to be listed.
    ///
    /// `isReadOnly` if nothing is to be written.
    func compose(waiting: [Catalogue.Waiting]? = nil, isReadOnly: Bool) throws -> Composed? {
        let last = try register.last()
        // One whose years do not hold all of its positions is made anew.
        let tombstones = try tombstones(isReadOnly: isReadOnly)
        let found = try ownCatalogue().flatMap { catalogue in
            let isWhole = catalogue.years.map(\.bundles).reduce(0, +) >= catalogue.size
            return try isWhole && !hasMadeAgain(catalogue, tombstones) ? catalogue : nil
        }
        let waiting = waiting ?? found?.waiting ?? []
        guard last != nil || !waiting.isEmpty else { return nil }
        var catalogue =
            found
            ?? Catalogue(
                archive: archive, basis: selection.basis.rawValue, filters: BundleFilters(selection).seriesValue)
        // A run was stopped, or the file was changed: what was sealed decides.
        if let found, !isSignedByAnyKey(found) { catalogue.tree = Catalogue.tree(try sealedDigests(found.size)) }
        var years = Years(files: self, catalogue: catalogue, isAnew: found == nil)
        let isComplete =
            catalogue.archive == archive && catalogue.last?.position == last?.position
            && catalogue.size == last?.position.sequence ?? 0
        if !isComplete { try appendNew(tombstones, to: &catalogue, years: &years) }
        try markRemoved(tombstones, in: catalogue, years: &years)
        for year in years.all { catalogue.update(year) }
        try checkPresent(catalogue, &years)
        catalogue.waiting = waiting
        catalogue.fixity = Catalogue.Fixity(forecast.applied(to: memory().fixity))
        return Composed(catalogue: catalogue, years: years, found: found)
    }

    /// Whether a bundle that is listed as removed is there, and no tombstone stands for it: it was made again on purpose.
    private func hasMadeAgain(_ catalogue: Catalogue, _ tombstones: [Tombstone]) throws -> Bool {
        guard catalogue.years.map(\.removed).reduce(0, +) > tombstones.count else { return false }
        let standing = Set(tombstones.map(\.entry.position.sequence))
        var years = Years(files: self, catalogue: catalogue, isAnew: false)
        for summary in catalogue.years where summary.removed > 0 {
            let entries = try years.year(summary.year).entries
            let isThere = entries.contains { entry in
                entry.removed != nil && !standing.contains(entry.position.sequence) && exists(entry.path)
            }
            if isThere { return true }
        }
        return false
    }

    private func appendNew(_ tombstones: [Tombstone], to catalogue: inout Catalogue, years: inout Years) throws {
        let seals = try register.seals(from: max(1, catalogue.size))
        try checkSame(catalogue, seals)
        let tombstoneOf = Dictionary(tombstones.map { ($0.entry.position.sequence, $0) }, uniquingKeysWith: { $1 })
        for seal in seals where seal.position.sequence > catalogue.size {
            try append(seal, tombstoneOf[seal.position.sequence], to: &catalogue, years: &years)
        }
    }

    /// Marks the bundles as removed whose file is gone and for which a tombstone stands.
    private func markRemoved(_ tombstones: [Tombstone], in catalogue: Catalogue, years: inout Years) throws {
        // As many as are marked already: a run has nothing to do then, however many there are.
        guard catalogue.years.map(\.removed).reduce(0, +) != tombstones.count else { return }
        try requireTombstones(forRemoved: catalogue, years: &years, tombstones)
        for tombstone in tombstones {
            let year = try years.year(tombstone.entry.year)
            guard var entry = year.entries.first(where: { $0.position == tombstone.entry.position }),
                entry.removed == nil, !exists(entry.path)
            else { continue }
            entry.removed = tombstone.entry.removed
            try years.put(entry)
        }
    }

    /// A tombstone that was taken away is reported by every run: without it a bundle is missing.
    private func requireTombstones(
        forRemoved catalogue: Catalogue, years: inout Years, _ tombstones: [Tombstone]
    ) throws {
        let standing = Set(tombstones.map(\.entry.position.sequence))
        for summary in catalogue.years where summary.removed > 0 {
            let entries = try years.year(summary.year).entries
            guard let lost = entries.first(where: { $0.removed != nil && !standing.contains($0.position.sequence) })
            else { continue }
            let path = try seal(lost.position)?.path ?? summary.year
            throw EnvironmentError(
                .noInput, "\"\(directory)/\(Tombstones.file)\" has no tombstone of \(path), which was removed",
                hint: withoutCatalogue)
        }
    }

    /// What the register has at a position.
    private func seal(_ position: SeriesPosition) throws -> RegisteredSeal? {
        try register.seals(from: position.sequence).first { $0.position.sequence == position.sequence }
    }

    /// Writes the years that changed, then page, catalogue and checkpoint, in this order: when one is new, those before it
    /// are.
    func write(_ catalogue: Catalogue, _ years: inout Years) throws {
        let page = try CataloguePage(toolVersion: toolVersion)
        // Retention may have emptied a folder, and somebody removed it.
        for year in years.changed { try makeYear(year.year) }
        // Before the files: one that a stopped run did not come to is then an earlier one.
        var memory = memory()
        for year in years.changed { memory.note(year.path, year.value.file) }
        memory.note(Catalogue.file, catalogue.value.file)
        try memory.write()
        for year in years.changed {
            try replace("\(year.year)/\(Catalogue.page)", with: page.render(year))
            try replace(year.path, with: year.value.file)
        }
        let recent = try CataloguePage.recentYears(catalogue).flatMap { try years.year($0).entries }
        try replace(
            Catalogue.page, with: page.render(catalogue, recent.sorted { $0.position.sequence < $1.position.sequence }))
        try replace(Catalogue.file, with: catalogue.value.file)
        // Last: with the old one, bundles are missing at its end; with the new one and an old catalogue, in that.
        let checkpoint = checkpoint(of: catalogue)
        let note = try SignedNote(signing: checkpoint.text, name: checkpoint.origin, with: key)
        try replace(Catalogue.checkpoint, with: note.bytes)
        guard !memory.knows(Catalogue.checkpoint) else { return }
        // After it: a first run that was stopped left none, and none is missed.
        memory.note(Catalogue.checkpoint, note.bytes)
        try memory.write()
    }

    /// All positions of the series as the ledger has them: what is removed for good is decided by these.
    func seals() throws -> [RegisteredSeal] { try register.seals(from: 1) }

    /// What is known of the folder from outside of it.
    package func memory() -> ArchiveMemory { ArchiveMemory(memoryPath + ".json") }

    /// What is kept of the folder beside the ledger, and the bytes that each file may have.
    var keptFiles: [(path: String, limit: Int)] {
        [(memoryPath + ".json", ArchiveMemory.maximumBytes), (tombstoneCopy, ArchiveListing.maximumFile)]
    }

    /// Whether there was a checkpoint: a run wrote it, or somebody put a catalogue there that no run beside this ledger wrote.
    func knowsCheckpoint() -> Bool {
        let memory = memory()
        if memory.knows(Catalogue.checkpoint) { return true }
        guard let bytes = (try? contents(Catalogue.file)) ?? nil else { return false }
        return switch memory.origin(of: Catalogue.file, bytes) {
        case .current, .earlier: false
        case .foreign, .unknown: true
        }
    }

    /// Whether a file of the folder is what the last run wrote.
    func isCurrent(_ name: String) -> Bool {
        guard let bytes = (try? contents(name)) ?? nil, case .current = memory().origin(of: name, bytes) else {
            return false
        }
        return true
    }

    /// Whether a file is a bundle of this archive that another ledger sealed, or this one in a time that it does not know: whole and
    /// signed by a key of the archive, so neither damaged nor to be replaced.
    func isOfAnotherLedger(_ path: String, sealed digests: Set<String>) -> Bool {
        guard FileStatus.size(ofRegularFile: path) != nil,
            let bundle = try? SealedBundle(path, repair: commands.repair),
            let origin = bundle.signedOrigin(by: [key.publicKey] + signers)
        else { return false }
        return origin.archive == archive && !digests.contains(origin.digest)
    }

    /// Where a copy of the signed tombstones is kept.
    var tombstoneCopy: String { memoryPath + "." + Tombstones.file }

    private func sealedDigests(_ count: Int) throws -> [MerkleDigest] {
        try seals().prefix(count).compactMap { MerkleDigest(hexadecimal: $0.position.digest) }
    }

    private func checkpoint(of catalogue: Catalogue) -> Checkpoint {
        Checkpoint(
            origin: Catalogue.origin(archive), size: UInt64(catalogue.size), root: catalogue.tree.root.bytes)
    }

    /// Whether the checkpoint is that of the catalogue, by the key of now.
    private func isSigned(_ catalogue: Catalogue) -> Bool { isSigned(catalogue, by: [key.publicKey]) }

    /// Whether the checkpoint is that of the catalogue, by the key of now or one before it.
    private func isSignedByAnyKey(_ catalogue: Catalogue) -> Bool { isSigned(catalogue, by: [key.publicKey] + signers) }

    private func isSigned(_ catalogue: Catalogue, by keys: [PublicKey]) -> Bool {
        guard !forecast.hidden.contains(Catalogue.checkpoint),
            let bytes = try? ReadOnlyFile("\(directory)/\(Catalogue.checkpoint)").contents(limit: 1 << 20),
            let note = try? SignedNote(parsing: bytes)
        else { return false }
        return note.text == checkpoint(of: catalogue).text
            && keys.contains { note.isSigned(by: $0, name: Catalogue.origin(archive)) }
    }

    /// The catalogue and its years, if all of them are what the last run wrote; else nil.
    private func ownCatalogue() throws -> Catalogue? {
        guard let bytes = try? contents(Catalogue.file) else { return nil }
        let memory = memory()
        guard let value = try? JSONValue(parsing: bytes), let catalogue = Catalogue(value) else { return nil }
        try requireOwn(catalogue)
        guard case .current = memory.origin(of: Catalogue.file, bytes) else { return nil }
        for summary in catalogue.years {
            let path = CatalogueYear.path(summary.year)
            guard let bytes = try? contents(path), case .current = memory.origin(of: path, bytes) else { return nil }
        }
        return catalogue
    }

    /// A catalogue of another archive is never replaced.
    private func requireOwn(_ catalogue: Catalogue) throws {
        guard catalogue.archive != archive else { return }
        throw EnvironmentError(
            .brokenChain,
            "the catalogue in \"\(directory)\" lists other bundles than the ledger has sealed as \(archive)",
            hint: "keep each archive in a folder of its own")
    }

    /// Whether a catalogue of the folder is none that a run wrote, so that somebody else changed it.
    package func hasForeignCatalogue() throws -> Bool {
        let memory = memory()
        let years = ArchiveCatalogue.years(in: try DirectoryName.list(directory))
        for path in [Catalogue.file] + years.map(CatalogueYear.path) {
            if let bytes = try? contents(path), case .foreign = memory.origin(of: path, bytes) { return true }
        }
        return false
    }

    /// Names of folders of years.
    static func years(in names: [DirectoryName]) -> [String] {
        names.compactMap(\.text).filter(CatalogueYear.isName)
    }

    /// The bytes of a file of the folder; nil without it, or if it is empty.
    func contents(_ name: String) throws -> [UInt8]? {
        guard !forecast.hidden.contains(name) else { return nil }
        do throws(FileSystemError) {
            let path = "\(directory)/\(name)"
            let bytes = try ReadOnlyFile.contentsIfPresent(path, limit: ArchiveListing.maximumFile) ?? []
            return bytes.isEmpty ? nil : bytes
        } catch {
            switch error.reason {
            case .notRegularFile, .tooLong:
                // It can be given another name, as a damaged file can.
                throw EnvironmentError(.brokenChain, error.message, hint: Hint(commands.repair))
            default:
                guard error.isMissing else { throw error }
                return nil
            }
        }
    }

    func read<Value>(_ name: String, _ form: (JSONValue) -> Value?) throws -> Value? {
        guard let bytes = try contents(name) else { return nil }
        guard let value = try? JSONValue(parsing: bytes), let catalogue = form(value) else {
            throw EnvironmentError(
                .unreadableInput, "\"\(directory)/\(name)\" is no catalogue, expected what an earlier run wrote",
                hint: Hint(commands.repair))
        }
        return catalogue
    }

    /// The last position that is listed has to be the first of `seals`; each position lists all before it.
    private func checkSame(_ catalogue: Catalogue, _ seals: [RegisteredSeal]) throws {
        let isKnown = catalogue.last.map { $0.position == seals.first?.position } ?? true
        guard catalogue.archive == archive, isKnown else {
            throw EnvironmentError(
                .brokenChain,
                "the catalogue in \"\(directory)\" lists other bundles than the ledger has sealed as \(archive)",
                hint: Hint(commands.drill))
        }
    }

    private func append(
        _ seal: RegisteredSeal, _ tombstone: Tombstone?, to catalogue: inout Catalogue, years: inout Years
    ) throws {
        let path = seal.path
        if let tombstone, tombstone.entry.position == seal.position, !exists(path) {
            try years.put(tombstone.entry)
            return catalogue.append(tombstone.entry, promising: SeriesPart.next(tombstone.next))
        }
        let outline = try forecast.bundles[path] ?? outline(of: seal)
        let claims = outline.claims
        var entry = CatalogueEntry(
            seal.position, path: path, bytes: outline.bytes, description: claims.description, metrics: claims.metrics)
        entry.sealed = seal.sealed
        if entry.supersedes == nil { entry.due = catalogue.next?.due }
        try years.put(entry)
        catalogue.append(entry, promising: claims.description.series.value.flatMap { $0?.next })
    }

    private func outline(of seal: RegisteredSeal) throws -> SealedBundle.Outline {
        let path = "\(directory)/\(seal.path)"
        do {
            let bundle = try SealedBundle(path, repair: commands.repair)
            if let outline = try bundle.outline(sealedAs: seal.position.digest) { return outline }
        } catch let error as FileSystemError where error.isMissing {
            throw missing(seal)
        }
        throw EnvironmentError(
            .brokenChain, "\"\(path)\" is another bundle than the one that was sealed",
            hint: Hint(commands.repair.adding(["--full"])))
    }

    /// A bundle that was taken away is reported by every run.
    ///
    /// The names in a year's folder are compared as a whole; only if they differ the year is read.
    private func checkPresent(_ catalogue: Catalogue, _ years: inout Years) throws {
        for summary in catalogue.years {
            let names = bundles(ofYear: summary.year)
            guard CatalogueYear.digest(ofNames: names) != summary.files else { continue }
            let gone = try years.year(summary.year).entries.first { entry in
                entry.removed == nil && !names.contains(String(entry.path.split(separator: "/").last ?? ""))
            }
            // What the file says of itself is not repeated: the register has the names.
            if let gone, let seal = try seal(gone.position) { throw missing(seal) }
        }
    }

    /// Names of files in a folder that could be bundles.
    static func bundles(in folder: String) -> [String] { bundles(among: (try? DirectoryName.list(folder)) ?? []) }

    /// Names of files that could be bundles.
    static func bundles(among names: [DirectoryName]) -> [String] {
        // A folder or a link of that name is no bundle; where the file system does not tell, the name has to do.
        let files = names.filter { [.regular, .unknown].contains($0.kind) }
        return files.compactMap(\.text).filter { $0.hasSuffix(".zip") && !$0.hasPrefix(".") }
    }

    private func missing(_ seal: RegisteredSeal) -> EnvironmentError {
        EnvironmentError(
            .noInput, "bundle \"\(directory)/\(seal.path)\" is sealed and not there", hint: Hint(commands.repair))
    }

    /// A year's catalogue lists less than it did.
    func shortYear(_ path: String, expected count: Int) -> EnvironmentError {
        EnvironmentError(
            .unreadableInput, "\"\(directory)/\(path)\" does not list the bundles of its year, expected \(count)",
            hint: Hint(commands.repair))
    }

    /// The command that verifies the archive.
    var verifyCommand: Hint {
        .command("cartulary", "verify", "--archive", .file(directory), "--trust", .file(commands.trust))
    }

    /// The command that puts the catalogue aside, where it is what the last run wrote and false all the same.
    ///
    /// The next run or prune makes one from the bundles, and reports a bundle that is not the one that was sealed.
    var withoutCatalogue: Hint {
        let path = "\(directory)/\(Catalogue.file)"
        return .command("mv", "--backup=numbered", .file(path), .file(path + ".old"))
    }

    func replace(_ name: String, with bytes: [UInt8]) throws {
        let path = "\(directory)/\(name)"
        if try ReadOnlyFile.contentsIfPresent(path, limit: ArchiveListing.maximumFile) ?? [] != bytes {
            try DurableFile.replace(path, with: bytes)
        }
    }
}
