package import AuditModel
import RecordContent
import StrictJSON

/// Rejected records in the order in which they were met, in little more memory than their bytes take.
///
/// A source may hold nothing else: of a million elements `{}` each takes some 50 bytes.
package struct RejectionList: Sendable {
    /// One record; slices point into the list's bytes.
    private struct Entry: Sendable, BitwiseCopyable {
        var position: RecordPosition
        var byteCount: Int
        var raw: ByteSlice
        var id: ByteSlice
        var reason: ByteSlice
        /// Behind the bytes that are kept: nil, as mostly, if these are all, of which it can be computed.
        var hasDigest: Bool
        var code: UInt8
    }

    private var entries: [Entry] = []
    private var bytes: [UInt8] = []
    private var codes: [FindingCode] = []
    /// Where some reasons stand: most records of a source are rejected for a few.
    private var reasons: [String: ByteSlice] = [:]
    private static let sharedReasons = 64

    package init() {}

    /// Bytes of memory that it takes.
    package var memorySize: Int { bytes.count + entries.count * MemoryLayout<Entry>.stride }

    package mutating func append(_ rejection: Rejection) {
        let raw = keep(rejection.raw)
        let isWhole = rejection.raw.count == rejection.byteCount
        if !isWhole { bytes += Array(rejection.sha256.utf8) }
        add(
            rejection.problem, rejection.position, raw: raw, byteCount: rejection.byteCount, hasDigest: !isWhole,
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
            problem, position, raw: ByteSlice(start, to: bytes.count), byteCount: range.count, hasDigest: false,
            deploymentID: deploymentID)
    }

    private mutating func add(
        _ problem: RecordProblem, _ position: RecordPosition, raw: ByteSlice, byteCount: Int, hasDigest: Bool,
        deploymentID: String?
    ) {
        let id = keepID(deploymentID)
        var reason = reasons[problem.reason]
        if reason == nil {
            reason = keep(Array(problem.reason.utf8))
            if reasons.count < RejectionList.sharedReasons { reasons[problem.reason] = reason }
        }
        var code = codes.firstIndex(of: problem.code)
        if code == nil {
            code = codes.count
            codes.append(problem.code)
        }
        entries.append(
            Entry(
                position: position, byteCount: byteCount, raw: raw, id: id, reason: reason ?? .none,
                hasDigest: hasDigest, code: UInt8(code ?? 0)))
    }

    /// Records that follow each other often are of one deployment.
    private mutating func keepID(_ id: String?) -> ByteSlice {
        guard let id else { return .none }
        if let last = entries.last?.id, bytes[last.range].elementsEqual(id.utf8) { return last }
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
        guard let rejection = last, let entry = entries.popLast() else { return nil }
        // Where its reason stands behind its bytes, later records may need that.
        if entry.reason.start < entry.raw.start, entries.last?.id.range.upperBound ?? 0 <= Int(entry.raw.start) {
            bytes.removeLast(bytes.count - Int(entry.raw.start))
        }
        return rejection
    }

    mutating func mapPositions(_ transform: (RecordPosition) -> RecordPosition) {
        for index in entries.indices { entries[index].position = transform(entries[index].position) }
    }

    /// Where a record begins.
    package func position(_ index: Int) -> RecordPosition { entries[index].position }

    /// Why a record was rejected, in one word.
    package func code(_ index: Int) -> FindingCode { codes[Int(entries[index].code)] }
}

extension RejectionList: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { entries.count }

    package subscript(index: Int) -> Rejection {
        let entry = entries[index]
        let sha256: String
        if entry.hasDigest {
            let end = entry.raw.range.upperBound
            sha256 = String(decoding: bytes[end..<end + 64], as: UTF8.self)
        } else {
            sha256 = ContentDigest.hexadecimal(ContentDigest.sha256(bytes.span, entry.raw.range))
        }
        return Rejection(
            problem: RecordProblem(code(index), bytes.text(entry.reason)), position: entry.position, sha256: sha256,
            byteCount: entry.byteCount, raw: Array(bytes[entry.raw.range]),
            deploymentID: entry.id.isEmpty ? nil : bytes.text(entry.id))
    }
}
