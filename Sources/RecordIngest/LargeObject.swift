import AuditModel
import RecordContent
import StrictJSON

/// An object too large to be held, read member by member: an envelope, or a deployment with a long history.
final class LargeObject {
    /// The small members, as the members of an object.
    var head: [UInt8] = []
    var deploymentID: [UInt8]?
    var isEnvelope = false
    /// The entries of its status history were read one by one.
    var hasHistory = false
    let position: RecordPosition

    init(at position: RecordPosition) { self.position = position }
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
        if first == UInt8(ascii: ",") {
            window.position += 1
            first = try window.peekAfterWhitespace()
        }
        if first == UInt8(ascii: "}") {
            window.position += 1
            return try finish(object)
        }
        guard first == UInt8(ascii: "\""),
            case .complete(let length) = try window.extentOfValue(limit: IngestLimits.recordBytes)
        else { return try rejectRest("an object that is broken: expected a member or its end\(found)") }
        let name = Array(window.bytes[window.next(length.count)])
        window.advance(by: length.count)
        guard try window.peekAfterWhitespace() == UInt8(ascii: ":") else {
            return try rejectRest("an object that is broken: expected a colon\(found)")
        }
        window.position += 1
        guard let value = try window.peekAfterWhitespace() else {
            return try rejectRest("an object that is broken: expected a value")
        }
        try collectMember(String(decoding: name, as: UTF8.self), of: object, beginningWith: value)
    }

    private func collectMember(_ name: String, of object: LargeObject, beginningWith first: UInt8) throws {
        switch (name, first) {
        case ("\"deployments\"", UInt8(ascii: "[")), ("\"data\"", UInt8(ascii: "[")):
            object.isEnvelope = true
            window.position += 1
            frames.append(.elements(parent: nil, isHistory: false))
        case ("\"data\"", UInt8(ascii: "\"")):
            object.isEnvelope = true
            window.position += 1
            let text = EscapedText(window)
            frames.append(.text(text, SourceReader(text: text, digestsRaw: digestsRaw)))
        case ("\"deployment\"", UInt8(ascii: "{")):
            object.isEnvelope = true
            beginLargeObject()
        case ("\"statusHistory\"", UInt8(ascii: "[")):
            object.hasHistory = true
            window.position += 1
            frames.append(.elements(parent: object.deploymentID, isHistory: true))
        default: try keepMember(name, of: object)
        }
    }

    /// Keeps a small member.
    private func keepMember(_ name: String, of object: LargeObject) throws {
        guard case .complete(let length) = try window.extentOfValue(limit: IngestLimits.recordBytes) else {
            return try rejectRest("an object with a member over 16 MiB")
        }
        let value = window.bytes[window.next(length.count)]
        guard object.head.count + value.count <= IngestLimits.recordBytes else {
            return try rejectRest("an object with members over 16 MiB beside its records")
        }
        object.head += (object.head.isEmpty ? [] : [UInt8(ascii: ",")]) + Array(name.utf8) + [UInt8(ascii: ":")]
        object.head += value
        if name == "\"deploymentId\"" || (name == "\"jobId\"" && object.deploymentID == nil) {
            object.deploymentID = LargeObject.string(Array(value))
        }
        window.advance(by: length.count)
    }

    private func finish(_ object: LargeObject) throws {
        frames.removeLast()
        let head = [UInt8(ascii: "{")] + object.head + [UInt8(ascii: "}")]
        if object.isEnvelope {
            collector.collectRest(head, at: object.position)
        } else {
            collector.isHistoryApart = object.hasHistory
            defer { collector.isHistoryApart = false }
            if !collector.collectDocument(head.span, 0..<head.count, at: object.position) {
                collector.rejectUnreadable(head.span, 0..<head.count, at: object.position)
            }
            recordCount += 1
        }
        try endElement()
    }
}

extension LargeObject {
    /// The text of a JSON string; nil if it is none.
    fileprivate static func string(_ text: [UInt8]) -> [UInt8]? {
        var parser = RecordCollector.recordParser()
        guard (try? parser.parseDocument(text.span, 0..<text.count)) != nil, parser.tape.tokens[0].kind == .string
        else { return nil }
        var result: [UInt8] = []
        JSONString.unescape(text.span, parser.tape.tokens[0].inner, into: &result)
        return result
    }
}
