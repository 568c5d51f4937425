import AuditModel
import RecordContent
import SourceText
import StrictJSON

/// Collects parsed values in a batch: records are accepted or rejected, envelopes are opened.
package struct RecordCollector: Sendable {
    package internal(set) var batch = RecordBatch()
    var parser = RecordCollector.recordParser()
    var reader = RecordReader()
    /// Whether the digest of the bytes of each record is kept.
    let digestsRaw: Bool
    /// Why the text that was parsed last is not JSON.
    private var failure: JSONError?
    /// The deployment columns of the CSV row before, which mostly repeat.
    var lastRowMembers: [UInt8] = []
    /// The entries of the history of the deployment at hand were read apart from it.
    var isHistoryApart = false
    /// The job that the deployment whose history is at hand names; its entries may name it too.
    var ownerJobID: [UInt8]?

    package init(digestsRaw: Bool = false) {
        self.digestsRaw = digestsRaw
        reader.hasOneNumberForm = true
    }

    /// Returns the batch so far; the next one begins empty.
    package mutating func finishBatch() -> RecordBatch {
        defer { batch = RecordBatch() }
        return batch
    }

    /// Bytes of content in the batch so far, and of rejected records.
    var arenaBytes: Int { batch.arena.bytes.count + batch.rejections.memorySize }

    mutating func noteShape(_ shape: String) { batch.shapes.insert(shape) }

    /// Appends another batch, whose records stand on the given line of this one.
    mutating func append(_ other: RecordBatch, line: Int) { batch.append(other, line: line) }

    /// Collects lines of JSON, one value a line, as a stretch of NDJSON.
    ///
    /// The stretch begins at `offset` in the source.
    package mutating func collectLines(_ bytes: [UInt8], offset: Int) {
        // Canonical contents are about as long as their lines; growing by doubling would hold half the memory idle.
        batch.arena.bytes.reserveCapacity(bytes.count + bytes.count / 16)
        let span = bytes.span
        var start = 0
        while start < span.count {
            let end = span.indexOfLineEnd(from: start)
            let position = RecordPosition(line: batch.lineCount, offset: offset + start)
            collectLine(span, start..<end, at: position)
            start = end + 1
            batch.lineCount += 1
        }
        batch.shapes.insert("ndjson")
    }

    private mutating func collectLine(_ bytes: Span<UInt8>, _ line: Range<Int>, at position: RecordPosition) {
        let first = bytes.skippingWhitespace(from: line.lowerBound, to: line.upperBound)
        guard first < line.upperBound else { return }
        guard line.count <= IngestLimits.recordBytes else {
            return reject(
                bytes, line, at: position, for: RecordProblem(.malformedRecord, "a record over 16 MiB, the limit"))
        }
        if !collectDocument(bytes, line, at: position) { rejectUnreadable(bytes, line, at: position) }
    }

    /// Parses one JSON text and collects what is in it; false, and nothing collected, if it is not JSON.
    mutating func collectDocument(
        _ bytes: Span<UInt8>, _ range: Range<Int>, at position: RecordPosition, isElement: Bool = false
    ) -> Bool {
        guard parse(bytes, range) else { return false }
        if parser.tape.tokens[0].kind == .array, !isElement {
            let tape = parser.tape
            tape.forEachElement(of: 0) {
                collectValue($0, in: bytes, at: position.moved(to: tape.tokens[$0], in: range))
            }
        } else {
            collectValue(0, in: bytes, at: position.moved(to: parser.tape.tokens[0], in: range))
        }
        return true
    }

    /// A parser of records: what it accepts fits into a bundle, where it stands some levels deep.
    static func recordParser() -> JSONParser {
        var parser = JSONParser()
        parser.depthLimit = JSONParser.maximumRecordDepth
        return parser
    }

    /// Parses one JSON text; false if it is not JSON.
    mutating func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        do throws(JSONError) {
            try parser.parseDocument(bytes, range)
            return true
        } catch {
            failure = error
            return false
        }
    }

    /// Collects the records of a parsed value.
    mutating func collectValue(_ value: Int, in bytes: Span<UInt8>, at position: RecordPosition) {
        let tape = parser.tape
        guard tape.tokens[value].kind == .object else {
            let found = FoundValue.text(tape.tokens[value], bytes)
            let problem = RecordProblem(.malformedRecord, "\(found), expected an object")
            return reject(bytes, tape.tokens[value].range, at: position, for: problem)
        }
        let layout = reader.layout(value, tape, in: bytes)
        let shape = ObjectShape(
            value, layout, keys: reader.keys, tape: tape, in: bytes, isHistoryApart: isHistoryApart)
        if shape.kind != .envelope, layout.success != nil || layout.saysExtent && layout.statusHistory != nil {
            noteEnvelope(value, in: bytes, at: position)
        }
        switch shape.kind {
        case .envelope: collectEnvelope(value, in: bytes, at: position)
        case .job: collectJob(value, in: bytes, shape: shape, at: position, layout: layout)
        case .trailLine: collectTrailLine(value, in: bytes, shape: shape, at: position)
        case .transition: collectTransition(value, in: bytes, parent: nil, at: position, layout: layout)
        case .deployment: collectDeployment(value, in: bytes, shape: shape, at: position, layout: layout)
        case .unknown:
            if collectMetrics(value, tape, in: bytes, at: position) { return }
            reject(bytes, tape.tokens[value].range, at: position, for: missingFromUnknown(in: bytes))
        }
    }

    /// Keeps what a record says of the response that it is.
    private mutating func noteEnvelope(_ object: Int, in bytes: Span<UInt8>, at position: RecordPosition) {
        var envelope = EnvelopeClaims(object, parser.tape, in: bytes, at: position)
        envelope.takeAsRecord()
        if envelope.isRemarkable { batch.envelopes.append(envelope) }
    }
}

/// Records that are not accepted.
extension RecordCollector {
    mutating func rejectUnreadable(_ bytes: Span<UInt8>, _ range: Range<Int>, at position: RecordPosition) {
        let reason = failure.map { describe($0, in: bytes, range) } ?? "not JSON"
        reject(bytes, range, at: position, for: RecordProblem(.malformedRecord, reason))
    }

    /// What is wrong with a text, where, and which character stands there if that is what is wrong.
    private func describe(_ failure: JSONError, in bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        let place = "\(failure.reason) at byte \(failure.offset - range.lowerBound)"
        if failure.code == .repeatedName {
            return place + FoundByte.string(bytes, failure.offset, below: range.upperBound)
                + ", expected each name once"
        }
        guard [.unexpectedByte, .invalidNumber, .trailingBytes].contains(failure.code) else { return place }
        return place + FoundByte.text(bytes, failure.offset, below: range.upperBound)
    }

    /// Keeps what an auditor needs to see a record that is not accepted.
    mutating func reject(
        _ bytes: Span<UInt8>, _ range: Range<Int>, at position: RecordPosition, for problem: RecordProblem,
        deploymentID: String? = nil
    ) {
        batch.rejections.append(
            problem, position, of: bytes, in: range, deploymentID: deploymentID ?? readableID(bytes, range))
    }

    mutating func reject(_ rejection: Rejection) { batch.rejections.append(rejection) }

    /// The deployment's identifier, if the text is still the one that was parsed last and has one.
    private func readableID(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String? {
        guard failure == nil || failure?.offset ?? 0 < range.lowerBound else { return nil }
        guard let object = parser.tape.tokens.firstIndex(where: { $0.range == range && $0.kind == .object }),
            let id = parser.tape.member("deploymentId", of: object, in: bytes),
            parser.tape.tokens[id].kind == .string
        else { return nil }
        var text: [UInt8] = []
        JSONString.unescape(bytes, parser.tape.tokens[id].inner, into: &text)
        guard Identifier.isValid(text.span, 0..<text.count) else { return nil }
        return String(decoding: text, as: UTF8.self)
    }
}
