import AuditModel
import RecordContent
import StrictJSON

/// A stretch of a source, in its order.
package enum SourceChunk: Sendable {
    /// Whole lines of JSON that begin at an offset of the source: to be read by ``RecordCollector/takeLines(_:offset:)``.
    case lines([UInt8], offset: Int)
    /// Records that were read already.
    case batch(RecordBatch)
}

/// Cuts one source into stretches and records, whatever its shape.
///
/// The shape is told by content: gzip by its first two bytes, CSV by its header, the rest is a sequence of JSON values,
/// on lines of their own or not. Arrays, envelopes and the JSON or CSV inside an envelope's string are cut into records
/// without ever holding more than ``IngestLimits/recordBytes`` of a record.
package final class SourceReader {
    /// Where reading stands; the last frame is the innermost.
    enum Frame {
        /// Between the JSON values of the source.
        case values
        /// Between the elements of an array; a history's have a parent.
        case elements(parent: [UInt8]?, isHistory: Bool)
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
    var frames: [Frame] = []
    private var hasBegun = false
    /// A line of JSON has been read, so each line is a value of its own.
    private var isLines = false
    var records = 0
    /// A comma was taken, so the array must not end.
    private var expectsElement = false

    /// Reads a source's unpacked bytes.
    package init(digestsRaw: Bool = false, refill: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        self.digestsRaw = digestsRaw
        collector = RecordCollector(digestsRaw: digestsRaw)
        window = ByteWindow(refill: refill)
    }

    /// Reads the text of a JSON string.
    init(text: EscapedText, digestsRaw: Bool) {
        self.digestsRaw = digestsRaw
        collector = RecordCollector(digestsRaw: digestsRaw)
        window = ByteWindow(blockBytes: 64 << 10, refill: text.read)
    }

    /// The next stretch; nil at the end of the source.
    package func next() throws -> SourceChunk? {
        if !hasBegun { try begin() }
        while !frames.isEmpty, records < SourceReader.batchRecords, collector.arenaBytes < SourceReader.batchBytes {
            if isLines, frames.count == 1, let lines = try takeLines() { return lines }
            try advance()
        }
        return takeBatch()
    }

    /// Makes one step, which takes at least one byte or leaves a frame; a step that does neither ends the source.
    ///
    /// Whatever the bytes are, reading ends: there are only so many of them, and a frame is entered by taking one.
    private func advance() throws {
        // The text of a string is read ahead by a reader of its own, which advances in the same way.
        if case .text(let text, let inner)? = frames.last { return try stepText(text, inner) }
        let offset = window.offset
        let depth = frames.count
        try step()
        if window.offset == offset, frames.count >= depth { try rejectRest("a place where no value begins") }
    }

    private func takeBatch() -> SourceChunk? {
        var batch = collector.takeBatch()
        batch.lineCount = window.takeLineCount()
        defer { records = 0 }
        return frames.isEmpty && batch.isEmpty && batch.lineCount == 0 && batch.claims.isEmpty ? nil : .batch(batch)
    }

    private func begin() throws {
        hasBegun = true
        while window.bytes.count < 3, try window.extend() {}
        if window.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { window.position = 3 }
        guard let first = try window.peekAfterWhitespace() else { return }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            frames = [.values]
        } else if let csv = try CSVReader(window) {
            collector.noteShape("csv")
            frames = [.csv(csv)]
        } else if let line = try window.lengthOfLine(limit: IngestLimits.recordBytes), nextLineIsObject(after: line) {
            frames = [.values]
        } else {
            try rejectRest("neither JSON nor CSV with the column DeploymentId")
        }
    }

    /// Takes the whole lines at hand, when there are any and no batch is begun.
    private func takeLines() throws -> SourceChunk? {
        guard records == 0 else { return takeBatch() }
        guard window.lineCount == 0 else { return takeBatch() }
        if window.position == window.bytes.count, try !window.extend() { return nil }
        let offset = window.offset
        let lines = try window.takeLines()
        guard !lines.isEmpty else { return nil }
        return .lines(lines, offset: offset)
    }

    private func step() throws {
        switch frames.last {
        case nil: break
        case .values: try stepValue()
        case .elements(let parent, let isHistory): try stepElement(parent, isHistory)
        case .members(let object): try stepMember(object)
        case .text: break
        case .csv(let csv): try stepRow(csv)
        }
    }

    var place: RecordPlace { RecordPlace(line: window.lineCount, offset: window.offset) }

    private func stepValue() throws {
        guard let first = try window.peekAfterWhitespace() else { return frames.removeAll() }
        if first == UInt8(ascii: "[") {
            window.position += 1
            frames.append(.elements(parent: nil, isHistory: false))
            return
        }
        let line = try window.lengthOfLine(limit: IngestLimits.recordBytes)
        if let length = line ?? (window.isAtEnd ? window.bytes.count - window.position : nil),
            length <= IngestLimits.recordBytes
        {
            let bytes = window.bytes
            if collector.takeDocument(bytes.span, window.next(length), place) {
                records += 1
                window.advance(by: length)
                isLines = line != nil
                if isLines { collector.noteShape("ndjson") }
                return
            }
        }
        if let line, nextLineIsObject(after: line) { return rejectLine(line) }
        try stepLongValue(line)
    }

    /// Whether the line behind one of so many bytes, empty ones left out, is a whole JSON object.
    ///
    /// Then lines are values, and the line at hand is a broken one.
    private func nextLineIsObject(after line: Int) -> Bool {
        let bytes = window.bytes
        let start = bytes.span.skippingWhitespace(from: window.position + line, to: bytes.count)
        guard start < bytes.count, bytes[start] == UInt8(ascii: "{") else { return false }
        let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
        var parser = JSONParser()
        return (try? parser.parseDocument(bytes.span, start..<end)) != nil
    }

    /// Takes a value that is more than its line.
    private func stepLongValue(_ line: Int?) throws {
        switch try window.extentOfValue(limit: IngestLimits.recordBytes) {
        case .complete(let value):
            if let line, value.count <= line { return rejectLine(line) }
            take(value)
        case .absent: try rejectRest("a character that begins no value")
        case .tooLong: try stepTooLong()
        case .truncated: try rejectRest("a text that ends too early")
        }
    }

    /// Takes a value over the limit: an envelope or a long history member by member, anything else as rejected.
    private func stepTooLong() throws {
        if window.bytes[window.position] == UInt8(ascii: "{"), window.holdsRecordsInside() {
            beginLargeObject()
        } else {
            try rejectTooLong()
        }
    }

    private func rejectTooLong() throws {
        let place = self.place
        let head = Array(window.bytes[window.position...].prefix(Rejection.maximumRawBytes))
        let (digest, count) = try window.skipValue()
        collector.reject(
            Rejection(
                problem: RecordProblem(.malformedRecord, "over 16 MiB"), place: place, sha256: digest, byteCount: count,
                raw: head, deploymentID: nil))
        records += 1
    }

    private func rejectLine(_ length: Int) {
        let bytes = window.bytes
        collector.rejectUnreadable(bytes.span, window.next(length), place)
        records += 1
        window.advance(by: length)
    }

    /// Takes or rejects the value at the window's position.
    func take(_ value: ByteWindow.ValueLength, isElement: Bool = false) {
        let range = window.next(value.count)
        let bytes = window.bytes
        if !collector.takeDocument(bytes.span, range, place, isElement: isElement) {
            collector.rejectUnreadable(bytes.span, range, place)
        }
        records += 1
        window.advance(by: value.count)
    }

    private func stepElement(_ parent: [UInt8]?, _ isHistory: Bool) throws {
        guard let first = try window.peekAfterWhitespace() else { return try rejectRest("an array without its end") }
        if first == UInt8(ascii: "]"), !expectsElement {
            window.position += 1
            frames.removeLast()
            return
        }
        if first == UInt8(ascii: ",") { return rejectComma() }
        expectsElement = false
        let depth = frames.count
        switch try window.extentOfValue(limit: IngestLimits.recordBytes) {
        case .complete(let value) where isHistory: takeHistoryEntry(value, parent)
        case .complete(let value): take(value, isElement: true)
        case .tooLong where isHistory: try rejectTooLong()
        case .tooLong: try stepTooLong()
        case .absent: return try rejectRest("an array that is broken: expected an element")
        case .truncated: return try rejectRest("an array that ends too early")
        }
        if frames.count == depth { try endElement() }
    }

    /// Rejects a comma that stands where an element is expected.
    private func rejectComma() {
        let bytes = window.bytes
        let problem = RecordProblem(.malformedRecord, "a comma where an element is expected")
        collector.reject(problem, bytes.span, window.position..<window.position + 1, place)
        records += 1
        window.position += 1
        expectsElement = true
    }

    /// Takes the comma behind an element, or leaves the array's end to be seen.
    func endElement() throws {
        guard case .elements? = frames.last else { return }
        switch try window.peekAfterWhitespace() {
        case UInt8(ascii: ","):
            window.position += 1
            expectsElement = true
        case UInt8(ascii: "]"): break
        default: try rejectRest("an array that is broken: expected a comma or its end")
        }
    }

    private func takeHistoryEntry(_ value: ByteWindow.ValueLength, _ parent: [UInt8]?) {
        let range = window.next(value.count)
        let bytes = window.bytes
        if !collector.takeHistoryEntry(bytes.span, range, parent, place) {
            collector.rejectUnreadable(bytes.span, range, place)
        }
        records += 1
        window.advance(by: value.count)
    }

    private func stepText(_ text: EscapedText, _ inner: SourceReader) throws {
        guard let chunk = try inner.next() else {
            frames.removeLast()
            if let failure = text.failure { try rejectRest("a string with \(failure.reason)") }
            return
        }
        var part: RecordBatch
        switch chunk {
        case .lines(let bytes, let offset):
            var collector = RecordCollector(digestsRaw: digestsRaw)
            collector.takeLines(bytes, offset: offset)
            part = collector.takeBatch()
        case .batch(let batch): part = batch
        }
        text.place(&part)
        text.forget(before: inner.window.offset)
        records += part.transitions.count + part.deployments.count
        collector.append(part, line: window.lineCount)
    }

    private func stepRow(_ csv: CSVReader) throws {
        let place = self.place
        switch try csv.nextRow(window) {
        case .end: frames.removeLast()
        case .row(let row):
            collector.takeRow(row, place)
            records += 1
        case .broken(let reason, let range):
            let bytes = window.bytes
            collector.reject(RecordProblem(.malformedRecord, reason), bytes.span, range, place)
            records += 1
            window.advance(to: range.upperBound)
        }
    }

    /// Rejects everything from here to the end of the source as one record.
    func rejectRest(_ reason: String) throws {
        let place = self.place
        let head = Array(window.bytes[window.position...].prefix(Rejection.maximumRawBytes))
        var digest = ContentDigest()
        var count = 0
        repeat {
            let rest = window.bytes[window.position...]
            rest.withUnsafeBytes { digest.update($0) }
            count += rest.count
            window.advance(to: window.bytes.count)
        } while try window.extend()
        collector.reject(
            Rejection(
                problem: RecordProblem(.malformedRecord, "\(reason); nothing after it was read"), place: place,
                sha256: digest.hexadecimal(), byteCount: count, raw: head, deploymentID: nil))
        records += 1
        frames.removeAll()
    }
}
