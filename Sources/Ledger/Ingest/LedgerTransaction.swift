import AuditModel
import BundleFormat
import LedgerAdmission
import LedgerFiles
import MerkleTree
import RecordAnalysis
import RecordContent
import RecordIngest
import RecordIntake
import RecordSpill
import RecordStore
import Signing
import StrictJSON

/// Ends the transaction of an ingest in which every record was a duplicate, and that has nothing else to say: it leaves no
/// trace in the ledger.
struct OnlyDuplicates: Error {
    let result: IngestResult
}

/// Writes one ingest into a ledger.
struct LedgerTransaction {
    let options: IngestOptions
    let origin: String
    let sources: [LoadedSource]
    /// What becomes of the records beside those of the ledger, which holds as many ingests as it did then.
    let admission: IngestAdmission
    private let runsBefore: Int
    var result: IngestResult
    private var run = 0
    /// Numbers of the ledger's sources come before those of this ingest.
    private var firstSource = 0

    /// Settles what the sources hold; nothing is written yet.
    ///
    /// `memory` is the budget that they were loaded with.
    init(
        _ options: IngestOptions, origin: String, _ sources: [LoadedSource], ledger: LedgerFile,
        memory: MemoryBudget? = nil, result: IngestResult
    ) async throws {
        self.options = options
        self.origin = origin
        self.result = result
        runsBefore = try ledger.read { try $0.lastRun()?.number ?? 0 }
        var sources = sources
        admission = try await IngestAdmission.decide(
            &sources, ledger, received: options.received, threads: options.threads, memory: memory,
            watch: options.progress)
        self.sources = sources
    }

    mutating func write(_ writer: LedgerWriter) throws -> IngestResult {
        guard try writer.reader.lastRun()?.number ?? 0 == runsBefore else {
            throw LedgerError(.locked, "another program wrote into the ledger meanwhile")
        }
        run = runsBefore + 1
        writer.threads = options.threads
        firstSource = try writer.reader.count(.source)
        try enterKey(writer)
        var tally = admission.tally
        IntakeReview.add(sources, keepsRaw: options.keepsRawRejected, to: &tally)
        try appendArrivals(writer)
        let isAnyNew = try quarantine(&tally, writer)
        addSources(tally)
        let hasRecords = admission.arrivals.count > 0 || isAnyNew
        guard try hasRecords || isFirstWord || IngestNews.isAny(tally, sources, beside: writer.reader) else {
            throw OnlyDuplicates(result: result)
        }
        try writeSources(writer)
        for finding in tally.allFindings { try writer.addFinding(run: run, body: element(finding)) }
        result.isChanged = true
        let replayed = options.replay.flatMap { MerkleDigest(hexadecimal: $0.root) }
        try writer.endRun(
            run, received: options.received, keepsRaw: options.keepsRawRejected, replaying: replayed
        ) { [origin, options] in
            try CheckpointFile.note(origin: origin, size: $0, root: $1, key: options.key).bytes
        }
        result.superseded = try writer.reader.supersededCount()
        let counts = tally.findingCounts
        result.errors = counts.filter { $0.key.severity == .error }.reduce(0) { $0 + $1.value }
        result.warnings = counts.filter { $0.key.severity == .warning }.reduce(0) { $0 + $1.value }
        precondition(result.sums.addUp, "the sums do not add up: a record was lost")
        return result
    }

    /// Whether the ledger has no files yet and one of these holds text: "there is nothing" is a statement worth keeping.
    private var isFirstWord: Bool { firstSource == 0 && sources.contains { !$0.isBlank } }

    private func enterKey(_ writer: LedgerWriter) throws {
        let own = try options.key.publicKey.openSSHLine()
        let signer = LedgerSigner(origin: origin, publicKey: options.replay?.signer.publicKey ?? own)
        try writer.appendKey(of: signer, received: options.received)
    }

    private func appendArrivals(_ writer: LedgerWriter) throws {
        let arrivals = admission.arrivals
        // By number in the incoming set, that in the ledger.
        var numbers = [Int32](repeating: -1, count: arrivals.deploymentCount)
        var progress = Progress(stage: .storing, total: arrivals.count)
        for number in 0..<arrivals.pieceCount {
            options.progress?(progress)
            let piece = try arrivals.piece(number)
            for entry in piece.entries {
                if numbers[entry.deployment] < 0 {
                    let own = arrivals.deployment(entry.deployment, in: piece)
                    numbers[entry.deployment] = Int32(try writer.write(own.state, id: own.id, number: own.number))
                }
                try writer.append(entry.record, of: piece.bytes, deployment: Int(numbers[entry.deployment]))
            }
            progress.done += piece.entries.count
        }
    }

    /// Keeps what was rejected or contradicts.
    ///
    /// What contradicts and is kept from an earlier ingest is a duplicate. What could not be read counts as rejected in every
    /// file that has it, and is kept with each: else that file would pass for one that was read in full.
    /// Returns whether any of it is new to the ledger.
    private mutating func quarantine(_ tally: inout Tally, _ writer: LedgerWriter) throws -> Bool {
        var known = try KnownQuarantine(writer.reader, .conflict)
        var isAnyNew = false
        for conflict in tally.conflicts {
            var fresh = conflict
            fresh.others = []
            for other in conflict.others {
                guard try known.contains(digest(other.content)) else {
                    fresh.others.append(other)
                    continue
                }
                guard conflict.isCounted else {
                    tally.findings.remove(.conflictingDeployment, of: conflict.deploymentID, at: other.position)
                    continue
                }
                tally.sources[other.position.source].conflicts -= 1
                tally.sources[other.position.source].duplicates += 1
            }
            isAnyNew = isAnyNew || !fresh.others.isEmpty
            result.newConflicts += fresh.others.count
            try add(fresh, writer)
        }
        var rejected = try KnownQuarantine(writer.reader, .rejected)
        for record in tally.allRejections {
            guard let digest = MerkleDigest(hexadecimal: record.sha256) else { continue }
            let isKnown = try rejected.contains(digest)
            isAnyNew = isAnyNew || !isKnown
            try add(record, digest, to: writer)
        }
        return isAnyNew
    }

    private func digest(_ content: [UInt8]) -> MerkleDigest { KnownQuarantine.digest(content) }

    private func add(_ conflict: ConflictRecord, _ writer: LedgerWriter) throws {
        for other in conflict.others {
            var single = conflict
            single.others = [(other.content, moved(other.position))]
            try writer.addToQuarantine(
                run: run, kind: "conflict", deployment: Array(conflict.deploymentID.utf8),
                digest: digest(other.content), body: single.element)
        }
    }

    private func add(_ record: RejectedRecord, _ digest: MerkleDigest, to writer: LedgerWriter) throws {
        var record = record
        record.position = moved(record.position)
        try writer.addToQuarantine(
            run: run, kind: "rejected", deployment: record.deploymentID.map { Array($0.utf8) }, digest: digest,
            body: record.element)
    }

    /// A position with the source's number in the ledger.
    private func moved(_ position: SourcePosition) -> SourcePosition {
        SourcePosition(source: firstSource + position.source, line: position.line, offset: position.offset)
    }

    private func element(_ finding: Finding) -> [UInt8] {
        var finding = finding
        var bytes = [UInt8]()
        finding.position = finding.position.map(moved)
        FindingTable.writeJSON(finding, into: &bytes)
        return bytes
    }

    private mutating func addSources(_ tally: Tally) {
        for (source, counts) in zip(sources, tally.sources) {
            var summary = source.summary
            summary.accepted = counts.acceptedTransitions + counts.acceptedDeployments
            summary.duplicates = counts.duplicates
            summary.conflicts = counts.conflicts
            summary.rejected = counts.rejected
            result.sums.add(summary, counts)
            result.sources.append(summary)
            let listed = source.listedDeployments
            if !listed.isEmpty { result.listed[summary.sha256] = listed }
        }
        for (number, reasons) in IntakeReview.shortfalls(sources, tally) {
            result.shortfalls[result.sources[number].sha256] = reasons
        }
        result.sums.deployments = admission.arrivals.deploymentCount
        // An error without an outcome of its own decides the status of a run, whatever its code.
        result.claimErrors = tally.findings.total.filter { code, count in
            code.severity == .error && count > 0 && !code.isOfRejection && !code.isOfConflict
                && code != .sourceIncomplete
        }
    }

    private func writeSources(_ writer: LedgerWriter) throws {
        for summary in result.sources {
            guard let digest = MerkleDigest(hexadecimal: summary.sha256) else {
                preconditionFailure("a source without digest")
            }
            try writer.addSource(
                run: run, sha256: digest, bytes: summary.size, body: IntakeFiles.source(summary).bytes)
        }
    }
}

extension IntakeSums {
    /// Adds what became of the records of a source.
    mutating func add(_ summary: SourceSummary, _ counts: Tally.Counts) {
        add(summary)
        acceptedTransitions += counts.acceptedTransitions
        acceptedDeploymentRecords += counts.acceptedDeployments
    }
}
