import AuditModel
import BundleExport
import BundleFormat
import FileSystem
import Ledger
import Spools

/// Takes in what the sources of a plan have, and knows afterwards which of them cover what.
///
/// A dry run goes the same way, but takes files into a copy of the ledger, which is then forgotten, and leaves them where they are.
struct ScheduleIntake {
    private let plan: SchedulePlan
    private let options: ScheduleOptions
    /// What files are taken into: the ledger of the plan, or a dry run's copy of it.
    private(set) var ledger: String
    /// Where that copy is, once a file had to be taken in.
    private var copy: ScratchFolder?
    private var coverage: SourceCoverage
    /// What markers said before anything was looked for: what comes later may be missing here.
    private var markers: [String: Timestamp] = [:]
    /// Sources of which something could not be taken in, with the reason.
    private var stopped: [String: OpenReason] = [:]
    /// Files of the source that is taken in of which not everything was read, and that stay where they are.
    private var refused: [String] = []
    private var events: [ScheduleEvent] = []
    /// What keeps a dry run from looking on: its own copy of the ledger, and nothing that a run would meet.
    private(set) var trouble: EnvironmentError?
    /// Whether the ledger has taken in a source, or would have after this run.
    var hasSources: Bool {
        get throws { try FileStatus.exists(ledger) && LedgerView.extent(ledger)?.sources ?? 0 > 0 }
    }

    init(_ plan: SchedulePlan, _ options: ScheduleOptions) throws {
        self.plan = plan
        self.options = options
        ledger = plan.ledger
        let hasLedger = FileStatus.exists(plan.ledger)
        coverage = try SourceCoverage(plan)
        if hasLedger {
            coverage.keep(for: try LedgerView.extent(plan.ledger)?.origin)
            try coverage.learnSpools(plan)
            coverage.see(options.now, after: try LedgerView.lastReceived(plan.ledger))
            try coverage.catchUp(plan, now: options.now)
        }
        for source in plan.sources {
            guard case .marker(let path) = source.coverage else { continue }
            do {
                markers[source.name] = try SourceCoverage.marker(path, zone: source.zone, now: options.now)
            } catch {
                stop(source, .toMend("its marker cannot be used"))
                events.append(.failed(part: "source \(source.name)", Self.environmentError(error)))
            }
        }
    }

    /// Takes in a source; what happened is returned.
    mutating func collect(_ source: ScheduledSource) async -> [ScheduleEvent] {
        refused = []
        do {
            if case .spool(let folder) = source.location {
                try Spool(folder: folder).requireUsable()
                try coverage.requireOwn(
                    folder, of: source.name, isConfirmed: options.confirmedSpools.contains(source.name))
            }
            let files = try SourceFiles(source.location)
            for omission in files.omissions {
                let kind: EnvironmentError.Kind = omission.reason == .danglingLink ? .noInput : .io
                refuse(source, omission.path, reason: omission.reason.phrase, kind: kind)
            }
            if options.isDryRun { try plan(source, files.paths) }
            switch source.location {
            case .files: try await ingest(source, files.paths)
            case .spool(let folder): await ingest(source, files.paths, spool: Spool(folder: folder))
            }
            if let reason = coverage.openListing(source.name) {
                events.append(.flawed(source: source.name, reason: reason, count: 1))
            }
            try note(source)
        } catch {
            fail(source, error)
        }
        defer { events = [] }
        return events
    }

    /// Remembers what a source has told, and what of it is open.
    private mutating func note(_ source: ScheduledSource) throws {
        var open = refused
        if case .spool(let folder) = source.location {
            open = try Spool(folder: folder).failures().map { "\(folder)/\(Spool.failed)/\($0)" }
            if !options.isDryRun { try mark(folder, of: source) }
        }
        coverage.note(source, open: open, plan)
        try writeCoverage()
    }

    /// Sees that a spool has its mark: one of an earlier version has files that were taken, and a confirmed one may have an older mark.
    private mutating func mark(_ folder: String, of source: ScheduledSource) throws {
        let mark = SpoolMark(folder)
        let isConfirmed = options.confirmedSpools.contains(source.name)
        if isConfirmed || !mark.isThere && FileStatus.exists("\(folder)/\(Spool.done)") { try mark.write(ledger) }
        if isConfirmed { coverage.confirm(source.name) }
        if mark.isThere { coverage.noteTaken(source.name) }
    }

    private mutating func writeCoverage() throws {
        guard !options.isDryRun else { return }
        if FileStatus.exists(plan.ledger) {
            try coverage.write(beside: try LedgerView.extent(plan.ledger))
        } else if coverage.hasOpen {
            try coverage.write(beside: nil)
        }
    }

    /// Why an archive waits for sources that the configuration has no more.
    func vanished(_ archive: ScheduledArchive) -> [OpenReason] {
        coverage.vanished(plan, archive: archive.name).map {
            .toCover(SourceCoverage.vanishedText($0, archive: archive.name))
        }
    }

    /// What an archive waits for that sources left elsewhere, as the mark in its folder names it.
    func leftOpen(_ archive: ScheduledArchive) -> Set<String> { coverage.leftOpen(plan, archive) }

    /// Takes note that a period of an archive was sealed, or would be, with a reason why what is open does not matter.
    mutating func settle(_ archive: ScheduledArchive) throws {
        coverage.settle(plan, archive: archive.name)
        try writeCoverage()
    }

    /// Why a source does not cover a period; nil if it does.
    func reasonNotCovered(_ source: ScheduledSource, _ period: Period) throws -> OpenReason? {
        if let reason = stopped[source.name] { return reason }
        return try textNotCovered(source, period).map(OpenReason.toCover)
    }

    private func textNotCovered(_ source: ScheduledSource, _ period: Period) throws -> String? {
        if case .spool(let folder) = source.location, let first = try Spool(folder: folder).failures().first {
            return "something in \(Spool.failed)/ was not looked after, such as \"\(first)\""
        }
        if let reason = coverage.openListing(source.name) ?? coverage.leftBehind(source.name, plan) { return reason }
        let time: Timestamp?
        switch source.coverage {
        case .unchecked: return nil
        case .marker: time = markers[source.name]
        case .generatedAt: time = coverage.time(source.name)
        }
        guard let time else { return ScheduleIntake.missingTime(source, period) }
        return time < period.to ? "covers up to \(time.text), and the period ends \(period.to.text)" : nil
    }

    /// Why nothing says up to when a source has delivered everything.
    private static func missingTime(_ source: ScheduledSource, _ period: Period) -> String {
        guard case .marker(let path) = source.coverage else {
            return "no complete answer with a generatedAt has arrived yet"
        }
        return "its marker \"\(path)\" is missing, expected a file with a time, or a period such as "
            + (period.label ?? "2026-02")
    }

    static func environmentError(_ error: any Error) -> EnvironmentError {
        switch error {
        case let error as EnvironmentError: error
        case let error as FileSystemError: EnvironmentError(error)
        case let error as UnreadableInputs:
            EnvironmentError(error.kind, error.problems.map(\.message).joined(separator: "; "))
        default: EnvironmentError(.io, "\(error)")
        }
    }

    // Files that stay

    private mutating func ingest(_ source: ScheduledSource, _ paths: [String]) async throws {
        let (result, broken) = try await readTogether(paths)
        for file in broken {
            let error = Self.environmentError(file.error)
            refuse(source, file.path, reason: error.message, kind: error.kind)
        }
        guard let result else { return }
        for shortfall in shortfalls(result) + note(result, of: source) {
            let named = paths.filter { FileName.last(of: $0) == shortfall.name }
            // Of several files of one name nobody knows which it is.
            refuse(source, named.count == 1 ? named[0] : shortfall.name, reason: shortfall.reason)
            refused += named
        }
    }

    // Files that move

    /// A file that no writer reaches any more, as it was before it was read.
    private struct TakenFile {
        var path: String
        var before: Spool.State
    }

    /// Takes in files as one set; what goes wrong with one is reported and does not keep the others out.
    private mutating func ingest(_ source: ScheduledSource, _ originals: [String], spool: Spool) async {
        let taken = claim(originals, of: source, spool: spool)
        do {
            let (result, broken) = try await readTogether(taken.map(\.path))
            for file in broken { putAside(file, of: source, spool: spool) }
            guard let result else { return }
            let lacking = Dictionary(grouping: shortfalls(result) + note(result, of: source), by: \.name)
            // A run that ends before all files are moved leaves the next one what it knows of them.
            try writeCoverage()
            let unread = Set(broken.map(\.path))
            let isKept = result.isChanged || !result.known.isEmpty
            for file in taken where !unread.contains(file.path) {
                do {
                    let lacking = lacking[FileName.last(of: file.path)] ?? []
                    if isKept, !lacking.isEmpty, !options.isDryRun { try spool.keepOriginal(file.path) }
                    try putAway(file.path, lacking, before: file.before, of: source, spool: spool)
                } catch {
                    fail(source, error)
                }
            }
        } catch {
            fail(source, error)
        }
    }

    /// Moves files out of the writers' reach; a dry run leaves them where they are.
    private mutating func claim(_ originals: [String], of source: ScheduledSource, spool: Spool) -> [TakenFile] {
        var taken: [TakenFile] = []
        for original in originals {
            do {
                try spool.requireMovable(original)
                guard let path = try options.isDryRun ? original : spool.claim(original) else { continue }
                taken.append(TakenFile(path: path, before: Spool.State(path)))
            } catch {
                fail(source, error)
            }
        }
        return taken
    }

    /// Moves a damaged file to those that failed; one that may be read another time stays.
    private mutating func putAside(_ file: BrokenInput, of source: ScheduledSource, spool: Spool) {
        let error = Self.environmentError(file.error)
        guard error.kind == .unreadableInput else { return fail(source, error) }
        putAside(file.path, error.message, reason: error.message, of: source, spool: spool)
    }

    private mutating func putAway(
        _ path: String, _ shortfalls: [Shortfall], before: Spool.State, of source: ScheduledSource, spool: Spool
    ) throws {
        if let shortfall = shortfalls.first {
            let text = shortfalls.map(\.text).joined(separator: "\n")
            putAside(path, text, reason: shortfall.reason, of: source, spool: spool)
        } else if options.isDryRun {
            return
        } else if Spool.State(path) == before {
            try SpoolMark(spool.folder).write(ledger)
            try spool.putAway(path)
            coverage.noteTaken(source.name)
        } else {
            // Somebody still writes to it: it is read again by the next run.
            stop(source, .toMend("a file of it still grows"))
        }
    }

    /// Moves a file to those that failed, with a text beside it.
    ///
    /// What is wrong with the file is told also if that fails.
    private mutating func putAside(
        _ path: String, _ text: String, reason: String, of source: ScheduledSource, spool: Spool
    ) {
        guard !options.isDryRun else { return refuse(source, path, reason: reason) }
        do {
            // Its good records are taken in.
            try SpoolMark(spool.folder).write(ledger)
            refuse(source, try spool.putAside(path, text), reason: reason)
        } catch {
            refuse(source, path, reason: reason)
            fail(source, error)
        }
    }

    // What comes of it

    /// Whether a file would bring the ledger anything new, for a dry run: one of mere duplicates leaves no trace in it.
    mutating func wouldChange(with path: String) async throws -> Bool {
        do {
            return try await read([path]).isChanged
        } catch let error as EnvironmentError where error.kind == .unreadableInput {
            // What it held is unknown, and not here.
            return true
        }
    }

    /// Takes files into the ledger as one set: what a file says is judged beside all others, such as the pages of a listing.
    ///
    /// A file that cannot be read is left out of the set, and returned; no result if none is left.
    private mutating func readTogether(
        _ paths: [String]
    ) async throws -> (result: IngestResult?, broken: [BrokenInput]) {
        var whole = paths
        var broken: [BrokenInput] = []
        while !whole.isEmpty {
            do {
                return (try await read(whole), broken)
            } catch  where BrokenInput.mayCause(error) {
                let found = BrokenInput.find(whole)
                // Then it is no file that stands in the way.
                guard !found.isEmpty else { throw error }
                broken += found
                let paths = Set(found.map(\.path))
                whole.removeAll(where: paths.contains)
            }
        }
        return (nil, broken)
    }

    /// Takes files into the ledger, or says what that would give.
    private mutating func read(_ paths: [String]) async throws -> IngestResult {
        let before = try readBefore(paths)
        do {
            let result = if let before { before } else { try await LedgerIngest.run(ingestOptions(paths)) }
            return result
        } catch {
            let reason = Self.environmentError(error)
            if let copy, reason.message.contains(copy.path) { trouble = Self.noCopy(options.temporaryFolder, reason) }
            throw trouble ?? error
        }
    }

    /// What a dry run says of files that the ledger knows; nil in a run, and where something has to be stored: then the ledger is
    /// a copy from now on.
    private mutating func readBefore(_ paths: [String]) throws -> IngestResult? {
        guard options.isDryRun, copy == nil else { return nil }
        if let result = try LedgerIngest.readBefore(ingestOptions(paths)) { return result }
        do {
            let folder = try ScratchFolder(in: options.temporaryFolder)
            copy = folder
            // The name decides what a new ledger is called.
            let path = "\(folder.path)/\(FileName.last(of: plan.ledger))"
            if FileStatus.exists(plan.ledger) { try LedgerView.backup(plan.ledger, to: path) }
            ledger = path
            coverage.read = path
            return nil
        } catch {
            let reason = Self.noCopy(options.temporaryFolder, Self.environmentError(error))
            trouble = reason
            throw reason
        }
    }

    /// Why nothing can be foreseen: it is no fault of the sources, and a run needs no copy.
    private static func noCopy(_ folder: String, _ reason: EnvironmentError) -> EnvironmentError {
        EnvironmentError(
            reason.kind,
            "a copy of the ledger cannot be kept in \"\(folder)\" (TMPDIR), so nothing can be foreseen: \(reason.message)",
            hint: reason.hint)
    }

    /// A file of which not everything was read.
    private struct Shortfall {
        var name: String
        /// What a message says of it.
        var reason: String
        /// What stands beside it, line by line.
        var text: String
    }

    /// The files of which not everything was read, now or when they were read before: what they lack may belong to any period.
    private func shortfalls(_ result: IngestResult) -> [Shortfall] {
        (result.sources + result.knownSummaries).compactMap { summary in
            var reasons = result.shortfalls[summary.sha256] ?? []
            if reasons.isEmpty, summary.rejected == 0, !coverage.isExcluded(summary.sha256) { return nil }
            if reasons.isEmpty { reasons = ["it was read before, and not all of it could be used"] }
            let count =
                summary.rejected == 0
                ? []
                : [
                    "\(summary.rejected) of its \(CountedNoun.text(summary.read, "record")) \(summary.rejected == 1 ? "was" : "were") rejected"
                ]
            let lines = count + reasons
            return Shortfall(
                name: summary.name, reason: lines.prefix(2).joined(separator: ": "), text: lines.joined(separator: "\n")
            )
        }
    }

    /// Takes note of what was read; returns the files whose times decide nothing.
    private mutating func note(_ result: IngestResult, of source: ScheduledSource) -> [Shortfall] {
        // What is said of records that the ledger knew was said when they came.
        if result.isChanged {
            if result.sums.rejected + result.newConflicts > 0 {
                events.append(
                    .doubtful(source: source.name, rejected: result.sums.rejected, conflicts: result.newConflicts))
            }
            for (code, count) in result.claimErrors.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                events.append(.flawed(source: source.name, reason: code.rawValue, count: count))
            }
        }
        let disbelieved = coverage.extend(source, result, now: options.now)
        if !options.isDryRun { events.append(.ingested(source: source.name, result)) }
        return disbelieved.map { Shortfall(name: $0.name, reason: $0.reason, text: $0.reason) }
    }

    private mutating func refuse(
        _ source: ScheduledSource, _ path: String, reason: String, kind: EnvironmentError.Kind = .unreadableInput
    ) {
        refused.append(path)
        let text = "\"\(FileName.last(of: path))\" could not be taken in"
        // What may not be read can be read once somebody lets it; what was read and is not whole may never come.
        stop(source, kind == .unreadableInput ? .toCover(text) : .toMend(text))
        events.append(.notTaken(source: source.name, path: path, reason: reason, kind: kind))
    }

    private mutating func fail(_ source: ScheduledSource, _ error: any Error) {
        stop(source, .toMend("not all of it could be taken in"))
        events.append(.failed(part: "source \(source.name)", Self.environmentError(error)))
    }

    private mutating func stop(_ source: ScheduledSource, _ reason: OpenReason) {
        stopped[source.name] = stopped[source.name] ?? reason
    }

    private func ingestOptions(_ paths: [String]) -> IngestOptions {
        var ingest = IngestOptions(key: options.key, received: options.now)
        ingest.isTimeConfirmed = options.isTimeConfirmed
        ingest.identity = options.identity
        ingest.inputs = paths
        ingest.ledger = ledger
        ingest.wait = options.wait
        ingest.threads = plan.threads
        ingest.memory = plan.memory
        ingest.progress = options.progress
        return ingest
    }

    private mutating func plan(_ source: ScheduledSource, _ paths: [String]) throws {
        let hasFile = FileStatus.exists(plan.ledger)
        let fresh = try hasFile ? KnownSources.countFresh(paths, in: plan.ledger) : paths.count
        guard fresh > 0 else { return }
        events.append(.planned(.ingest(source: source.name, fresh: fresh, files: paths.count)))
    }
}
