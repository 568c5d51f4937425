import AuditModel
import BundleFormat
import BundleReading
import BundleRelations
import MerkleTree
import Signing
import StrictJSON

/// The log of a sealed bundle: its root computed again from what came since the previous position, each record in the
/// bundle found in it, and nothing left out that belongs to the sealed period.
struct LogChecks {
    private let bundle: UnverifiedBundle
    private let sealed: SealedClaims
    private let description: DescriptionClaims
    private let sums: Claim<IntakeSums>
    private let logStart: Int
    private var order: LogOrder
    private var decisions: DecisionRelations
    private var columns = ColumnRelations(lines: [], identifiers: [])
    private var runSources: RunSources
    private var sealRelations: SealRelations
    /// Every record by place, and the deployments, by hash; of these none in a filtered bundle, which hides some.
    private var places = Reconciliation()
    private var identifiers: Set<Int> = []
    /// The sealed bundles of the series that the log shows.
    private var seals: [LogEntry.Seal] = []
    private var problems = ProblemList()
    private var leftOut = ProblemList()
    /// The tree of the log up to the previous position, and with what came since; nil if the bundle does not give the first.
    private let start: CompactRange?
    private var tree: CompactRange?
    /// Entries since the previous position.
    private var entryCount = 0
    /// The records that the log places in the bundle, and the entries of those from before the previous position.
    private var marks = MarkSum()
    private var earlier: Set<Int> = []
    /// Transitions and deployment records that sources brought since the previous position.
    private var accepted = (transitions: 0, deployments: 0)
    private var lastIndex = -1
    /// Only keys, breaks and the ends of runs so far: what opens a log.
    private var isOpening: Bool
    /// The last line was a decision: the next record is one that it accepted, and no source brought it.
    private var isBehindDecision = false
    /// Deployments in the bundle, by hash (``TrailReplayer/hash(_:)``).
    private var inBundle: Set<UInt64> = []
    /// Records of the period, or of deployments in the bundle, for which others stand; these may come behind them.
    private var superseded: [(record: LogRecord, index: Int)] = []

    init(_ claims: BundleClaims, _ description: DescriptionClaims, sealed: SealedClaims) {
        bundle = claims.bundle
        self.description = description
        self.sealed = sealed
        sums = description.sums
        logStart = sealed.series.logStart
        isOpening = logStart == 0
        order = LogOrder(
            origin: sealed.ledger.origin, breaks: sealed.ledger.breaks.map(\.bytes),
            lastBreak: sealed.ledger.lastBreak, isWhole: logStart == 0)
        sealRelations = SealRelations(isWhole: logStart == 0)
        decisions = DecisionRelations(logStart: logStart)
        runSources = RunSources(sealed.isFiltered ? nil : claims.sources().value?.sources)
        let hashes = sealed.series.range.compactMap { MerkleDigest(hexadecimal: $0) }
        let isWhole = hashes.count == sealed.series.range.count
        start = isWhole ? CompactRange(size: logStart, hashes: hashes) : nil
        tree = start
    }

    mutating func add(_ totals: ContentChecks.Totals, to list: inout CheckList) {
        inBundle = totals.deployments
        columns = ColumnRelations(lines: totals.columns, identifiers: totals.deploymentRows)
        read()
        if marks != totals.marks { compareRecords(totals) }
        addRoots(&list)
        compareSums(&list)
        comparePlaces()
        checkSuperseded()
        list.add(
            "log",
            passed: "\(entryCount) entries since the previous position, each with its leaf; \(marks.count) records",
            problems: problems.all)
        list.add("log-complete", passed: "no record of the period is left out", problems: leftOut.all)
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private mutating func read() {
        guard let cursor = openLog() else {
            return problems.add("\(BundlePath.log) cannot be read, or has another header")
        }
        while let line = cursor.nextLine() {
            guard let row = LogRow(line: line) else {
                problems.add("a line is not in form: \(String(decoding: line.prefix(200), as: UTF8.self))")
                continue
            }
            add(row)
        }
        if !cursor.isFinished() { problems.add("\(BundlePath.log) has no end, or a line over 32 MiB") }
        for problem in order.missing() + decisions.missing() + runSources.missing() + columns.missing() {
            problems.add(problem)
        }
        let positions = sealed.series.previous.map { [$0] } ?? []
        if seals.map(\.position) != positions || seals.contains(where: { $0.size != logStart }) {
            problems.add("the log shows other seals of the series than that of the previous position")
        }
    }

    /// The log behind its header; nil if it cannot be read, or has another header.
    private func openLog() -> EntryCursor? {
        guard let cursor = EntryCursor(parsing: BundlePath.log, of: bundle), cursor.consume(CSV.row(LogRow.columns))
        else { return nil }
        return cursor
    }

    /// Reads the records again that the log places in the bundle.
    private func forEachInBundle(_ body: (LogRecord, _ row: Int, _ index: Int) -> Void) {
        guard let cursor = openLog() else { return }
        while let line = cursor.nextLine() {
            guard let row = LogRow(line: line), row.destination != nil, let number = row.row,
                case .record(let record) = row.entry
            else { continue }
            body(record, number, row.index)
        }
    }

    private mutating func add(_ found: [String], of row: LogRow) {
        for problem in found { problems.add("entry \(row.index) \(problem)") }
    }

    private mutating func add(_ row: LogRow) {
        let isInSegment = row.index >= logStart
        if row.index <= lastIndex { problems.add("entry \(row.index) is not in order") }
        lastIndex = row.index
        if isInSegment {
            if row.index != logStart + entryCount { problems.add("entries are missing before \(row.index)") }
            entryCount += 1
            tree?.append(row.leaf)
        } else if row.destination != .inBundle {
            problems.add("entry \(row.index) is of before the previous position, and not in the bundle")
        }
        if case .other = row.entry {} else if case .withheld = row.entry {} else { isOpening = false }
        switch row.entry {
        case .other(let body): add(other: body, row)
        case .withheld(let kind): add(withheld: kind, row)
        case .hidden(let kind):
            if !sealed.isFiltered || [nil, .inBundle].contains(row.destination) {
                problems.add("entry \(row.index) is hidden without a filter or a place")
            }
            add(order.take(record: nil), of: row)
            add(decisions.take(hidden: kind, at: row.index, row.destination), of: row)
            if let place = row.destination { places.add(kind, place) }
            count(kind, isInSegment)
        case .record(let record):
            if record.leaf != row.leaf { problems.add("entry \(row.index): what it says does not give its leaf") }
            addOrder(record, row, isInSegment: isInSegment)
            count(record.kind, isInSegment)
            add(record, row)
        }
        if let destination = row.destination, destination.isFilter, sealed.filters.isEmpty(for: destination) {
            problems.add("entry \(row.index) claims a filter that this bundle does not have")
        }
    }

    private mutating func add(other body: [UInt8], _ row: LogRow) {
        if MerkleHash.leaf(body) != row.leaf { problems.add("entry \(row.index): its bytes do not give its leaf") }
        if row.destination != nil || row.row != nil {
            problems.add("entry \(row.index) is no record, and has a destination")
        }
        isBehindDecision = false
        // A record that stands here would be seen by nobody.
        guard let entry = LogEntry(body) else {
            return problems.add("entry \(row.index) is of no kind that stands without a destination, or not in form")
        }
        if sealed.isFiltered, !belongs(entry) {
            problems.add("entry \(row.index) is not of this series, and shown in spite of the filter")
        }
        add(order.take(entry), of: row)
        if case .decision(let decision) = entry.kind {
            isBehindDecision = !decision.replaces.isEmpty
            let earlier = earlier
            add(
                decisions.take(decision, at: row.index, received: entry.received, isInBundle: earlier.contains), of: row
            )
        } else {
            add(decisions.takeOther(), of: row)
        }
        addOther(entry, row)
    }

    private mutating func addOther(_ entry: LogEntry, _ row: LogRow) {
        switch entry.kind {
        case .key(_, let line):
            if (try? PublicKey(openSSHLine: line).openSSHLine()) != line { add(["is of no key"], of: row) }
            sealRelations.takeKey(at: row.index)
        case .run(let run): add(run, row)
        case .recovery: break
        case .request, .decision: isOpening = false
        case .seal(let seal):
            isOpening = false
            if seal.series == sealed.logName { seals.append(seal) }
            add(sealRelations.take(seal, at: row.index), of: row)
        }
    }

    private mutating func add(_ run: LogEntry.Run, _ row: LogRow) {
        if !runSources.end(run.sources) {
            add(["ends run \(run.number) with other sources than are listed"], of: row)
        }
        if run.tables != LogEntry.Run.boundTables { add(["ends run \(run.number) with other tables"], of: row) }
    }

    private mutating func addOrder(_ record: LogRecord, _ row: LogRow, isInSegment: Bool) {
        add(isInSegment ? order.take(record: record.received) : order.take(earlier: record.received), of: row)
        let digests = (record.contentSHA256.hexadecimal, record.sha256.hexadecimal)
        add(decisions.take(record, at: row.index, row.destination, digests: digests), of: row)
        if let place = row.destination { places.add(record.kind, place) }
        if logStart == 0 { identifiers.insert(Array(record.deploymentID).hashValue) }
    }

    /// Whether a filtered bundle shows an entry: what tells of its own deployments and series alone.
    private func belongs(_ entry: LogEntry) -> Bool {
        switch entry.kind {
        case .key, .run, .recovery: true
        case .request: false
        case .seal(let seal): seal.series == sealed.logName
        case .decision(let decision): inBundle.contains(TrailReplayer.hash(Array(decision.deploymentID.utf8)[...]))
        }
    }

    /// A log begins with a key and the breaks that it declares, if it does; none may be withheld as something else.
    ///
    /// Of a ledger without records others may have been sealed or answered, and no decision made.
    private mutating func add(withheld kind: LogRow.WithheldKind, _ row: LogRow) {
        if !sealed.isFiltered || row.index < 2 || isOpening && kind == .decision {
            problems.add("entry \(row.index) is withheld without a filter")
        }
        isOpening = false
        if row.destination != nil || row.row != nil {
            problems.add("entry \(row.index) is no record, and has a destination")
        }
        isBehindDecision = kind == .decision
        add(order.take(record: nil), of: row)
        add(isBehindDecision ? decisions.takeWithheld() : decisions.takeOther(), of: row)
    }

    private mutating func count(_ kind: LogRecord.Kind, _ isInSegment: Bool) {
        defer { isBehindDecision = false }
        guard isInSegment, !isBehindDecision else { return }
        if kind == .transition { accepted.transitions += 1 }
        if kind == .deployment { accepted.deployments += 1 }
    }

    /// Where a record went has to fit its time.
    private mutating func add(_ record: LogRecord, _ row: LogRow) {
        if let problem = record.formProblem { add([problem], of: row) }
        guard let destination = row.destination else { return problems.add("entry \(row.index) has no destination") }
        if (row.row != nil) != (destination == .inBundle) {
            problems.add("entry \(row.index) has a row and another destination")
        }
        if let number = row.row {
            if row.index < logStart { earlier.insert(row.index) }
            guard record.kind == .columns else { return marks.add(record.mark(row: number)) }
            let identifier = TrailReplayer.hash(record.deploymentID)
            add(columns.add(record, at: row.index, row: number, identifier: identifier), of: row)
        } else if record.time.map({ $0 < sealed.period.to }) ?? true {
            if destination != .superseded {
                check(record, at: destination, index: row.index)
            } else if record.kind != .transition || isInPeriod(record) || isHere(record) {
                superseded.append((record, row.index))
            }
        }
    }

    /// Whether a record that is not in the bundle may be outside it.
    ///
    /// A deployment in the bundle comes with its whole history up to the period's end; by activity one belongs there if a
    /// transition or its creation lies in the sealed period.
    private mutating func check(_ record: LogRecord, at destination: Selection.Destination, index: Int) {
        let isHere = isHere(record)
        let isInPeriod = isInPeriod(record)
        func report(_ why: String) { self.report(record, at: destination, index: index, why) }
        if record.kind == .transition {
            if isHere { return report("its deployment is in the bundle") }
            if isInPeriod, sealed.basis == .activity { report("belongs to the period") }
        } else {
            // Columns have no time: no period is before them.
            if isHere, destination != .after || record.kind == .columns {
                return report("its deployment is in the bundle")
            }
            if isInPeriod, !isHere { report("the deployment was created in the period") }
        }
    }

    private func isHere(_ record: LogRecord) -> Bool { inBundle.contains(TrailReplayer.hash(record.deploymentID)) }

    private func isInPeriod(_ record: LogRecord) -> Bool {
        record.time.map { sealed.period.from <= $0 && $0 < sealed.period.to } ?? false
    }

    private mutating func report(
        _ record: LogRecord, at destination: Selection.Destination, index: Int, _ why: String
    ) {
        leftOut.add(
            "entry \(index), a \(record.kind.name) of \(Self.text(Array(record.deploymentID)))"
                + " at \(record.time?.text ?? "no time"), is said to be \(destination.name), and \(why)")
    }

    /// Of a row that is superseded another record of the same time stands in the bundle; of deployment records and columns a
    /// decision alone replaces one.
    private mutating func checkSuperseded() {
        let open = superseded.filter { !decisions.replaced.contains($0.index) }
        let wanted = Set(open.filter { $0.record.kind == .transition }.map(\.record.event))
        var found: Set<[UInt8]> = []
        // Read again, since the times of all records in the bundle are too many to hold.
        if !wanted.isEmpty {
            forEachInBundle { record, _, _ in
                let event = record.event
                if wanted.contains(event) { found.insert(event) }
            }
        }
        for (record, index) in open where record.kind != .transition || !found.contains(record.event) {
            report(record, at: .superseded, index: index, "nothing in the bundle stands for it")
        }
    }

    /// Names the records of the bundle that the log does not place there, and those that it places there and that are not in it.
    private mutating func compareRecords(_ totals: ContentChecks.Totals) {
        // Of a trail that does not hold what it should, another check names the rows; a line that takes all memory is not read twice.
        guard totals.rows > 0, totals.problems.count == 0 else {
            return problems.add(
                "\(BundlePath.log) places \(marks.count) records in the bundle, and the trail does not have the same ones"
            )
        }
        let here = TrailSource(bundle).marks()
        var there: [(digest: MerkleDigest, index: Int)] = []
        forEachInBundle { record, row, index in
            if record.kind != .columns { there.append((record.mark(row: row), index)) }
        }
        let found = RecordMarks.compare(trail: here, log: there)
        for index in found.entries { problems.add("entry \(index) is said to be in the bundle, and is not in its row") }
        if found.records > 0 { problems.add("\(found.records) records of the bundle are not in the log") }
    }

    private mutating func addRoots(_ list: inout CheckList) {
        let proof = sealed.series.proof.compactMap { MerkleDigest(hexadecimal: $0) }
        var roots: [String] = []
        if let start, let range = tree {
            let before = start.root
            if range.size != sealed.ledger.size {
                roots.append("the log has \(range.size) entries, bundle.json says \(sealed.ledger.size)")
            }
            if range.root.hexadecimal != sealed.ledger.root {
                roots.append(
                    "the entries give the root \(range.root.hexadecimal), bundle.json says \(sealed.ledger.root)")
            }
            let path = ConsistencyProof(
                firstSize: UInt64(logStart), secondSize: UInt64(sealed.ledger.size), path: proof)
            let isFirst = logStart == 0 && sealed.series.proof.isEmpty
            if !isFirst, proof.count != sealed.series.proof.count {
                roots.append("the consistency proof is not of digests")
            } else if !isFirst, (try? path.verify(firstRoot: before, secondRoot: range.root)) == nil {
                roots.append("the consistency proof does not hold")
            }
        } else {
            roots.append("the compact range is not one of \(logStart) entries")
        }
        list.add("log-root", passed: "computed again from \(logStart) entries on", problems: roots)
    }

    private mutating func compareSums(_ list: inout CheckList) {
        switch sums {
        case .failure(let problem): list.skip("log-sums", because: problem.reason)
        case .success(let sums):
            for (name, stated, count) in [
                ("acceptedTransitions", sums.acceptedTransitions, accepted.transitions),
                ("acceptedDeploymentRecords", sums.acceptedDeploymentRecords, accepted.deployments),
            ] where stated != count {
                problems.add("\(name): the log has \(count), bundle.json says \(stated)")
            }
        }
    }

    private mutating func comparePlaces() {
        // Without these other checks are skipped.
        guard let sums = sums.value, let stated = description.reconciliation.value else { return }
        let relations = PlaceRelations(
            counted: places, decided: decisions.accepted, logStart: logStart,
            deployments: sealed.isFiltered ? nil : identifiers.count)
        for problem in relations.problems(stated, sums, ledger: sealed.ledger) { problems.add(problem) }
    }
}
