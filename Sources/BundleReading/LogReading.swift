package import BundleFormat

/// The decisions that the log of a sealed bundle shows, by deployment.
package enum LogDecisions {
    package static func read(_ bundle: UnverifiedBundle) -> [[UInt8]: [LogEntry.Decision]] {
        var decided: [[UInt8]: [LogEntry.Decision]] = [:]
        guard let cursor = EntryCursor(parsing: BundlePath.log, of: bundle), cursor.consume(CSV.row(LogRow.columns))
        else {
            return decided
        }
        while let line = cursor.nextLine() {
            guard case .other(let body)? = LogRow(line: line)?.entry,
                case .decision(let decision)? = LogEntry(body)?.kind
            else { continue }
            decided[Array(decision.deploymentID.utf8), default: []].append(decision)
        }
        return decided
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
