import AuditModel
import BundleExport
import BundleFormat
import LedgerReading
import MerkleTree
import RecordAnalysis
import RecordContent
import RecordIngest
import RecordIntake
import RecordStore

/// Makes `log.csv`: where each entry went that came since the previous position of a series, and the entries of all records
/// in the bundle.
struct LogLines {
    let ledger: LedgerFile
    let held: LedgerRecords
    let period: Period
    /// The entries since the previous position.
    let segment: Range<Int>
    /// Of a filtered bundle only its own records are shown: others are not its reader's business.
    let isFiltered: Bool
    /// The series' name in the log.
    let series: String

    /// Writes all lines.
    func write(_ survey: Survey, to file: BundleFile) async throws {
        try file.append(CSV.row(LogRow.columns))
        let (known, found) = try await known(survey)
        var marks = consume found
        try ledger.read { reader in
            let acceptances = try reader.acceptances()
            var lines = Lines(acceptances: acceptances, isFiltered: isFiltered, file: file)
            while let mark = marks.next, mark.index < segment.lowerBound {
                try reader.entries(from: mark.index, to: mark.index + 1) {
                    try lines.write($0, mark.destination, row: mark.row)
                }
                marks.advance()
            }
            let replaced = try reader.replacements()
            try reader.entries(from: segment.lowerBound, to: segment.upperBound) { entry in
                if let mark = marks.next, mark.index == entry.record.index {
                    try lines.write(entry, mark.destination, row: mark.row)
                    marks.advance()
                } else if entry.record.kind == 0 {
                    try lines.write(other: entry, as: try shown(entry.record.content, known))
                } else {
                    try lines.write(entry) { head, hasOwnID in
                        try requireOwner(of: entry, head, reader)
                        return try outside(entry, head, hasOwnID: hasOwnID, replaced: replaced, reader: reader)
                    }
                }
            }
            try lines.flush()
        }
        try file.finish()
    }

    /// An entry that is no record, as the bundle shows it: of a filtered one what tells of its own series and deployments.
    private func shown(_ body: [UInt8], _ known: Known) throws -> LogRow.Entry {
        guard isFiltered else { return .other(body) }
        switch LogEntry(body)?.kind {
        case .key, .run, .recovery: return .other(body)
        case .request: return .withheld(.request)
        case .seal(let seal): return seal.series == series ? .other(body) : .withheld(.seal)
        case .decision(let decision):
            return known.decided.contains(Array(decision.deploymentID.utf8)) ? .other(body) : .withheld(.decision)
        case nil: throw LedgerError(.broken, "an entry of the ledger is of no kind that this version knows")
        }
    }

    /// What is known of the entries of deployments that may belong to the period.
    private struct Known {
        /// Deployments in the bundle, of those that decisions of the segment name; only of a filtered bundle.
        var decided: Set<[UInt8]> = []
    }

    /// Looks at all records, part by part.
    ///
    /// - Returns: what is known, and where entries went, in order: of deployments in the bundle the records there, and of all what came
    ///   in the segment.
    private func known(_ survey: Survey) async throws -> (Known, LogMarks) {
        var known = Known()
        var marks = LogMarks(size: segment.upperBound)
        let decided = isFiltered ? try decidedDeployments() : []
        var first = 0
        var row = 0
        var loader = PartLoader(held.records)
        while let (_, records) = try await loader.load() {
            known.decided.formUnion(decided.filter { survey.includes($0, in: records, firstDeployment: first) })
            addMarks(of: records, survey, firstDeployment: first, row: &row, to: &marks)
            first += records.count
        }
        marks.sort()
        return (known, marks)
    }

    /// Identifiers of the deployments that decisions of the segment name.
    private func decidedDeployments() throws -> Set<[UInt8]> {
        let entries = try ledger.read { try $0.otherEntries(from: segment.lowerBound, to: segment.upperBound) }
        var identifiers: Set<[UInt8]> = []
        for entry in entries {
            guard case .decision(let decision)? = LogEntry(entry)?.kind else { continue }
            identifiers.insert(Array(decision.deploymentID.utf8))
        }
        return identifiers
    }

    /// Adds what became of the records of a part, whose deployments are counted from `first`; `row` is that of the next one in the bundle.
    private func addMarks(
        of records: RecordSet, _ survey: Survey, firstDeployment first: Int, row: inout Int, to marks: inout LogMarks
    ) {
        var assembler = DossierAssembler(
            records: records, period: period, detail: .members, conflicts: .firstArrival)
        var ignored = Tally(sources: 1)
        for deployment in 0..<records.count {
            guard let destination = Selection.Destination(rawValue: Int(survey.destinations[first + deployment])) else {
                continue
            }
            assembler.assemble(deployment, &ignored)
            let kept = Set(assembler.accepted.transitions.map(\.key))
            for reference in records.transitions[deployment] {
                let entry = records.batches[Int(reference.batch)].transitions[Int(reference.index)]
                let isAfter = entry.transition.time >= period.to
                let went: Selection.Destination =
                    !kept.contains(reference.key) ? .superseded : isAfter ? .after : destination
                add(LogMark(entry.position.offset, went, row: row), to: &marks)
            }
            for reference in records.deployments[deployment] {
                let entry = records.batches[Int(reference.batch)].deployments[Int(reference.index)]
                let isAfter =
                    destination == .inBundle && !entry.isRow && entry.facts.updatedAt.map { $0 >= period.to } ?? false
                add(LogMark(entry.position.offset, isAfter ? .after : destination, row: row), to: &marks)
            }
            if destination == .inBundle { row += 1 }
        }
    }

    private func add(_ mark: LogMark, to marks: inout LogMarks) {
        if mark.index >= segment.lowerBound || mark.destination == .inBundle { marks.add(mark) }
    }

    /// Requires that an entry stands under the deployment that it names: only so it was looked at with that.
    private func requireOwner(of entry: LedgerReader.StoredEntry, _ head: LogRecord, _ reader: LedgerReader) throws {
        let id = try entry.deployment.flatMap { try reader.identifier(of: $0) }
        guard let id, head.deploymentID.elementsEqual(id) else {
            throw LedgerError(.broken, "entry \(entry.record.index): stands under another deployment than it names")
        }
    }

    /// Where a record of a deployment went that the period does not touch.
    ///
    /// Such a deployment was created on the day of its first transition or before, so a time alone tells; only a row may be
    /// superseded, and a deployment record may not say when the deployment was created.
    private func outside(
        _ entry: LedgerReader.StoredEntry, _ head: LogRecord, hasOwnID: Bool, replaced: [Int: Int],
        reader: LedgerReader
    ) throws -> Selection.Destination {
        if let successor = replaced[entry.record.index], successor < segment.upperBound { return .superseded }
        if let time = head.time, hasOwnID || head.kind == .deployment {
            return time < period.from ? .before : .after
        }
        let records = try HeldRecords.set(
            of: reader.records(of: entry.deployment ?? -1, size: segment.upperBound))
        var assembler = DossierAssembler(
            records: records, period: period, detail: .members, conflicts: .firstArrival)
        var tally = Tally(sources: 1)
        var history = History()
        assembler.assemble(0, &tally)
        let isKept = assembler.accepted.transitions.contains {
            records.batches[0].transitions[Int($0.index)].position.offset == entry.record.index
        }
        if head.kind == .transition, !isKept { return .superseded }
        if let time = head.time, time >= period.to { return .after }
        history.build(&assembler.dossier)
        var selection = Selection()
        selection.period = period
        return selection.destination(of: assembler.dossier, history, earliest: assembler.earliest)
    }
}

extension RecordReference {
    fileprivate var key: UInt64 { UInt64(batch) << 32 | UInt64(index) }
}

/// Lines on their way to a file.
private struct Lines {
    let acceptances: Acceptances
    let isFiltered: Bool
    let file: BundleFile
    private var buffer: [UInt8] = []
    private var heads = HeldRecords(batch: 0)

    init(
        acceptances: Acceptances, isFiltered: Bool, file: BundleFile
    ) {
        self.acceptances = acceptances
        self.isFiltered = isFiltered
        self.file = file
    }

    mutating func write(other entry: LedgerReader.StoredEntry, as shown: LogRow.Entry) throws {
        try require(MerkleHash.leaf(entry.record.content), entry)
        try write(entry, shown, destination: nil, row: nil)
    }

    /// Writes an entry whose own content says where it went.
    mutating func write(
        _ entry: LedgerReader.StoredEntry, _ destination: (LogRecord, Bool) throws -> Selection.Destination
    ) throws {
        guard let kind = LogRecord.Kind(rawValue: entry.record.kind), let sha256 = MerkleDigest(entry.record.sha256),
            let parsed = heads.parse(
                entry.record, kind, sha256: sha256, received: acceptances.time(of: entry.record.index))
        else { throw broken(entry) }
        try require(parsed.head.leaf, entry)
        let went = try destination(parsed.head, parsed.hasOwnID)
        try write(entry, isFiltered ? .hidden(kind: kind) : .record(parsed.head), destination: went, row: nil)
    }

    mutating func write(_ entry: LedgerReader.StoredEntry, _ destination: Selection.Destination, row: Int?) throws {
        guard let kind = LogRecord.Kind(rawValue: entry.record.kind), let sha256 = MerkleDigest(entry.record.sha256)
        else { throw broken(entry) }
        guard
            let head = heads.head(
                entry.record, kind, sha256: sha256, received: acceptances.time(of: entry.record.index))
        else { throw broken(entry) }
        try require(head.leaf, entry)
        if isFiltered, destination != .inBundle {
            return try write(entry, .hidden(kind: kind), destination: destination, row: nil)
        }
        try write(entry, .record(head), destination: destination, row: row)
    }

    private mutating func write(
        _ entry: LedgerReader.StoredEntry, _ shown: LogRow.Entry, destination: Selection.Destination?, row: Int?
    ) throws {
        guard let leaf = entry.record.leaf else { throw broken(entry) }
        LogRow(index: entry.record.index, leaf: leaf, entry: shown, destination: destination, row: row).write(
            into: &buffer)
        if buffer.count >= 1 << 20 { try flush() }
    }

    mutating func flush() throws {
        try file.append(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    /// Requires the leaf that the entry gives.
    private func require(_ leaf: MerkleDigest, _ entry: LedgerReader.StoredEntry) throws {
        guard entry.record.leaf != leaf else { return }
        throw LedgerError(.broken, "entry \(entry.record.index): altered, its bytes do not give its leaf")
    }

    private func broken(_ entry: LedgerReader.StoredEntry) -> LedgerError {
        LedgerError(.broken, "entry \(entry.record.index) of the ledger is not in form")
    }
}
