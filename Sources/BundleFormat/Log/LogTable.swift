package import AuditModel
package import MerkleTree
import StrictJSON

/// One line of `log.csv`: an entry of the log and where it went (docs/bundle-format.md, 7).
package struct LogRow: Sendable, Equatable {
    /// What an entry is, as far as a line shows it.
    package enum Entry: Sendable, Equatable {
        case record(LogRecord)
        /// A record that a filter left out: others' records are not shown, only their leaf is.
        case hidden(kind: LogRecord.Kind)
        /// An entry that is no record, as it stands in the log.
        case other([UInt8])
        /// An entry that is no record and may tell of deployments outside a filtered bundle: what it is, and its leaf.
        case withheld(WithheldKind)
    }

    /// The entries that are no records and that a filtered bundle may withhold.
    package enum WithheldKind: String, CaseIterable, Sendable {
        case decision, request, seal

        /// What stands in place of the entry.
        var body: [UInt8] { Array("{\"withheld\":\"\(rawValue)\"}".utf8) }
    }

    package var index: Int
    package var leaf: MerkleDigest
    package var entry: Entry
    /// Where a record went; nil for other entries.
    package var destination: Selection.Destination?
    /// The row of a record in this bundle.
    package var row: Int?

    package init(index: Int, leaf: MerkleDigest, entry: Entry, destination: Selection.Destination?, row: Int?) {
        self.index = index
        self.leaf = leaf
        self.entry = entry
        self.destination = destination
        self.row = row
    }

    package static let columns = [
        "index", "leaf", "kind", "place", "row", "received", "deploymentId", "time", "contentSha256", "sha256",
        "timestampAsReceived", "entry",
    ]

    /// Appends the line.
    package func write(into output: inout [UInt8]) {
        output.append(decimal: index)
        output.append(UInt8(ascii: ","))
        output.append(hexadecimal: leaf)
        output.append(UInt8(ascii: ","))
        if let kind { output += Array(kind.name.utf8) }
        output.append(UInt8(ascii: ","))
        if let destination { output += Array(destination.name.utf8) }
        output.append(UInt8(ascii: ","))
        if let row { output.append(decimal: row) }
        writeEntry(into: &output)
        output.append(0x0A)
    }

    private var kind: LogRecord.Kind? {
        switch entry {
        case .hidden(let kind): kind
        case .record(let record): record.kind
        case .other, .withheld: nil
        }
    }

    /// Appends the cells of what the entry is, each behind its comma.
    private func writeEntry(into output: inout [UInt8]) {
        switch entry {
        case .hidden: output.append(literal: ",,,,,,,")
        case .other(let body): writeOther(body, into: &output)
        case .withheld(let kind): writeOther(kind.body, into: &output)
        case .record(let record):
            output.append(UInt8(ascii: ","))
            record.received.append(to: &output)
            output.append(UInt8(ascii: ","))
            CSV.write(record.deploymentID.span, 0..<record.deploymentID.count, into: &output)
            output.append(UInt8(ascii: ","))
            record.time?.append(to: &output)
            output.append(UInt8(ascii: ","))
            output.append(hexadecimal: record.contentSHA256)
            output.append(UInt8(ascii: ","))
            output.append(hexadecimal: record.sha256)
            output.append(UInt8(ascii: ","))
            if let text = record.timestampAsReceived { CSV.write(text.span, 0..<text.count, into: &output) }
            output.append(UInt8(ascii: ","))
        }
    }

    private func writeOther(_ body: [UInt8], into output: inout [UInt8]) {
        output.append(literal: ",,,,,,,")
        CSV.write(body.span, 0..<body.count, into: &output)
    }

    /// Reads a line without its end; nil if writing it gives other bytes.
    package init?(line: [UInt8]) {
        guard let cells = CSV.parse(line + [0x0A]).first, cells.count == LogRow.columns.count,
            let index = LogRow.count(cells[0]), let leaf = MerkleDigest(hexadecimal: cells[1])
        else { return nil }
        let destination = Selection.Destination.allCases.first { $0.name == cells[3] }
        guard let entry = LogRow.entry(cells) else { return nil }
        self.init(index: index, leaf: leaf, entry: entry, destination: destination, row: LogRow.count(cells[4]))
        var written: [UInt8] = []
        write(into: &written)
        guard written.dropLast().elementsEqual(line) else { return nil }
    }

    /// The count that a cell says; nil if it says none.
    private static func count(_ cell: String) -> Int? {
        Int(cell).flatMap { (0...NumberLimits.maximumCount).contains($0) ? $0 : nil }
    }

    private static func entry(_ cells: [String]) -> Entry? {
        guard let kind = LogRecord.Kind(name: cells[2]) else {
            guard cells[2].isEmpty else { return nil }
            let body = Array(cells[11].utf8)
            return WithheldKind.allCases.first { $0.body == body }.map(Entry.withheld) ?? .other(body)
        }
        guard !cells[5].isEmpty else { return .hidden(kind: kind) }
        guard let received = try? Timestamp.parse(cells[5]).time,
            let content = MerkleDigest(hexadecimal: cells[8]), let sha256 = MerkleDigest(hexadecimal: cells[9])
        else { return nil }
        let time = cells[7].isEmpty ? nil : try? Timestamp.parse(cells[7]).time
        return .record(
            LogRecord(
                kind: kind, contentSHA256: content, deploymentID: Array(cells[6].utf8)[...], time: time,
                received: received, sha256: sha256,
                timestampAsReceived: cells[10].isEmpty ? nil : Array(cells[10].utf8)[...]))
    }
}

extension LogRecord {
    /// What a record in a bundle and its line in the log have in common, with the row that it stands in.
    package func mark(row: Int) -> MerkleDigest {
        var bytes: [UInt8] = []
        bytes.append(decimal: row)
        bytes.append(0)
        var bare = self
        bare.received = .unset
        bare.sha256 = MerkleHash.emptyRoot
        bare.write(into: &bytes)
        return MerkleHash.leaf(bytes)
    }

    /// A number by which a record is found by its deployment and content, in this process alone.
    package var contentHash: Int { LogRecord.contentHash(deploymentID, sha256: contentSHA256.hexadecimal) }

    /// The same of a record whose content has that SHA-256, in hexadecimal.
    package static func contentHash(_ deploymentID: ArraySlice<UInt8>, sha256: String) -> Int {
        var hasher = Hasher()
        hasher.combine(sha256)
        deploymentID.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }

    /// The deployment and the time: what a row and the record that stands for it have in common.
    package var event: [UInt8] { Array(deploymentID) + [0] + Array((time?.text ?? "").utf8) }
}
