package import BundleFormat

/// The ends of runs and the decisions that the log of a sealed bundle shows.
package enum LogStatements {
    /// Those in form, in order, with the numbers of their entries.
    package static func read(_ bundle: UnverifiedBundle) -> [(index: Int, entry: LogEntry)] {
        var entries: [(index: Int, entry: LogEntry)] = []
        guard let cursor = EntryCursor(parsing: BundlePath.log, of: bundle), cursor.consume(CSV.row(LogRow.columns))
        else { return entries }
        while let line = cursor.nextLine() {
            guard isOther(line), let row = LogRow(line: line), case .other(let body) = row.entry,
                let entry = LogEntry(body)
            else { continue }
            switch entry.kind {
            case .run, .decision: entries.append((row.index, entry))
            case .key, .request, .seal, .recovery: break
            }
        }
        return entries
    }

    /// Whether a line is of an entry that is no record, without parsing it: its third cell is empty.
    private static func isOther(_ line: [UInt8]) -> Bool {
        guard let first = line.firstIndex(of: UInt8(ascii: ",")),
            let second = line[(first + 1)...].firstIndex(of: UInt8(ascii: ","))
        else { return false }
        return second + 1 < line.count && line[second + 1] == UInt8(ascii: ",")
    }
}

/// The records of a sealed bundle that came before its sources: with those of an earlier position, or as what a decision accepted.
package enum EarlierRecords {
    /// Hands over ``LogRecord/contentHash`` of each; false if the log cannot be read.
    package static func forEach(_ bundle: UnverifiedBundle, logStart: Int, _ body: (Int) -> Void) -> Bool {
        guard let cursor = EntryCursor(parsing: BundlePath.log, of: bundle), cursor.consume(CSV.row(LogRow.columns))
        else { return false }
        var isBehindDecision = false
        while let line = cursor.nextLine() {
            guard let row = LogRow(line: line) else { return false }
            var isDecision = false
            switch row.entry {
            case .record(let record):
                let isEarlier = row.index < logStart || isBehindDecision && logStart > 0
                if isEarlier, row.row != nil, record.kind != .columns { body(record.contentHash) }
            case .other(let entry):
                if case .decision(let decision)? = LogEntry(entry)?.kind { isDecision = !decision.replaces.isEmpty }
            case .withheld(let kind): isDecision = kind == .decision
            case .hidden: break
            }
            isBehindDecision = isDecision
        }
        return cursor.isFinished()
    }
}
