import AuditModel
import RecordContent
import SourceText
import StrictJSON

/// JSON values, on lines of their own or not.
extension SourceReader {
    func stepValue() throws {
        guard let first = try window.peekAfterWhitespace() else { return frames.removeAll() }
        if first == UInt8(ascii: "[") {
            window.position += 1
            frames.append(.elements(of: nil, isHistory: false))
            return
        }
        let line = try window.lengthOfLine(limit: IngestLimits.recordBytes)
        if let length = line ?? (window.isAtEnd ? window.bytes.count - window.position : nil),
            length <= IngestLimits.recordBytes
        {
            let bytes = window.bytes
            if collector.collectDocument(bytes.span, window.next(length), at: position) {
                recordCount += 1
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
    func nextLineIsObject(after line: Int) -> Bool {
        let bytes = window.bytes
        let start = bytes.span.skippingWhitespace(from: window.position + line, to: bytes.count)
        guard start < bytes.count, bytes[start] == UInt8(ascii: "{") else { return false }
        let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
        var parser = RecordCollector.recordParser()
        return (try? parser.parseDocument(bytes.span, start..<end)) != nil
    }

    /// Reads a value that is more than its line.
    private func stepLongValue(_ line: Int?) throws {
        switch try window.extentOfValue(limit: IngestLimits.recordBytes) {
        case .complete(let value):
            if let line, value.count <= line { return rejectLine(line) }
            collect(value)
        case .absent: try rejectRest("a character that begins no value\(found)")
        case .tooLong: try stepTooLong()
        case .truncated: try rejectRest("a text that ends too early: the value that begins here has no end")
        }
    }

    /// Collects or rejects the value at the window's position.
    func collect(_ value: ByteWindow.ValueLength, isElement: Bool = false) {
        let range = window.next(value.count)
        let bytes = window.bytes
        if !collector.collectDocument(bytes.span, range, at: position, isElement: isElement) {
            collector.rejectUnreadable(bytes.span, range, at: position)
        }
        recordCount += 1
        window.advance(by: value.count)
    }

    /// Opens a value over the limit, if it is an envelope or a long history; rejects anything else.
    func stepTooLong() throws {
        if window.bytes[window.position] == UInt8(ascii: "{"), window.holdsRecordsInside() {
            beginLargeObject()
        } else {
            try rejectTooLong()
        }
    }

    func rejectTooLong() throws {
        let position = self.position
        let head = Array(window.bytes[window.position...].prefix(Rejection.maximumRawBytes))
        let value = try window.skipValue()
        collector.reject(
            Rejection(
                problem: RecordProblem(.malformedRecord, "a record over 16 MiB, the limit"), position: position,
                sha256: value.sha256,
                byteCount: value.count, raw: head, deploymentID: nil))
        recordCount += 1
    }

    private func rejectLine(_ length: Int) {
        let bytes = window.bytes
        collector.rejectUnreadable(bytes.span, window.next(length), at: position)
        recordCount += 1
        window.advance(by: length)
    }

    /// Rejects everything from here to the end of the source as one record; `isWhole` says that nothing came before it.
    func rejectRest(_ reason: String, isWhole: Bool = false) throws {
        let position = self.position
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
                problem: RecordProblem(.malformedRecord, isWhole ? reason : reason + "; nothing after it was read"),
                position: position,
                sha256: digest.hexadecimal(), byteCount: count, raw: head, deploymentID: nil))
        recordCount += 1
        frames.removeAll()
    }
}
