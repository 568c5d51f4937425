import AuditModel
import RecordContent
import SourceText
import StrictJSON

/// An object too large to be held, read member by member: an envelope, or a deployment with a long history.
///
/// What it is follows from all its members, so it is judged at its end, by the same rules as one that is held.
final class LargeObject {
    /// A member that is too long to be held.
    struct Skipped {
        var name: [UInt8]
        var value: UnreadMember.Value
        /// Its bytes, as far as they are kept; the reason is found when it is known what the object is.
        var rejection: Rejection
    }

    let position: RecordPosition
    /// The members that are held, as those of an object; one that is read apart stands there as null.
    var head: [UInt8] = []
    /// The entries of its status history were read one by one.
    var hasHistory = false
    /// Members in which records were looked for, and were read one by one.
    var streamed: [[UInt8]] = []
    /// Elements of such lists.
    var elementCount = 0
    var skipped: [Skipped] = []
    /// The deployment of the first entry of a history that stands before the identifier it belongs to.
    var entryOwner: [UInt8]?
    private var deploymentID: [UInt8]?
    private var hasDeploymentID = false
    private var hasFailed = false
    private(set) var jobID: [UInt8]?
    var hasMembers = false

    init(at position: RecordPosition) { self.position = position }

    /// The identifier of the deployment or job, as far as it is known yet.
    var owner: [UInt8]? { hasDeploymentID ? deploymentID : jobID }

    /// Whether it may be an envelope, as far as its members tell yet.
    var mayBeEnvelope: Bool { hasFailed || (!hasDeploymentID && jobID == nil) }

    /// Keeps a member; `value` is its text.
    func keep(_ name: [UInt8], rawName: [UInt8], _ value: ArraySlice<UInt8>) {
        head += (head.isEmpty ? [] : [UInt8(ascii: ",")]) + rawName + [UInt8(ascii: ":")]
        head += value
        let isNull = value.elementsEqual("null".utf8)
        switch String(decoding: name, as: UTF8.self) {
        case "deploymentId":
            hasDeploymentID = !isNull
            deploymentID = LargeObject.string(Array(value))
        case "jobId": jobID = LargeObject.string(Array(value))
        case "success": hasFailed = !isNull && !value.elementsEqual("true".utf8)
        default: break
        }
    }

    /// What is wrong with an object that is no envelope; an empty reason if it lacks what makes it one.
    func problem(_ kind: ObjectShape.Kind, owner: [UInt8]?) -> RecordProblem? {
        if let entryOwner, let owner, entryOwner != owner {
            return RecordProblem(.malformedRecord, "deploymentId differs from that of the entries before it")
        }
        if kind == .unknown, !streamed.isEmpty { return RecordProblem(.malformedRecord, "") }
        if !skipped.isEmpty { return RecordProblem(.malformedRecord, "over 16 MiB") }
        guard let name = streamed.first else { return nil }
        return RecordProblem(
            .unreadMember, "member \(MemberName.shown(name)) is read only in an envelope, and may hold records")
    }

    /// The text of a JSON string; nil if it is none.
    static func string(_ text: [UInt8]) -> [UInt8]? {
        var parser = RecordCollector.recordParser()
        guard (try? parser.parseDocument(text.span, 0..<text.count)) != nil, parser.tape.tokens[0].kind == .string
        else { return nil }
        var result: [UInt8] = []
        JSONString.unescape(text.span, parser.tape.tokens[0].inner, into: &result)
        return result
    }
}

extension SourceReader {
    func beginLargeObject() {
        let object = LargeObject(at: position)
        window.position += 1
        frames.append(.members(object))
    }

    /// Reads the next member, or the end of the object.
    func stepMember(_ object: LargeObject) throws {
        var first = try window.peekAfterWhitespace()
        if first == UInt8(ascii: "}") {
            window.position += 1
            return try finish(object)
        }
        if object.hasMembers {
            guard first == UInt8(ascii: ",") else { return try rejectRest("an object that is broken") }
            window.position += 1
            first = try window.peekAfterWhitespace()
        }
        object.hasMembers = true
        guard first == UInt8(ascii: "\""),
            case .complete(let length) = try window.extentOfValue(limit: IngestLimits.recordBytes)
        else { return try rejectRest("an object that is broken: expected a member or its end\(found)") }
        let raw = Array(window.bytes[window.next(length.count)])
        window.advance(by: length.count)
        guard let name = LargeObject.string(raw), try window.peekAfterWhitespace() == UInt8(ascii: ":") else {
            return try rejectRest("an object that is broken: expected a colon\(found)")
        }
        window.position += 1
        guard let value = try window.peekAfterWhitespace() else {
            return try rejectRest("an object that is broken: expected a value")
        }
        try collectMember(name, rawName: raw, of: object, beginningWith: value)
    }

    private func collectMember(
        _ name: [UInt8], rawName: [UInt8], of object: LargeObject, beginningWith first: UInt8
    ) throws {
        if first == UInt8(ascii: "["), name.elementsEqual("statusHistory".utf8) {
            return try beginHistory(name, rawName: rawName, of: object)
        }
        guard object.mayBeEnvelope, UnreadMember.isHolder(name),
            [UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: "{")].contains(first)
        else { return try keepMember(name, rawName: rawName, of: object, beginningWith: first) }
        object.keep(name, rawName: rawName, Array("null".utf8)[...])
        object.streamed.append(name)
        switch first {
        case UInt8(ascii: "["):
            window.position += 1
            frames.append(.elements(of: object, isHistory: false))
        case UInt8(ascii: "\""):
            window.position += 1
            let text = EscapedText(window)
            frames.append(.text(text, SourceReader(text: text, digestsRaw: digestsRaw)))
        default:
            if case .complete(let value) = try window.extentOfValue(limit: IngestLimits.recordBytes) {
                collect(value, isElement: true)
            } else {
                beginLargeObject()
            }
        }
    }

    private func beginHistory(_ name: [UInt8], rawName: [UInt8], of object: LargeObject) throws {
        window.position += 1
        guard try window.peekAfterWhitespace() == UInt8(ascii: "]") else {
            object.hasHistory = true
            return frames.append(.elements(of: object, isHistory: true))
        }
        window.position += 1
        object.keep(name, rawName: rawName, Array("[]".utf8)[...])
    }

    /// Keeps a small member, or what a finding has to tell of a large one.
    private func keepMember(
        _ name: [UInt8], rawName: [UInt8], of object: LargeObject, beginningWith first: UInt8
    ) throws {
        switch try window.extentOfValue(limit: IngestLimits.recordBytes) {
        case .complete(let length) where object.head.count + length.count <= IngestLimits.recordBytes:
            let range = window.next(length.count)
            object.keep(name, rawName: rawName, window.bytes[range])
            window.advance(by: length.count)
        case .complete, .tooLong: try skipMember(name, rawName: rawName, of: object, beginningWith: first)
        case .absent: try rejectRest("an object that is broken")
        case .truncated: try rejectRest("a text that ends too early")
        }
    }

    private func skipMember(
        _ name: [UInt8], rawName: [UInt8], of object: LargeObject, beginningWith first: UInt8
    ) throws {
        let position = self.position
        let head = Array(window.bytes[window.position...].prefix(Rejection.maximumRawBytes))
        let kind: JSONToken.Kind =
            switch first {
            case UInt8(ascii: "{"): .object
            case UInt8(ascii: "["): .array
            case UInt8(ascii: "\""): .string
            default: .number
            }
        var scan = HiddenRecords()
        let skipped = try window.skipValue { bytes, range in if kind == .string { scan.add(bytes.span, range) } }
        object.keep(name, rawName: rawName, Array("null".utf8)[...])
        object.skipped.append(
            LargeObject.Skipped(
                name: name, value: UnreadMember.Value(kind: kind, isSuspect: kind == .string && scan.isPossible),
                rejection: Rejection(
                    problem: RecordProblem(.unreadMember, ""), position: position, sha256: skipped.sha256,
                    byteCount: skipped.count, raw: Array(head.prefix(skipped.count)), deploymentID: nil)))
    }

    private func finish(_ object: LargeObject) throws {
        frames.removeLast()
        collector.collectRest([UInt8(ascii: "{")] + object.head + [UInt8(ascii: "}")], of: object)
        recordCount += 1
        try endElement()
    }
}
