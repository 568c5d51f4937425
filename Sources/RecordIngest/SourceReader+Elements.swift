import AuditModel
import RecordContent
import SourceText
import StrictJSON

/// Elements of arrays: records, and entries of a history that is too long to be held.
extension SourceReader {
    func stepElement(of object: LargeObject?, isHistory: Bool) throws {
        guard let first = try window.peekAfterWhitespace() else { return try rejectRest("an array without its end") }
        if first == UInt8(ascii: "]"), !expectsElement {
            window.position += 1
            frames.removeLast()
            return
        }
        if first == UInt8(ascii: ",") { return rejectComma() }
        expectsElement = false
        let depth = frames.count
        object?.elementCount += isHistory ? 0 : 1
        switch try window.extentOfValue(limit: IngestLimits.recordBytes) {
        case .complete(let value) where isHistory: collectHistoryEntry(value, of: object)
        case .complete(let value): collect(value, isElement: true)
        case .tooLong where isHistory: try rejectTooLong()
        case .tooLong: try stepTooLong()
        case .absent: return try rejectRest("an array that is broken: expected an element\(found)")
        case .truncated: return try rejectRest("an array that ends too early")
        }
        if frames.count == depth { try endElement() }
    }

    /// The byte that stands where something else was expected.
    var found: String {
        let bytes = window.bytes
        return FoundByte.text(bytes.span, window.position, below: bytes.count)
    }

    /// Rejects a comma that stands where an element is expected.
    private func rejectComma() {
        let bytes = window.bytes
        let problem = RecordProblem(.malformedRecord, "a comma where an element is expected")
        collector.reject(bytes.span, window.position..<window.position + 1, at: position, for: problem)
        recordCount += 1
        window.position += 1
        expectsElement = true
    }

    /// Consumes the comma behind an element, or leaves the array's end to be seen.
    func endElement() throws {
        guard case .elements? = frames.last else { return }
        switch try window.peekAfterWhitespace() {
        case UInt8(ascii: ","):
            window.position += 1
            expectsElement = true
        case UInt8(ascii: "]"): break
        default: try rejectRest("an array that is broken: expected a comma or its end\(found)")
        }
    }

    private func collectHistoryEntry(_ value: ByteWindow.ValueLength, of object: LargeObject?) {
        let range = window.next(value.count)
        let bytes = window.bytes
        collector.ownerJobID = object?.jobID
        // Entries that stand before the identifier of their deployment have to agree with each other, and with that later.
        let parent = object?.owner ?? object?.entryOwner
        let before = collector.batch.transitions.count
        if !collector.collectHistoryEntry(bytes.span, range, parent: parent, at: position) {
            collector.rejectUnreadable(bytes.span, range, at: position)
        }
        if parent == nil, collector.batch.transitions.count > before {
            object?.entryOwner = collector.lastTransitionOwner
        }
        collector.ownerJobID = nil
        recordCount += 1
        window.advance(by: value.count)
    }
}
