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
    let selection: Selection
    let key: PrivateKey
    private let toolVersion: String
    let register: any SealRegister
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

    /// Where a copy of the signed tombstones is kept.
    var tombstoneCopy: String { memoryPath + "." + Tombstones.file }
}
