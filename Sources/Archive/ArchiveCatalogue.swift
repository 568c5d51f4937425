package import ArchiveFormat
package import AuditModel
import BundleFormat
import BundleRendering
package import FileSystem
import MerkleTree
package import Signing
import StrictJSON

/// Keeps the catalogue of an archive's folder: what is new is read from the new bundles, never from all.
package struct ArchiveCatalogue {
    package let directory: String
    package let archive: String
    private let selection: Selection
    private let key: PrivateKey
    private let toolVersion: String
    private let register: any SealRegister
    /// Keys that the ledger was ever signed with.
    private let signers: [PublicKey]
    /// Commands that are proposed where something is wrong.
    let commands: Commands

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
    ///   - toolVersion: what the pages name.
    ///   - commands: what is proposed where something is wrong.
    package init(
        directory: String, archive: String, selection: Selection, key: PrivateKey, signers: [PublicKey],
        register: any SealRegister, toolVersion: String, commands: Commands
    ) {
        self.directory = directory
        self.archive = archive
        self.selection = selection
        self.key = key
        self.signers = signers
        self.register = register
        self.toolVersion = toolVersion
        self.commands = commands
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
        let last = try register.last()
        // One whose years do not hold all of its positions is made anew.
        let found = try read().flatMap { $0.years.map(\.bundles).reduce(0, +) >= $0.size ? $0 : nil }
        let waiting = waiting ?? found?.waiting ?? []
        guard last != nil || !waiting.isEmpty else { return nil }
        var catalogue =
            found
            ?? Catalogue(
                archive: archive, basis: selection.basis.rawValue, filters: BundleFilters(selection).seriesValue)
        // A run was stopped, or the file was changed: what was sealed decides.
        if let found, !isSignedByAnyKey(found) { catalogue.tree = Catalogue.tree(try sealedDigests(found.size)) }
        var years = Years(files: self, catalogue: catalogue)
        let tombstones = try tombstones()
        let isComplete =
            catalogue.archive == archive && catalogue.last?.position == last?.position
            && catalogue.size == last?.position.sequence ?? 0
        if !isComplete { try appendNew(tombstones, to: &catalogue, years: &years) }
        try markRemoved(tombstones, in: catalogue, years: &years)
        for year in years.all { catalogue.update(year) }
        try checkPresent(catalogue, &years)
        catalogue.waiting = waiting
        let isSame = found?.value == catalogue.value && years.changed.isEmpty
        if !isSame || !isSigned(catalogue) || !FileStatus.exists("\(directory)/\(Catalogue.page)") {
            try write(catalogue, &years)
        }
        return catalogue
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
                entry.removed == nil,
                !FileStatus.exists("\(directory)/\(entry.path)")
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
            throw EnvironmentError(
                .noInput, "\"\(directory)/\(Tombstones.file)\" has no tombstone of \(lost.path), which was removed",
                hint: "put the file back from a copy of the archive")
        }
    }

    /// The tombstones of the folder, signed by the key of now; those that an earlier key signed are signed again.
    ///
    /// `isReadOnly` if nothing is to be signed again.
    func tombstones(isReadOnly: Bool = false) throws -> [Tombstone] {
        let path = "\(directory)/\(Tombstones.file)"
        let bytes = try ReadOnlyFile.contentsIfPresent(path, limit: .max) ?? []
        guard !bytes.isEmpty else { return [] }
        let name = Tombstones.origin(archive)
        guard let note = try? SignedNote(parsing: bytes), let list = Tombstones.read(note.text, archive: archive),
            ([key.publicKey] + signers).contains(where: { note.isSigned(by: $0, name: name) })
        else {
            throw EnvironmentError(
                .brokenChain, "\"\(path)\" is not what this archive's key signed, expected its tombstones",
                hint: verifyCommand)
        }
        if !isReadOnly, !note.isSigned(by: key.publicKey, name: name) { try write(list) }
        return list
    }

    /// Signs all tombstones of the folder.
    func write(_ tombstones: [Tombstone]) throws {
        let text = Tombstones.text(tombstones, archive: archive)
        let note = try SignedNote(signing: text, name: Tombstones.origin(archive), with: key)
        try replace(Tombstones.file, with: note.bytes)
    }

    /// Writes the years that changed, then page, catalogue and checkpoint, in this order: when one is new, those before it
    /// are.
    func write(_ catalogue: Catalogue, _ years: inout Years) throws {
        let page = try CataloguePage(toolVersion: toolVersion)
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
        try replace(
            Catalogue.checkpoint,
            with: try SignedNote(signing: checkpoint.text, name: checkpoint.origin, with: key).bytes)
    }

    /// All positions of the series as the ledger has them: what is removed for good is decided by these.
    func seals() throws -> [RegisteredSeal] { try register.seals(from: 1) }

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
        guard let bytes = try? ReadOnlyFile("\(directory)/\(Catalogue.checkpoint)").contents(limit: 1 << 20),
            let note = try? SignedNote(parsing: bytes)
        else { return false }
        return note.text == checkpoint(of: catalogue).text
            && keys.contains { note.isSigned(by: $0, name: Catalogue.origin(archive)) }
    }

    /// The catalogue as it is; nil without one.
    package func read() throws -> Catalogue? { try read(Catalogue.file, Catalogue.init) }

    func read<Value>(_ name: String, _ form: (JSONValue) -> Value?) throws -> Value? {
        let path = "\(directory)/\(name)"
        let bytes = try ReadOnlyFile.contentsIfPresent(path, limit: .max) ?? []
        guard !bytes.isEmpty else { return nil }
        guard let value = try? JSONValue(parsing: bytes), let catalogue = form(value) else {
            throw EnvironmentError(
                .unreadableInput, "\"\(path)\" is no catalogue, expected what an earlier run wrote",
                hint: makeAnew)
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
                hint: verifyCommand)
        }
    }

    private func append(
        _ seal: RegisteredSeal, _ tombstone: Tombstone?, to catalogue: inout Catalogue, years: inout Years
    ) throws {
        let path = seal.path
        if let tombstone, tombstone.entry.position == seal.position, !FileStatus.exists("\(directory)/\(path)") {
            try years.put(tombstone.entry)
            return catalogue.append(tombstone.entry, promising: SeriesPart.next(tombstone.next))
        }
        let bundle = try bundle(path, seal)
        let description = try DescriptionClaims.decode(bundle.content(BundlePath.bundle)).get()
        var entry = CatalogueEntry(
            seal.position, path: path, bytes: bundle.size, description: description,
            metrics: MetricCounts.decode(try bundle.content(BundlePath.metrics)).value)
        entry.sealed = seal.sealed
        if entry.supersedes == nil { entry.due = catalogue.next?.due }
        try years.put(entry)
        catalogue.append(entry, promising: description.series.value.flatMap { $0?.next })
    }

    private func bundle(_ path: String, _ seal: RegisteredSeal) throws -> SealedBundle {
        do {
            return try SealedBundle("\(directory)/\(path)", trust: commands.trust)
        } catch let error as FileSystemError where error.isMissing {
            throw missing(seal)
        }
    }

    /// A bundle that was taken away is reported by every run.
    ///
    /// The names in a year's folder are compared as a whole; only if they differ the year is read.
    private func checkPresent(_ catalogue: Catalogue, _ years: inout Years) throws {
        for summary in catalogue.years {
            let names = ArchiveCatalogue.bundles(in: "\(directory)/\(summary.year)")
            guard CatalogueYear.digest(ofNames: names) != summary.files else { continue }
            let gone = try years.year(summary.year).entries.first { entry in
                entry.removed == nil && !names.contains(String(entry.path.split(separator: "/").last ?? ""))
            }
            if let gone { throw missing(RegisteredSeal(gone)) }
        }
    }

    /// Names of files in a folder that could be bundles.
    static func bundles(in folder: String) -> [String] {
        // A folder or a link of that name is no bundle; where the file system does not tell, the name has to do.
        let files = ((try? DirectoryName.list(folder)) ?? []).filter { [.regular, .unknown].contains($0.kind) }
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
            hint: makeAnew)
    }

    /// The command that has the catalogue made again from the bundles.
    var makeAnew: Hint {
        let path = "\(directory)/\(Catalogue.file)"
        return Hint(ShellCommand("mv", .file(path), .file(path + ".old")).then(commands.run))
    }

    /// The command that verifies the archive.
    var verifyCommand: Hint {
        .command("cartulary", "verify", "--archive", .file(directory), "--trust", .file(commands.trust))
    }

    private func replace(_ name: String, with bytes: [UInt8]) throws {
        let path = "\(directory)/\(name)"
        if try ReadOnlyFile.contentsIfPresent(path, limit: .max) ?? [] != bytes {
            try DurableFile.replace(path, with: bytes)
        }
    }
}
