import AuditModel
import BundleFormat
import FileSystem
import MerkleTree
import RecordStore
import Signing
import StrictJSON

/// Seals a period of a series, once and for good; before that, corrects the sealed periods that have changed since.
struct LedgerSealing {
    private let options: LedgerExportOptions
    private let deed: LedgerDeed
    private let ledger: Ledger
    private let selection: Selection

    /// Seals the period of the options, or makes its bundle again.
    static func run(_ options: LedgerExportOptions) async throws -> [ExportResult] {
        guard let period = options.export.run.selection.period else { return [] }
        return try await with(options) { try await $0.run(period) }
    }

    /// Corrects the sealed periods that have changed since, and seals nothing new.
    static func amend(_ options: LedgerExportOptions) async throws -> [ExportResult] {
        try await with(options) { try await $0.amend() }
    }

    private static func with(
        _ options: LedgerExportOptions, _ body: (LedgerSealing) async throws -> [ExportResult]
    ) async throws -> [ExportResult] {
        let (deed, ledger, lock) = try LedgerDeed.begin(
            options.ledger, key: options.export.key, received: options.now, wait: options.wait)
        let results = try await body(
            LedgerSealing(
                options: options, deed: deed, ledger: ledger, selection: options.export.run.selection))
        return withExtendedLifetime(lock) { results }
    }

    /// The name of a series in the log.
    static func series(_ archive: String, _ selection: Selection) -> String {
        SeriesPart.logName(
            archive: archive, basis: .string(selection.basis.rawValue), filters: BundleDescription.filters(selection))
    }

    private var series: String { LedgerSealing.series(options.archive, selection) }

    private func amend() async throws -> [ExportResult] {
        var results: [ExportResult] = []
        let seals = try ledger.read { try mayHaveChanged($0) ? $0.seals(series) : [] }
        try await finishPending(&results)
        let changes = try changes(seals)
        for (index, change) in changes.enumerated() {
            let rest = changes[(index + 1)...].map(\.seal.from)
            results.append(try await correct(change, pending: rest))
        }
        return results
    }

    private func run(_ period: Period) async throws -> [ExportResult] {
        var results = try await amend()
        let now = try ledger.read { try $0.seals(series) }
        let own = now.filter { $0.from == period.from && $0.to == period.to }
        guard let sealed = try options.revision.map({ try revision($0, own, period) }) ?? own.last else {
            try checkTouches(period, now)
            return results + [try await seal(period, now, corrections: nil, supersedes: nil)]
        }
        if !results.contains(where: { $0.name == sealed.name }) { results.append(try await again(sealed, now)) }
        return results
    }

    private func revision(_ number: Int, _ seals: [SealEntry], _ period: Period) throws -> SealEntry {
        if let seal = seals.first(where: { $0.revision == number }) { return seal }
        let expected = seals.isEmpty ? "the period is not" : "expected 0 to \(seals.count - 1)"
        throw EnvironmentError(
            .usage, "--revision \(number) of \(period.label ?? "") is not sealed, \(expected)")
    }

    /// A new period begins where the last one ends, so that a series has neither gaps nor overlaps.
    private func checkTouches(_ period: Period, _ seals: [SealEntry]) throws {
        guard let end = seals.map(\.to).max(), period.from != end else { return }
        let name = period.label ?? ""
        throw EnvironmentError(
            .usage,
            "period \(name) begins at \(period.from.text), the series \"\(options.archive)\" is sealed up to \(end.text)",
            hint: period.from > end
                ? "seal the periods before it first, or add --response for an answer outside the series"
                : "add --response for an answer outside the series, or --archive for another series")
    }

    // What changed

    private struct Change {
        var seal: SealEntry
        var corrections: [Correction]
    }

    /// Whether anything has come since the last place, or a correction is still to come; else no place need be looked at.
    private func mayHaveChanged(_ reader: LedgerReader) throws -> Bool {
        guard let last = try reader.lastSeal(series) else { return false }
        if last.request["pending"]?.array?.isEmpty == false { return true }
        return try !reader.changedDeployments(from: last.size, to: try reader.lastRun()?.size ?? 0).isEmpty
    }

    /// The sealed periods whose content the log has changed since the series' last place, oldest first.
    private func changes(_ seals: [SealEntry]) throws -> [Change] {
        guard let last = seals.last else { return [] }
        let current = LedgerSealing.current(seals)
        // Up to the last place every period was looked at, but for those whose correction was still to come.
        let pending = Set((last.request["pending"]?.array ?? []).compactMap(\.string))
        let bases = current.map { pending.contains($0.from.text) ? $0.size : last.size }
        return try ledger.read { reader in
            let size = try reader.lastRun()?.size ?? 0
            let changed = try reader.changedDeployments(from: bases.min() ?? size, to: size)
            guard !changed.isEmpty else { return [] }
            let periods = current.map { Period(from: $0.from, to: $0.to) }
            let days = periods.map(LedgerDays.init)
            var (corrections, lines): ([Int: [Correction]], [Int: LineComparison]) = ([:], [:])
            for base in Set(bases) {
                lines[base] = LineComparison(reader: reader, before: base, after: size, selection: selection)
            }
            for deployment in changed {
                let active = try reader.activity(of: deployment).keys
                // What a decision replaced may have been of another day than what stands now.
                let isAnywhere = try reader.hasReplaced(deployment)
                for index in current.indices
                where isAnywhere || active.contains(where: { days[index].from <= $0 && $0 < days[index].to }) {
                    if let correction = try lines[bases[index]]?.compare(deployment, periods[index]) {
                        corrections[index, default: []].append(correction)
                    }
                }
            }
            return corrections.sorted { $0.key < $1.key }.map { index, list in
                Change(
                    seal: current[index],
                    corrections: list.sorted { $0.deploymentID.lexicographicallyPrecedes($1.deploymentID) })
            }
        }
    }

    /// The latest bundle of each period, by period.
    private static func current(_ seals: [SealEntry]) -> [SealEntry] {
        var latest: [Timestamp: SealEntry] = [:]
        for seal in seals { latest[seal.from] = seal }
        return latest.values.sorted { $0.from < $1.from }
    }

    private func correct(_ change: Change, pending: [Timestamp]) async throws -> ExportResult {
        let seals = try ledger.read { try $0.seals(series) }
        let period = Period(from: change.seal.from, to: change.seal.to, label: change.seal.request["label"]?.string)
        return try await seal(
            period, seals, corrections: change.corrections, supersedes: change.seal, pending: pending)
    }

    // Making bundles

    private func seal(
        _ period: Period, _ seals: [SealEntry], corrections: [Correction]?, supersedes: SealEntry?,
        pending: [Timestamp] = []
    ) async throws -> ExportResult {
        let state = try ledger.read { try LedgerState.of($0, options) }
        var seal = SealEntry(
            series: series, sequence: seals.count + 1, revision: supersedes.map { $0.revision + 1 } ?? 0,
            from: period.from, to: period.to, name: "", digest: "", size: state.size, received: options.now,
            request: .null)
        var request = SealRequest(options, period, revision: seal.revision)
        if let supersedes { request.keepReason(of: supersedes) }
        seal.name = request.export.bundleName
        try checkFree(seal.name, in: request.export.directory)
        let result = try await make(request, seal, seals, frozen: nil, corrections: corrections) { digest, outside in
            seal.digest = digest
            seal.request = request.value(outside, pending: pending)
            // A seal whose bundle has no name yet is found again by this file.
            try DurableFile.replace(pendingPath, with: Array((seal.name + "\n").utf8))
            try deed.seal(seal)
        }
        try? FileName.remove(pendingPath)
        return result
    }

    /// Names the seal, while its bundle has no name yet; each series has a file of its own.
    private var pendingPath: String {
        "\(options.ledger).\(ContentDigest.hexadecimal(of: Array(series.utf8)).prefix(16)).sealing"
    }

    /// Makes the bundle whose place was taken by a run that ended before the bundle got its name.
    private func finishPending(_ results: inout [ExportResult]) async throws {
        guard FileStatus.exists(pendingPath) else { return }
        let bytes = try ReadOnlyFile(pendingPath).contents(limit: 64 << 10)
        let name = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
        let seals = try ledger.read { try $0.seals(series) }
        // Without a seal of that name the run ended before the place was taken.
        if let seal = seals.last(where: { $0.name == name }) { results.append(try await again(seal, seals)) }
        try? FileName.remove(pendingPath)
    }

    /// Before the place is taken: a file of another bundle would stand in the way for good.
    private func checkFree(_ name: String, in directory: String) throws {
        let path = "\(directory)/\(name).zip"
        if try ledger.read({ try $0.hasSeal(named: name) }) {
            throw EnvironmentError(
                .usage, "\"\(name)\" is sealed already, with another basis or other filters: these make another series",
                hint: "--archive another-name")
        }
        guard FileStatus.exists(path) else { return }
        throw EnvironmentError(
            .cannotCreate, "cannot seal as \"\(path)\": a file is there that the ledger does not know",
            hint: "mv \"\(path)\" \"\(path).old\"")
    }

    /// The bundle of a period that is sealed: the file that is there, or the same bytes from the log as it was.
    private func again(_ seal: SealEntry, _ seals: [SealEntry]) async throws -> ExportResult {
        let request = try SealRequest(seal, options)
        let earlier = Array(seals.prefix { $0.sequence < seal.sequence })
        var corrections: [Correction]?
        let frozen = LedgerOutside(seal.request["outside"])
        if let other = earlier.last(where: { $0.from == seal.from && $0.to == seal.to }) {
            let period = Period(from: seal.from, to: seal.to)
            corrections = try ledger.read { reader in
                var lines = LineComparison(reader: reader, before: other.size, after: seal.size, selection: selection)
                return try reader.changedDeployments(from: other.size, to: seal.size).compactMap {
                    try lines.compare($0, period)
                }.sorted { $0.deploymentID.lexicographicallyPrecedes($1.deploymentID) }
            }
        }
        var result = try await make(request, seal, earlier, frozen: frozen, corrections: corrections) { digest, _ in
            guard digest == seal.digest else {
                throw EnvironmentError(
                    .brokenChain,
                    "this version, or this key, would make other bytes of \"\(seal.name)\" than were sealed; "
                        + "nothing is changed",
                    hint: "use the key that sealed it, and version \(request.export.toolVersion) of cartulary")
            }
        }
        result.wasSealed = true
        return result
    }

    private func make(
        _ request: SealRequest, _ seal: SealEntry, _ earlier: [SealEntry], frozen: LedgerOutside?,
        corrections: [Correction]?, _ commit: @escaping (String, LedgerOutside) throws -> Void
    ) async throws -> ExportResult {
        if options.keepsYears { try Export.makeDirectory(request.export.directory) }
        let (start, places) = (earlier.last?.size ?? 0, earlier.map(SealedPlace.init))
        let (state, first, leaves) = try ledger.read { reader in
            (
                try LedgerState.of(reader, size: seal.size, options), try reader.range(size: start),
                try reader.leaves(from: start, to: seal.size)
            )
        }
        return try await LedgerExport.make(
            request.export, options, ledger, state, start: start, frozen: frozen,
            complete: { context, held, run in
                try checkExpected(run, isNew: frozen == nil && corrections == nil)
                context.series = seriesPart(seal, places, first, leaves, request)
                context.places = places
                context.log = LogLines(
                    ledger: ledger, held: held, period: Period(from: seal.from, to: seal.to),
                    segment: start..<seal.size, isFiltered: selection.isFiltered)
                context.corrections = corrections.map { Corrections.placed($0, run.survey, held.records) }
            }, commit)
    }

    private func checkExpected(_ run: Run, isNew: Bool) throws {
        guard isNew, options.expectedTransitions > 0 else { return }
        let count = run.survey.transitionsInPeriod
        if count < options.expectedTransitions { throw TooFewTransitions(count: count) }
    }

    private func seriesPart(
        _ seal: SealEntry, _ places: [SealedPlace], _ first: CompactRange, _ leaves: [MerkleDigest],
        _ request: SealRequest
    ) -> SeriesPart {
        var part = SeriesPart()
        (part.archive, part.sequence, part.revision) = (options.archive, seal.sequence, seal.revision)
        part.previous = places.last
        part.supersedes = places.last { $0.from == seal.from && $0.to == seal.to }
        let last =
            (places.map { ($0.from, $0.to) } + [(seal.from, seal.to)]).max { $0.0 < $1.0 } ?? (seal.from, seal.to)
        let next = Period(from: last.0, to: last.1).following
        part.next = (next.from, next.to, next.to.adding(seconds: Int64(request.dueDays) * 86_400))
        part.logStart = first.size
        part.range = first.hashes.map(\.hexadecimal)
        part.proof = first.size == 0 ? [] : ConsistencyProof(from: first, appending: leaves).path.map(\.hexadecimal)
        return part
    }
}

extension SealedPlace {
    init(_ seal: SealEntry) {
        self.init(
            sequence: seal.sequence, revision: seal.revision, name: seal.name, digest: seal.digest, from: seal.from,
            to: seal.to)
    }
}
