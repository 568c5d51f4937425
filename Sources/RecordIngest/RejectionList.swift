package import AuditModel
import RecordContent
import SourceText
import StrictJSON

/// Rejected records in the order in which they were met, in little more memory than their bytes take.
///
/// A source may hold nothing else: of a million elements `{}` each takes some 10 bytes.
package struct RejectionList: Sendable {
    /// What is known of a record without its bytes.
    private struct Head {
        var position = RecordPosition(line: 0, offset: 0)
        var byteCount = 0
        /// Which of its bytes are kept, in the list's bytes.
        var raw = 0..<0
        var cause = 0

        /// Whether all its bytes are kept, from which its digest can be computed, which stands behind them otherwise.
        var isWhole: Bool { raw.count == byteCount }
    }

    /// Why a record was rejected, and whose it is; slices point into the list's bytes.
    private struct Cause: Hashable {
        var code: FindingCode
        var reason: ByteSlice
        var id: ByteSlice
    }

    /// Where one of every few heads stands, and what it counts from.
    private struct Mark {
        var start: Int
        var previous: Head
    }

    /// What heads differ in from the one before, number by number (``VariableInteger``).
    private var heads: [UInt8] = []
    private var marks: [Mark] = []
    private static let markStride = 16
    private var lastHead = Head()
    package private(set) var count = 0
    private var bytes: [UInt8] = []
    private var causes: [Cause] = []
    /// The numbers of some causes, and where some reasons stand: most records of a source are rejected for a few.
    private var numbers: [Cause: Int] = [:]
    private var reasons: [String: ByteSlice] = [:]
    private static let sharedReasons = 64
    /// How many records there are by code.
    package private(set) var codeCounts: [FindingCode: Int] = [:]

    package init() {}

    /// Bytes of memory that it takes at most.
    ///
    /// Stretches of a source end by it, and entries of a ledger follow each other by stretches: the number stays what it was.
    package var memorySize: Int { bytes.count + count * 56 }

    package mutating func append(_ rejection: Rejection) {
        let raw = keep(rejection.raw)
        let isWhole = rejection.raw.count == rejection.byteCount
        if !isWhole { bytes += Array(rejection.sha256.utf8) }
        add(
            rejection.problem, rejection.position, raw: raw, byteCount: rejection.byteCount,
            deploymentID: rejection.deploymentID)
    }

    /// Keeps bytes as they came.
    mutating func append(
        _ problem: RecordProblem, _ position: RecordPosition, of source: Span<UInt8>, in range: Range<Int>,
        deploymentID: String?
    ) {
        guard range.count <= Rejection.maximumRawBytes else {
            return append(
                Rejection(
                    problem: problem, position: position, of: source, in: range, deploymentID: deploymentID))
        }
        let start = bytes.count
        bytes.append(source, range)
        add(
            problem, position, raw: ByteSlice(start, to: bytes.count), byteCount: range.count,
            deploymentID: deploymentID)
    }

    private mutating func add(
        _ problem: RecordProblem, _ position: RecordPosition, raw: ByteSlice, byteCount: Int, deploymentID: String?
    ) {
        let id = keepID(deploymentID)
        var reason = reasons[problem.reason]
        if reason == nil {
            reason = keep(Array(problem.reason.utf8))
            if reasons.count < RejectionList.sharedReasons { reasons[problem.reason] = reason }
        }
        let cause = number(of: Cause(code: problem.code, reason: reason ?? .none, id: id))
        codeCounts[problem.code, default: 0] += 1
        append(Head(position: position, byteCount: byteCount, raw: raw.range, cause: cause))
    }

    private mutating func number(of cause: Cause) -> Int {
        if let known = numbers[cause] { return known }
        causes.append(cause)
        if numbers.count < RejectionList.sharedReasons { numbers[cause] = causes.count - 1 }
        return causes.count - 1
    }

    /// Records that follow each other often are of one deployment.
    private mutating func keepID(_ id: String?) -> ByteSlice {
        guard let id else { return .none }
        if count > 0 {
            let last = causes[lastHead.cause].id
            if bytes[last.range].elementsEqual(id.utf8) { return last }
        }
        return keep(Array(id.utf8))
    }

    private mutating func keep(_ text: [UInt8]) -> ByteSlice {
        let start = bytes.count
        bytes += text
        return ByteSlice(start, to: bytes.count)
    }

    /// Appends another list, whose records stand on the given line of this one's batch.
    mutating func append(_ other: RejectionList, line: Int) {
        for var rejection in other {
            rejection.position.line += line
            append(rejection)
        }
    }

    mutating func popLast() -> Rejection? {
        guard let rejection = last else { return nil }
        let cause = causes[lastHead.cause]
        codeCounts[cause.code, default: 1] -= 1
        let start = lastHead.raw.lowerBound
        removeLastHead()
        let idEnd = count > 0 ? causes[lastHead.cause].id.range.upperBound : 0
        // Where its reason stands behind its bytes, later records may need that.
        guard cause.reason.start < start, idEnd <= start else { return rejection }
        bytes.removeLast(bytes.count - start)
        while let last = causes.last, last.id.range.upperBound > start || last.reason.range.upperBound > start {
            numbers[last] = nil
            causes.removeLast()
        }
        return rejection
    }

    mutating func mapPositions(_ transform: (RecordPosition) -> RecordPosition) {
        let all = indices.map { head($0).head }
        heads = []
        marks = []
        count = 0
        lastHead = Head()
        for var head in all {
            head.position = transform(head.position)
            append(head)
        }
    }

    /// Where a record begins.
    package func position(_ index: Int) -> RecordPosition { head(index).head.position }

    /// Why a record was rejected, in one word.
    package func code(_ index: Int) -> FindingCode { causes[head(index).head.cause].code }
}

extension RejectionList {
    private mutating func append(_ head: Head) {
        if count % RejectionList.markStride == 0 { marks.append(Mark(start: heads.count, previous: lastHead)) }
        VariableInteger.append(head.position.line - lastHead.position.line, to: &heads)
        VariableInteger.append(head.position.offset - lastHead.position.offset, to: &heads)
        VariableInteger.append(head.byteCount, to: &heads)
        VariableInteger.append(head.raw.lowerBound - lastHead.raw.upperBound, to: &heads)
        VariableInteger.append(head.byteCount - head.raw.count, to: &heads)
        VariableInteger.append(head.cause - lastHead.cause, to: &heads)
        lastHead = head
        count += 1
    }

    /// A head, and where it begins.
    private func head(_ index: Int) -> (head: Head, start: Int) {
        let mark = marks[index / RejectionList.markStride]
        var head = mark.previous
        var start = mark.start
        var next = mark.start
        for _ in 0...index % RejectionList.markStride {
            start = next
            head.position.line += VariableInteger.read(heads, &next)
            head.position.offset += VariableInteger.read(heads, &next)
            head.byteCount = VariableInteger.read(heads, &next)
            let first = head.raw.upperBound + VariableInteger.read(heads, &next)
            head.raw = first..<first + head.byteCount - VariableInteger.read(heads, &next)
            head.cause += VariableInteger.read(heads, &next)
        }
        return (head, start)
    }

    private mutating func removeLastHead() {
        heads.removeLast(heads.count - head(count - 1).start)
        count -= 1
        if count % RejectionList.markStride == 0 { marks.removeLast() }
        lastHead = count > 0 ? head(count - 1).head : Head()
    }
}

extension RejectionList: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { count }

    package subscript(index: Int) -> Rejection {
        let head = head(index).head
        let cause = causes[head.cause]
        let sha256: String
        if head.isWhole {
            sha256 = ContentDigest.hexadecimal(ContentDigest.sha256(bytes.span, head.raw))
        } else {
            let end = head.raw.upperBound
            sha256 = String(decoding: bytes[end..<end + 64], as: UTF8.self)
        }
        return Rejection(
            problem: RecordProblem(cause.code, bytes.text(cause.reason)), position: head.position, sha256: sha256,
            byteCount: head.byteCount, raw: Array(bytes[head.raw]),
            deploymentID: cause.id.isEmpty ? nil : bytes.text(cause.id))
    }
}
