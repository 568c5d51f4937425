import Archive
import ArchiveFormat
import AuditModel
import BundleFormat
import FileSystem
import Ledger
import LedgerFiles
import Signing
import Spools

/// What has to hold before a run changes anything; it is the same for a dry run.
///
/// What is wrong with the ledger, the clock, or with what ledger and archives know of each other ends the run before it
/// begins. What is wrong with one archive keeps that archive as it is, and no other.
struct RunGate {
    /// By archive, why nothing of it may be written.
    private(set) var problems: [String: [EnvironmentError]] = [:]
    /// Why sources cannot be taken in.
    private(set) var sourceProblems: [EnvironmentError] = []
    /// By archive, bundles that are damaged.
    private(set) var damaged: [String: Int] = [:]
    /// Archives of which every bundle has to be read, since nothing is known of earlier checks.
    private(set) var forgotten: Set<String> = []
    private let plan: SchedulePlan
    private let options: ScheduleOptions
    /// What is known of the sources, once it was asked for.
    private var coverage: SourceCoverage?

    /// Checks a plan; nothing is written.
    ///
    /// - Throws: ``EnvironmentError`` if nothing may be begun.
    init(_ plan: SchedulePlan, _ options: ScheduleOptions) throws {
        self.plan = plan
        self.options = options
        try RunGate.requireWritable(plan)
        let hasLedger = FileStatus.exists(plan.ledger)
        do {
            try LedgerJournal.checkNotOrphaned(plan.ledger)
            if hasLedger { try requireNewest() }
        } catch var error as EnvironmentError where error.kind == .brokenChain {
            // With a configuration there is more to say than what the ledger alone can.
            error.hint = Hint(drill)
            throw error
        }
        try requireOwnFolders()
        try OwnFiles(plan, options).requireApart()
        var spools: SourceCoverage?
        for source in plan.sources {
            guard case .spool(let folder) = source.location else { continue }
            do {
                try Spool(folder: folder).requireUsable()
                try known(&spools).requireOwn(
                    folder, of: source.name, isConfirmed: options.confirmedSpools.contains(source.name))
            } catch {
                sourceProblems.append(ScheduleIntake.environmentError(error))
            }
        }
        for archive in plan.archives {
            do {
                try check(archive, hasLedger: hasLedger)
            } catch let error as NothingMayBegin {
                throw error.reason
            } catch {
                problems[archive.name, default: []].append(ScheduleIntake.environmentError(error))
            }
        }
        // Behind the archives, which know of more ways back than a spool does.
        try requireOwnSpools()
        try requireOwnArchives()
        // Last: a ledger that is another one is graver, and explains a time that is wrong.
        try checkTime(hasLedger: hasLedger)
    }

    /// What is known of the spools, which is asked for once.
    private func known(_ spools: inout SourceCoverage?) throws -> SourceCoverage {
        if let spools { return spools }
        var coverage = try SourceCoverage(plan)
        try coverage.learnSpools(plan)
        spools = coverage
        return coverage
    }

    /// What cannot be written is told before anything is begun, in a dry run too.
    static func requireWritable(_ plan: SchedulePlan) throws {
        let folder = FileName.directory(of: plan.ledger)
        try FileName.requireDirectory(folder)
        guard FileName.canCreate(in: folder) else {
            throw EnvironmentError(
                .cannotCreate, "the folder \"\(folder)\" of the ledger cannot be written to by the user of this run",
                hint: .command("ls", "-ld", .file(folder)))
        }
        let files = [
            plan.ledger, plan.ledger + LedgerView.runLockSuffix, plan.ledger + ".lock",
            LedgerJournal.path(of: plan.ledger),
        ]
        for path in [plan.ledger + LedgerView.coverageSuffix, CheckpointFile.path(of: plan.ledger)] {
            try DurableFile.requireReplaceable(path)
        }
        for path in files where FileStatus.exists(path) {
            let kind = try FileStatus(path).kind
            guard kind == .regular else { throw FileSystemError(.open, path, reason: .notRegularFile(kind)) }
            guard FileName.canWrite(path) else {
                throw EnvironmentError(
                    .cannotCreate,
                    "\"\(path)\" cannot be written to by the user of this run, expected a file that this user may write to",
                    hint: .command("ls", "-ld", .file(path)))
            }
        }
    }

    /// What a run reads and replaces beside the ledger, and in the folder of an archive, has to be open to it.
    private static func requireReplaceable(_ archive: ScheduledArchive, _ plan: SchedulePlan) throws {
        let beside = plan.ledger + LedgerView.archiveSuffix + archive.name
        for path in [beside + ".json", beside + ".tombstones", beside + ".place", SpoolMark(archive.directory).path] {
            try DurableFile.requireReplaceable(path)
            if try FileName.isTaken(path) { _ = try ReadOnlyFile(path) }
        }
    }

    /// A problem that stops the whole run.
    private struct NothingMayBegin: Error {
        let reason: EnvironmentError
    }

    /// What stands beside the ledger tells if it is an older copy: checkpoint, journal and coverage.
    private func requireNewest() throws {
        try LedgerFailure.translating(plan.ledger) {
            try LedgerView.reading(plan.ledger) { try LedgerJournal.requireFit(plan.ledger, $0, way: Hint(drill)) }
        }
        try LedgerView.requireCheckpoint(plan.ledger, trusting: options.key.publicKey)
        guard let kept = try SourceCoverage(plan).ledger, let own = try LedgerView.extent(plan.ledger),
            own.origin == kept.origin, own.entries < kept.entries
        else { return }
        throw EnvironmentError(
            .brokenChain,
            "ledger \"\(plan.ledger)\" has \(CountedNoun.text(own.entries, "entry", plural: "entries")), and had \(kept.entries) when its coverage was written: it is an "
                + "older copy; nothing is changed",
            hint: Hint(drill))
    }

    /// What another ledger took from a spool, or a newer copy of this one, no run would find any more.
    private func requireOwnSpools() throws {
        guard let spool = try plan.foreignSpools().first else { return }
        throw EnvironmentError(
            .brokenChain,
            "spool \"\(spool.folder)\" of source \(spool.source.name): \(spool.reason); nothing is changed",
            hint: Hint(drill))
    }

    /// What another ledger took from files that stay where they are, or a newer copy of this one, may be gone by now.
    private func requireOwnArchives() throws {
        guard let foreign = try plan.foreignArchives().first else { return }
        throw EnvironmentError(
            .brokenChain,
            "archive \(foreign.archive.name) in \"\(foreign.archive.directory)\": \(foreign.reason); nothing is changed",
            hint: Hint(drill))
    }

    private var drill: ShellCommand {
        ShellCommand("cartulary", "ledger", "restore-drill", "--config", .file(options.configurationPath))
    }

    private func checkTime(hasLedger: Bool) throws {
        try LedgerTime.requireReached(options.now, clock: options.clock, isConfirmed: options.isTimeConfirmed)
        guard hasLedger else { return }
        let last = try LedgerView.lastReceived(plan.ledger)
        let seen = try SourceCoverage(plan).seen
        // A run that took in nothing shows that the clock was right, as an entry does; back it need not be behind such a run.
        let latest = last.map { max($0, min(seen ?? $0, options.now)) }
        _ = try LedgerTime.accepted(
            options.now, after: latest, isConfirmed: options.isTimeConfirmed, ledger: plan.ledger)
    }

    /// Two archives in one folder would seal into each other; what their paths lead to is compared, not their texts.
    private func requireOwnFolders() throws {
        var folders: [String: ScheduledArchive] = [:]
        for archive in plan.archives {
            try requireApart(archive)
            // One that is not there yet is where its path leads.
            let identity =
                (try? FileStatus(archive.directory).identity).map { "\($0)" }
                ?? FileName.withoutLinks(archive.directory)
            if let other = folders[identity] {
                throw EnvironmentError(
                    .usage,
                    "archives \(other.name) and \(archive.name) have the same folder, \"\(other.directory)\" and "
                        + "\"\(archive.directory)\", expected one for each")
            }
            folders[identity] = archive
        }
    }

    /// An archive inside another, or where records are taken from, would be taken for bundles or records there.
    private func requireApart(_ archive: ScheduledArchive) throws {
        let own = FileName.withoutLinks(archive.directory)
        var others = plan.archives.filter { $0.name != archive.name }.map { ("archive \($0.name)", $0.directory) }
        for source in plan.sources {
            if case .spool(let folder) = source.location { others.append(("source \(source.name)", folder)) }
        }
        for (name, path) in others {
            let other = FileName.withoutLinks(path)
            guard (own + "/").hasPrefix(other + "/"), own != other || name.hasPrefix("source") else { continue }
            throw EnvironmentError(
                .usage,
                "the folder \"\(archive.directory)\" of archive \(archive.name) is in that of \(name), \"\(path)\": expected one apart"
            )
        }
    }

    private mutating func check(_ archive: ScheduledArchive, hasLedger: Bool) throws {
        if hasLedger { try checkSettings(archive) }
        try RunGate.requireReplaceable(archive, plan)
        try requireSources(of: archive, hasLedger: hasLedger)
        if hasLedger { try requireWholeCoverage(of: archive) }
        requireOriginal(archive)
        let files =
            if hasLedger {
                try ArchiveCatalogue(archive, plan, options: options)
            } else {
                ArchiveCatalogue(archive, plan, options: options, register: NoSeals(), signers: [])
            }
        let pending = try LedgerSealing.pendingName(in: plan.ledger, series: archive.series)
        let inspection = try ArchiveInspection(files, pending: pending)
        if let reason = inspection.foreignRegister { throw NothingMayBegin(reason: reason) }
        problems[archive.name, default: []] += inspection.problems
        damaged[archive.name] = inspection.damaged.count
        if inspection.hasForgotten { forgotten.insert(archive.name) }
        if let first = inspection.returned.first, archive.retention?.prunesWithRun != true {
            problems[archive.name, default: []].append(
                RunGate.returned(first, inspection.returned.count, to: archive, options: options))
        }
    }

    /// What a source left open does not go away with its entry in the configuration: somebody has to say why it does not matter.
    private mutating func requireSources(of archive: ScheduledArchive, hasLedger: Bool) throws {
        guard !options.overrides(archive.name) else { return }
        let known = try coverage ?? SourceCoverage(plan)
        coverage = known
        let vanished = known.vanished(plan, archive: archive.name)
        guard !vanished.isEmpty else { return }
        let due = try duePeriod(of: archive, hasLedger: hasLedger)
        problems[archive.name, default: []] += vanished.map { vanished in
            let message = SourceCoverage.vanishedText(vanished, archive: archive.name)
            return EnvironmentError(
                .usage, message,
                hint: due.map {
                    "mend what is open, or put the source back under its name or place; to go on without it, add \(.option("--uncovered", $0)) and a --reason to cartulary run"
                } ?? "mend what is open, or put the source back under its name or place")
        }
    }

    /// The next period of an archive as `--uncovered` names it; nil if it is not due.
    private func duePeriod(of archive: ScheduledArchive, hasLedger: Bool) throws -> String? {
        let end = hasLedger ? try SealedSeries(plan.ledger, series: archive.series).end() : nil
        let next = archive.next(after: end)
        return archive.due(next) <= options.now ? "\(archive.name)/\(next.label ?? "")" : nil
    }

    /// What the mark of an archive says that sources left open elsewhere, the coverage file has to know: it may be lost, or an older one.
    private mutating func requireWholeCoverage(of archive: ScheduledArchive) throws {
        guard !options.overrides(archive.name) else { return }
        let open = SpoolMark(archive.directory).open
        guard !open.isEmpty else { return }
        let known = try coverage ?? SourceCoverage(plan)
        coverage = known
        guard !open.isSubset(of: known.known) else { return }
        let path = plan.ledger + LedgerView.coverageSuffix
        problems[archive.name, default: []].append(
            EnvironmentError(
                .noInput,
                "\"\(path)\" is gone, or an older one: archive \(archive.name) waited for what a source left open where it was before, and the "
                    + "file does not tell any more what that is",
                hint: try duePeriod(of: archive, hasLedger: true).map {
                    "put the file back from a backup of the ledger; to go on without it, add \(.option("--uncovered", $0)) and a --reason to cartulary run"
                } ?? "put the file back from a backup of the ledger"))
    }

    /// A folder that was copied with its ledger must not go on beside its original without a word.
    private mutating func requireOriginal(_ archive: ScheduledArchive) {
        let place = ScheduleRun.place(archive, plan)
        guard !options.isCopyConfirmed, let before = place.elsewhere else { return }
        let machine = before.isOtherMachine ? " on another machine" : ""
        problems[archive.name, default: []].append(
            EnvironmentError(
                .usage,
                "archive \(archive.name) was kept in \"\(before.path)\"\(machine) until now, and \"\(archive.directory)\" is another folder: if both "
                    + "are kept, each seals other bundles at the same positions; expected a word that the other one is not used any more",
                hint: .command(
                    "cartulary", "run", "--config", .file(options.configurationPath), "--confirm-copy")))
    }

    /// Bundles that retention removed are there again, as from a backup that was put back.
    static func returned(
        _ first: RegisteredSeal, _ count: Int, to archive: ScheduledArchive, options: ScheduleOptions
    ) -> EnvironmentError {
        EnvironmentError(
            .brokenChain,
            "\"\(archive.directory)\" has \(CountedNoun.text(count, "bundle")) again that retention had removed, such as "
                + "\(first.path)",
            hint: .command("cartulary", "prune", "--config", .file(options.configurationPath)))
    }

    /// The register of a ledger that is not there.
    private struct NoSeals: SealRegister {
        func last() -> RegisteredSeal? { nil }
        func seals(from sequence: Int) -> [RegisteredSeal] { [] }
    }

    /// A series goes on with the settings that it began with.
    private func checkSettings(_ archive: ScheduledArchive) throws {
        let all = try SeriesSettings.all(of: archive.name, in: plan.ledger)
        guard let own = all.first(where: { $0.series == archive.series }) else {
            guard let other = all.first else { return }
            throw changed(
                archive, "other filters, or another basis", found: archive.series, expected: other.series)
        }
        if let length = PeriodLength(naming: own.last), length != archive.length {
            throw changed(
                archive, "periods of another length", found: archive.length.rawValue, expected: length.rawValue)
        }
        guard own.first.from == archive.begin.from else {
            throw changed(
                archive, "another beginning", found: archive.begin.label ?? archive.begin.from.text,
                expected: own.first.label ?? own.first.from.text)
        }
    }

    private func changed(
        _ archive: ScheduledArchive, _ what: String, found: String, expected: String
    ) -> EnvironmentError {
        EnvironmentError(
            .usage,
            "the bundles sealed as \(archive.name) have \(what) than the configuration: expected \(expected), found "
                + "\(found); keep the settings, or give the archive another name and folder")
    }
}
