import AuditModel
import BundleFormat
import RecordContent
import RecordStore

/// Compares what a bundle of a period says of a deployment at two sizes of the log.
struct LineComparison {
    let reader: LedgerReader
    let before: Int
    let after: Int
    let selection: Selection
    private var disputed: (before: Set<[UInt8]>, after: Set<[UInt8]>)?

    init(reader: LedgerReader, before: Int, after: Int, selection: Selection) {
        self.reader = reader
        self.before = before
        self.after = after
        self.selection = selection
    }

    /// The change of a deployment's line, rows left at 0; nil if there is none.
    mutating func compare(_ deployment: Int, _ period: Period) throws -> Correction? {
        guard let id = try reader.identifier(of: deployment) else { return nil }
        if disputed == nil {
            disputed = (try reader.disputed(size: before), try reader.disputed(size: after))
        }
        let old = try line(deployment, period, before, isDisputed: disputed?.before.contains(id) ?? false)
        let new = try line(deployment, period, after, isDisputed: disputed?.after.contains(id) ?? false)
        return old == new ? nil : Correction(deploymentID: id, before: old, after: new)
    }

    /// The line of a deployment; nil if it is not in the bundle.
    private func line(_ deployment: Int, _ period: Period, _ size: Int, isDisputed: Bool) throws -> [UInt8]? {
        var records: [LedgerReader.StoredRecord] = []
        try reader.records(of: deployment, size: size) { records.append($0) }
        guard !records.isEmpty else { return nil }
        var held = HeldRecords(batch: 0)
        let own = try held.load(records)
        let batch = held.take()
        var assembler = DossierAssembler(
            records: RecordSet(held: batch, groups: RecordGroups.of([own], batch, 0)), period: period)
        var (tally, history) = (Tally(sources: 1), History())
        assembler.assemble(0, &tally)
        if isDisputed { assembler.dossier.isDisputed = true }
        history.build(&assembler.dossier)
        var wanted = selection
        wanted.period = period
        guard wanted.place(assembler.dossier, history, earliest: assembler.earliest) == .inBundle else { return nil }
        return Corrections.line(assembler.dossier, history, row: 0, period)
    }
}

/// Puts the rows into corrections.
enum Corrections {
    static func line(_ dossier: Dossier, _ history: History, row: Int, _ period: Period) -> [UInt8] {
        var line: [UInt8] = []
        TrailLine.encode(dossier, history, TrailLine.Context(row: row, periodStart: period.from), into: &line)
        return line
    }

    /// The corrections, in order of their identifiers, with the rows of the lines in their bundles.
    static func placed(_ corrections: [Correction], _ survey: Survey, _ records: RecordSet) -> [Correction] {
        var identifiers: [[UInt8]] = []
        for deployment in survey.included {
            let place = records.identifiers[Int(deployment)]
            identifiers.append(Array(records.arenas[Int(place.batch)][place.range]))
        }
        // Rows before: those of now, without what came and with what went.
        var (row, shift) = (0, 0)
        return corrections.map { correction in
            while row < identifiers.count, identifiers[row].lexicographicallyPrecedes(correction.deploymentID) {
                row += 1
            }
            var placed = correction
            placed.after = correction.after.map { withRow($0, row) }
            placed.before = correction.before.map { withRow($0, row + shift) }
            if correction.before == nil { shift -= 1 }
            if correction.after == nil { shift += 1 }
            return placed
        }
    }

    /// A line that says another row; the member stands behind `derived`, which holds no text of a record.
    private static func withRow(_ line: [UInt8], _ row: Int) -> [UInt8] {
        let mark = Array("},\"row\":0".utf8)
        let derived = Array(",\"derived\":{".utf8)
        guard let start = firstRange(of: derived, in: line, from: 0),
            let place = firstRange(of: mark, in: line, from: start)
        else { return line }
        return Array(line[..<(place + mark.count - 1)]) + Array(String(row).utf8) + Array(line[(place + mark.count)...])
    }

    private static func firstRange(of text: [UInt8], in line: [UInt8], from start: Int) -> Int? {
        guard line.count >= text.count else { return nil }
        return (start...(line.count - text.count)).first {
            line[$0] == text[0] && line[$0..<$0 + text.count].elementsEqual(text)
        }
    }
}
