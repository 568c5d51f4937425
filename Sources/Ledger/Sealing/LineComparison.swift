import AuditModel
import BundleExport
import BundleFormat
import LedgerReading
import RecordAnalysis
import RecordContent
import RecordIntake
import RecordStore
import StrictJSON

/// Compares what a bundle of a period says of a deployment at two sizes of the log.
struct LineComparison {
    let reader: LedgerReader
    let before: Int
    let after: Int
    let selection: Selection
    private let acceptances: Acceptances
    private var disputed: (before: Set<[UInt8]>, after: Set<[UInt8]>)?
    /// The blocks whose entries were read.
    private var blocks: Set<Int> = []

    init(
        reader: LedgerReader, before: Int, after: Int, selection: Selection, acceptances: Acceptances
    ) {
        self.acceptances = acceptances
        self.reader = reader
        self.before = before
        self.after = after
        self.selection = selection
    }

    /// The change of a deployment's line, rows left at 0; nil if there is none.
    mutating func compare(_ deployment: Int, _ period: Period) throws -> Correction? {
        guard let id = try reader.identifier(of: deployment) else { return nil }
        if disputed == nil {
            disputed = (try reader.disputedDeployments(size: before), try reader.disputedDeployments(size: after))
        }
        let old = try line(deployment, period, size: before, isDisputed: disputed?.before.contains(id) ?? false)
        let new = try line(deployment, period, size: after, isDisputed: disputed?.after.contains(id) ?? false)
        return old == new ? nil : Correction(deploymentID: id, before: old, after: new)
    }

    /// Requires that the leaves of all entries that were read are those of the log.
    func requireLeaves() throws { try reader.requireLeaves(inBlocks: blocks) }

    /// The line of a deployment; nil if it is not in the bundle.
    private mutating func line(_ deployment: Int, _ period: Period, size: Int, isDisputed: Bool) throws -> [UInt8]? {
        let records = try reader.records(of: deployment, size: size)
        guard !records.isEmpty else { return nil }
        for record in records { blocks.insert(LedgerReader.block(of: record.index)) }
        var assembler = DossierAssembler(
            records: try HeldRecords.set(of: records, comparing: acceptances), period: period, detail: .rows)
        var tally = Tally(sources: 1)
        var history = History()
        assembler.assemble(0, &tally)
        if isDisputed { assembler.dossier.isDisputed = true }
        history.build(&assembler.dossier)
        var wanted = selection
        wanted.period = period
        guard wanted.destination(of: assembler.dossier, history, earliest: assembler.earliest) == .inBundle else {
            return nil
        }
        var line: [UInt8] = []
        TrailLine.encode(
            assembler.dossier, history, context: TrailLine.Context(row: 0, periodStart: period.from), into: &line)
        return line
    }
}

/// Puts the rows into corrections.
enum Corrections {
    /// The corrections, in order of their identifiers, with the rows of the lines in their bundles.
    static func withRows(
        _ corrections: [Correction]?, _ survey: Survey, parts: RecordParts
    ) async throws -> [Correction]? {
        guard let corrections, !corrections.isEmpty else { return corrections }
        // Rows before: those of now, without what came and with what went.
        var shift = 0
        return zip(corrections, try await rows(of: corrections, survey, parts: parts)).map { correction, row in
            let after = correction.after.map { withRow($0, row) }
            let before = correction.before.map { withRow($0, row + shift) }
            if correction.before == nil { shift -= 1 }
            if correction.after == nil { shift += 1 }
            return Correction(deploymentID: correction.deploymentID, before: before, after: after)
        }
    }

    /// How many deployments of the bundle stand before that of each correction.
    private static func rows(
        of corrections: [Correction], _ survey: Survey, parts: RecordParts
    ) async throws -> [Int] {
        var rows: [Int] = []
        var row = 0
        var first = 0
        var loader = PartLoader(parts)
        while let (_, records) = try await loader.load() {
            while row < survey.included.count, Int(survey.included[row]) < first + records.count {
                let identifier = records.identifier(Int(survey.included[row]) - first)
                while rows.count < corrections.count,
                    !identifier.lexicographicallyPrecedes(corrections[rows.count].deploymentID)
                {
                    rows.append(row)
                }
                row += 1
            }
            first += records.count
        }
        return rows + Array(repeating: row, count: corrections.count - rows.count)
    }

    /// A line that says another row.
    private static func withRow(_ line: [UInt8], _ row: Int) -> [UInt8] {
        guard var members = (try? JSONValue(parsing: line))?.object else { return line }
        members["row"] = .integer(Int64(row))
        return JSONValue.object(members).bytes
    }
}
