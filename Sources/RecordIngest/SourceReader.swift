import AuditModel
import CSVRows
import RecordContent
import SourceText
import StrictJSON

/// Cuts one source into stretches and records, whatever its shape.
///
/// The shape follows from the content: gzip by its first two bytes, CSV by its header, the rest is a sequence of JSON values,
/// on lines of their own or not. Arrays, envelopes and the JSON or CSV inside an envelope's string are cut into records
/// without ever holding more than ``IngestLimits/recordBytes`` of a record.
package final class SourceReader {
    /// How far reading has come; the last frame is the innermost.
    enum Frame {
        /// Between the JSON values of the source.
        case values
        /// Between the elements of an array, which may be a member of a large object.
        case elements(of: LargeObject?, isHistory: Bool)
        /// Between the members of an object that is too large to be held.
        case members(LargeObject)
        /// In the text of an envelope's string.
        case text(EscapedText, SourceReader)
        case csv(CSVReader)
    }

    /// Bytes of content in one batch, but for the last record's.
    static let batchBytes = 4 << 20
    /// Records in one batch; enough to hide the cost of handing it over.
    static let batchRecords = 4096

    let window: ByteWindow
    var collector: RecordCollector
    /// Whether the digest of the bytes of each record is kept.
    let digestsRaw: Bool
    /// Whether the source is the text of a string, whose end is known, and no file that may be cut.
    private let isString: Bool
    var frames: [Frame] = []
    private var hasBegun = false
    /// Whether it holds nothing but blanks and a byte order mark; known once the first stretch was asked for.
    package private(set) var isBlank = false
    /// A line of JSON has been read, so each line is a value of its own.
    var isLines = false
    /// Records of the batch, rejected ones included.
    var recordCount = 0
    /// A comma was read, so the array must not end.
    var expectsElement = false

    /// Reads a source's unpacked bytes.
    package init(digestsRaw: Bool = false, refill: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        self.digestsRaw = digestsRaw
        collector = RecordCollector(digestsRaw: digestsRaw)
        isString = false
        window = ByteWindow(refill: refill)
    }

    /// Reads the text of a JSON string.
    init(text: EscapedText, digestsRaw: Bool) {
        self.digestsRaw = digestsRaw
        collector = RecordCollector(digestsRaw: digestsRaw)
        isString = true
        window = ByteWindow(blockBytes: 64 << 10, refill: text.read)
    }

    /// Where the next byte stands, as the position of a record that begins there.
    var position: RecordPosition { RecordPosition(line: window.lineCount, offset: window.offset) }

    /// The next stretch; nil at the end of the source.
    package func next() throws -> SourceChunk? {
        if !hasBegun { try begin() }
        while !frames.isEmpty, recordCount < SourceReader.batchRecords,
            collector.arenaBytes < SourceReader.batchBytes
        {
            if isLines, frames.count == 1, let lines = try nextLines() { return lines }
            try advance()
        }
        return finishBatch()
    }

    private func finishBatch() -> SourceChunk? {
        var batch = collector.finishBatch()
        batch.lineCount = window.consumeLineCount()
        recordCount = 0
        return frames.isEmpty && batch.saysNothing ? nil : .batch(batch)
    }

    /// Consumes the whole lines at hand, when there are any and no batch is begun.
    private func nextLines() throws -> SourceChunk? {
        guard recordCount == 0, window.lineCount == 0 else { return finishBatch() }
        if window.position == window.bytes.count, try !window.extend() { return nil }
        let offset = window.offset
        let lines = try window.consumeLines()
        return lines.isEmpty ? nil : .lines(lines, offset: offset)
    }

    private static let cutHeader =
        "a CSV whose header has no line end, so the file may be cut in it, expected LF or CRLF behind the header"

    private func begin() throws {
        hasBegun = true
        while window.bytes.count < ForeignForm.headBytes, try window.extend() {}
        if let reason = ForeignForm.reason(window.bytes) { return try rejectRest(reason, isWhole: true) }
        if window.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { window.position = 3 }
        guard let first = try window.peekAfterWhitespace() else {
            isBlank = true
            return
        }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            frames = [.values]
        } else if let csv = try CSVReader(window, endsWhole: isString) {
            if csv.isCutInHeader { return try rejectRest(SourceReader.cutHeader, isWhole: true) }
            window.advance(to: csv.start)
            collector.noteShape("csv")
            if let dialect = csv.dialect { collector.noteDialect(dialect, at: RecordPosition(line: 0, offset: 0)) }
            frames = [.csv(csv)]
        } else if let line = try window.lengthOfLine(limit: IngestLimits.recordBytes), nextLineIsObject(after: line) {
            frames = [.values]
        } else {
            let problem = try CSVHeader.problem(window)
            try rejectRest(problem.reason, isWhole: problem.isHeader)
        }
    }

    /// Makes one step, which consumes at least one byte or leaves a frame; a step that does neither ends the source.
    ///
    /// Whatever the bytes are, reading ends: there are only so many of them, and a frame is entered by consuming one.
    private func advance() throws {
        // The text of a string is read ahead by a reader of its own, which advances in the same way.
        if case .text(let text, let inner)? = frames.last { return try stepText(text, inner) }
        let offset = window.offset
        let depth = frames.count
        try step()
        if window.offset == offset, frames.count >= depth { try rejectRest("a place where no value begins") }
    }

    private func step() throws {
        switch frames.last {
        case nil: break
        case .values: try stepValue()
        case .elements(let object, let isHistory): try stepElement(of: object, isHistory: isHistory)
        case .members(let object): try stepMember(object)
        case .text: break
        case .csv(let csv): try stepRow(csv)
        }
    }

    private func stepText(_ text: EscapedText, _ inner: SourceReader) throws {
        guard let chunk = try inner.next() else {
            frames.removeLast()
            if let failure = text.failure { try rejectRest("a string with \(failure.reason)") }
            return
        }
        var part = chunk.records(digestsRaw: digestsRaw)
        text.locateInSource(&part)
        text.forget(before: inner.window.offset)
        recordCount += part.transitions.count + part.deployments.count
        collector.append(part, line: window.lineCount)
    }

    private func stepRow(_ csv: CSVReader) throws {
        let position = self.position
        switch try csv.nextRow(window) {
        case .end: frames.removeLast()
        case .row(let row, let dialect):
            if let dialect { collector.noteDialect(dialect, at: position) }
            collector.collectRow(row, at: position)
            recordCount += 1
        case .header:
            collector.noteDialect("the header again, after which rows go by it", at: position)
            recordCount += 1
        case .broken(let reason, let range):
            let bytes = window.bytes
            collector.reject(
                bytes.span, range, at: position, for: RecordProblem(.malformedRecord, reason))
            recordCount += 1
            window.advance(to: range.upperBound)
        }
    }
}
