import AuditModel
import BundleExport
package import BundleFormat
import FileSystem
import LedgerReading
import MerkleTree
import RecordAnalysis
package import RecordStore
import StrictJSON

extension LedgerSealing {
    /// What a sealed bundle is made from.
    private struct Making {
        var request: SealRequest
        var seal: SealEntry
        /// The positions of the series before it.
        var earlier: [SealEntry]
        /// The counts outside, when they were taken before.
        var frozen: LedgerOutside?
        var corrections: [Correction]?
    }

    /// Seals a period: its bundle is prepared, recorded in the ledger, and published, in this order.
    func seal(
        _ period: Period, _ seals: [SealEntry], corrections: [Correction]?, supersedes: SealEntry?,
        pending: [Timestamp] = []
    ) async throws -> ExportResult {
        try requireRun(period, isCorrection: supersedes != nil)
        let snapshot = try ledger.read { try LogSnapshot.current($0, options) }
        let revision = supersedes.map { $0.revision + 1 } ?? 0
        var request = SealRequest(options, period, revision: revision)
        if let last = seals.last { request.keepWorkbook(of: last, choice: options.workbook) }
        if let supersedes { request.keepReason(of: supersedes) }
        if options.keeper != nil, let last = seals.last { request.keepDeclarations(of: last) }
        var seal = SealEntry(
            series: series, sequence: seals.count + 1, revision: revision, from: period.from, to: period.to,
            name: request.export.bundleName, digest: "", size: snapshot.size, received: options.now, request: .null)
        try LedgerSealing.checkFree(request.export, of: options.archive, ledger)
        let making = Making(request: request, seal: seal, earlier: seals, frozen: nil, corrections: corrections)
        let preparation = try await prepare(making)
        try await options.judge(preparation.prepared.processPath, named: seal.name, releasing: ledger)
        seal.digest = preparation.prepared.digest
        seal.request = request.value(preparation.outside, pending: pending)
        // A seal whose bundle has no name yet is found again by this file.
        try DurableFile.replace(pendingPath, with: Array((seal.name + "\n").utf8))
        try session.record(seal, clock: options.clock)
        let result = try preparation.publish()
        try? FileName.remove(pendingPath)
        return result
    }

    /// Requires a reason for taking a position of a series that a run keeps.
    ///
    /// The run seals what its sources cover, with the settings of its configuration. By hand nobody looks at these.
    private func requireRun(_ period: Period, isCorrection: Bool) throws {
        guard let keeper = options.keeper else { return }
        let name = period.label ?? period.from.text
        if isCorrection {
            throw EnvironmentError(
                .usage,
                "\(name) of archive \(options.archive) has changed since it was sealed, and ledger \"\(options.ledger)\" is kept by "
                    + "cartulary run, expected that run to correct it first; nothing is sealed",
                hint: keeper)
        }
        guard options.export.declared["uncovered"] == nil else { return }
        throw EnvironmentError(
            .usage,
            "\(name) of archive \(options.archive) is not sealed yet, and ledger \"\(options.ledger)\" is kept by cartulary run, which "
                + "seals a period when its sources cover it: expected a reason to seal it by hand; nothing is sealed",
            hint:
                "add --uncovered and the reason, or let the run seal the period when it is due and covered: \(keeper)")
    }

    /// Names the seal, while its bundle has no name yet; each series has a file of its own.
    private var pendingPath: String { LedgerSealing.pendingPath(options.ledger, series) }

    private static func pendingPath(_ ledger: String, _ series: String) -> String {
        "\(ledger).\(ContentDigest.hexadecimal(of: Array(series.utf8)).prefix(16)).sealing"
    }

    /// The name of the bundle of a series that may be recorded as sealed and has no name yet; nil without one.
    package static func pendingName(in ledger: String, series: String) throws -> String? {
        let path = pendingPath(ledger, series)
        guard FileStatus.exists(path) else { return nil }
        let bytes = try ReadOnlyFile(path).contents(limit: 64 << 10)
        return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    }

    /// Makes the bundle whose position was taken by a run that ended before the bundle got its name.
    func finishPending() async throws -> [ExportResult] {
        guard let name = try LedgerSealing.pendingName(in: options.ledger, series: series) else { return [] }
        let seals = try ledger.read { try $0.seals(series) }
        var results: [ExportResult] = []
        // Without a seal of that name the run ended before the position was taken.
        if let seal = seals.last(where: { $0.name == name }) { results.append(try await remake(seal, seals)) }
        try? FileName.remove(pendingPath)
        return results
    }

    /// Before the position is taken: a file of another bundle would stand in the way for good.
    static func checkFree(_ export: ExportOptions, of archive: String, _ ledger: LedgerFile) throws {
        let name = export.bundleName
        let path = "\(export.directory)/\(name).zip"
        if try ledger.read({ try $0.hasSeal(named: name) }) {
            throw EnvironmentError(
                .usage, "\"\(name)\" is sealed already, with another basis or other filters: these make another series",
                hint: "take another name: \(.option("--archive", archive + "-2"))")
        }
        // A link that leads to nothing has the name, too.
        guard try FileName.isTaken(path) else { return }
        throw EnvironmentError(
            .cannotCreate, "cannot seal as \"\(path)\": something is there that the ledger does not know",
            hint: .command("mv", .file(path), .file(path + ".old")))
    }

    /// Makes a bundle again with the key of the options.
    func makeAgain(
        _ seal: SealEntry, _ seals: [SealEntry], beforePublishing: (String) throws -> Void
    ) async throws -> ExportResult {
        let request = try SealRequest(seal, options)
        try RemovedBundle.requireNone(named: seal.name, in: request.export.directory)
        let earlier = Array(seals.prefix { $0.sequence < seal.sequence })
        let making = Making(
            request: request, seal: seal, earlier: earlier, frozen: LedgerOutside(seal.request["outside"]),
            corrections: try corrections(of: seal, earlier))
        let preparation = try await prepare(making)
        guard preparation.prepared.digest == seal.digest else {
            throw SealNotRemade(name: seal.name, cause: .otherBytes(version: request.export.toolVersion))
        }
        try beforePublishing(preparation.prepared.processPath)
        return try preparation.publish(wasSealed: true)
    }

    /// What a revision says other than the bundle that it supersedes; nil for the first bundle of a period.
    private func corrections(of seal: SealEntry, _ earlier: [SealEntry]) throws -> [Correction]? {
        guard let other = earlier.last(where: { $0.from == seal.from && $0.to == seal.to }) else { return nil }
        let period = Period(from: seal.from, to: seal.to)
        return try ledger.read { reader in
            var lines = LineComparison(
                reader: reader, before: other.size, after: seal.size, selection: selection,
                acceptances: try reader.acceptances())
            let corrections = try reader.changedDeployments(from: other.size, to: seal.size).compactMap {
                try lines.compare($0, period)
            }
            try lines.requireLeaves()
            return corrections.sorted { $0.deploymentID.lexicographicallyPrecedes($1.deploymentID) }
        }
    }

    /// Prepares a sealed bundle.
    private func prepare(_ making: Making) async throws -> SealPreparation {
        let export = making.request.export
        if options.keepsYears { try FileName.makeDirectory(export.directory) }
        let seal = making.seal
        let start = making.earlier.last?.size ?? 0
        let snapshot = try ledger.read { try LogSnapshot.earlier($0, size: seal.size, options) }
        let drawn = try await DrawnRecords.draw(
            ledger, export.analysis, start: start, size: seal.size, frozen: making.frozen)
        if making.frozen == nil, making.corrections == nil {
            try LedgerSealing.checkExpected(drawn.surveyed, options.expectedTransitions)
        }
        let series = SeriesOrigin(
            part: try seriesPart(making), positions: making.earlier.map(SeriesPosition.init),
            corrections: try await Corrections.withRows(
                making.corrections, drawn.surveyed.survey, parts: drawn.held.records))
        let draft = try await BundleDraft(
            export, drawn.surveyed, origin: try snapshot.origin(export.key, series: series))
        let log = LogLines(
            ledger: ledger, held: drawn.held, period: Period(from: seal.from, to: seal.to),
            segment: start..<seal.size, isFiltered: selection.isFiltered, series: self.series)
        try await log.write(drawn.surveyed.survey, to: draft.file(BundlePath.log))
        return SealPreparation(outside: drawn.held.outside, prepared: try await draft.sign())
    }

    /// A new period with fewer transitions than expected is not sealed.
    static func checkExpected(_ records: SurveyedRecords, _ expected: Int) throws {
        let count = records.survey.transitionsInPeriod
        if count < expected { throw TooFewTransitions(count: count) }
    }

    private func seriesPart(_ making: Making) throws -> SeriesPart {
        let seal = making.seal
        let positions = making.earlier.map(SeriesPosition.init)
        let start = making.earlier.last?.size ?? 0
        let (first, path) = try ledger.read { reader in
            let first = try reader.range(size: start)
            guard try reader.root(appending: start..<seal.size, to: first) == reader.root(size: seal.size) else {
                throw LedgerError(
                    .broken, "entries \(start) to \(seal.size - 1): a leaf was altered, added or removed")
            }
            // Before the first position there is no tree to be consistent with.
            guard first.size > 0 else { return (first, [MerkleDigest]()) }
            let proof = try ConsistencyProof(from: first, size: seal.size) { leaves in
                try reader.root(appending: leaves, to: CompactRange())
            }
            return (first, proof.path)
        }
        let periods = positions.map { ($0.from, $0.to) } + [(seal.from, seal.to)]
        let last = periods.max { $0.0 < $1.0 } ?? (seal.from, seal.to)
        let next = Period(from: last.0, to: last.1).following
        let due = next.to.adding(seconds: Int64(making.request.dueDays) * 86_400)
        return SeriesPart(
            archive: options.archive, sequence: seal.sequence, revision: seal.revision, previous: positions.last,
            supersedes: positions.last { $0.from == seal.from && $0.to == seal.to }, next: (next.from, next.to, due),
            logStart: first.size, range: first.hashes.map(\.hexadecimal),
            proof: path.map(\.hexadecimal))
    }
}

/// A sealed bundle that is prepared, and the counts that its seal remembers.
private struct SealPreparation: ~Copyable {
    let outside: LedgerOutside
    let prepared: PreparedBundle

    /// Gives the bundle its name.
    consuming func publish(wasSealed: Bool = false) throws -> ExportResult {
        try prepared.publish(wasSealed: wasSealed)
    }
}

extension SeriesPosition {
    package init(_ seal: SealEntry) {
        self.init(
            sequence: seal.sequence, revision: seal.revision, name: seal.name, digest: seal.digest, from: seal.from,
            to: seal.to)
    }
}
