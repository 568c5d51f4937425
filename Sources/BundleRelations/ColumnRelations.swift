import AuditModel
package import BundleFormat
import MerkleTree

/// The columns of CSV rows that stand in the trail, beside the entries of the log that bring them.
///
/// Several entries are merged into one line, and their contents stand nowhere else: of these only that they exist is compared, and that
/// each stands in the row of its deployment. A line that has one entry has its content.
package struct ColumnRelations: Sendable {
    /// A line of the trail that has columns of rows, and the hash of what its entry has to be if it is the only one.
    package struct Line: Sendable {
        package let row: Int
        package let hash: Int
        /// The first entry that the log has, and how many there are.
        fileprivate var entry = 0
        fileprivate var count = 0
        fileprivate var isEqual = false

        package init(row: Int, hash: Int) {
            self.row = row
            self.hash = hash
        }
    }

    /// In order of their rows.
    private var lines: [Line]
    /// Of each row the hash of its deployment's identifier.
    private let identifiers: [UInt64]

    package init(lines: [Line], identifiers: [UInt64]) {
        self.lines = lines
        self.identifiers = identifiers
    }

    /// Takes an entry that the log places in a row; `identifier` is the hash of its deployment's identifier.
    ///
    /// - Returns: everything that does not fit.
    package mutating func add(_ record: LogRecord, at index: Int, row: Int, identifier: UInt64) -> [String] {
        guard row < identifiers.count, identifiers[row] == identifier else {
            return ["is of another deployment than its row \(row)"]
        }
        guard let place = place(of: row) else { return [] }
        if lines[place].count == 0 { lines[place].entry = index }
        lines[place].count += 1
        lines[place].isEqual = lines[place].isEqual || record.mark(row: row).hashValue == lines[place].hash
        return []
    }

    private func place(of row: Int) -> Int? {
        var low = 0
        var high = lines.count
        while low < high {
            let middle = low + (high - low) / 2
            if lines[middle].row < row { low = middle + 1 } else { high = middle }
        }
        return low < lines.count && lines[low].row == row ? low : nil
    }

    /// What is missing at the end.
    package func missing() -> [String] {
        lines.compactMap { line in
            if line.count == 0 { return "row \(line.row) has columns of CSV rows, and the log places none there" }
            if line.count > 1 || line.isEqual { return nil }
            return "entry \(line.entry): row \(line.row) has other columns of CSV rows"
        }
    }
}

extension LogRecord {
    /// What a record of its kind cannot have, or has to have, whatever its content is.
    package var formProblem: String? {
        switch kind {
        case .transition: time == nil ? "is a transition without a time" : nil
        case .deployment: timestampAsReceived == nil ? nil : "is a deployment record with a timestampAsReceived"
        case .columns:
            time == nil && timestampAsReceived == nil ? nil : "is of columns of CSV rows, and has a time"
        }
    }
}
