import AuditModel
import RecordContent
import StrictJSON

/// API responses: what they hold, and what they say of themselves.
extension RecordCollector {
    /// What a member of an envelope is.
    private enum Member {
        /// An object or a list, in which records are looked for.
        case records
        /// JSON or CSV in a string.
        case text
        /// The source's own metrics, kept as claims.
        case metrics
        /// A number, a string, true or false.
        case claim
        /// Nothing is lost if it is not read: null, an empty list, the reasons of a request that failed.
        case ignored
        /// It is not known, or not of the kind that is known, and may hold records.
        case unread(String)
    }

    private static let holders: [StaticString] = ["deployment", "deployments", "data"]
    /// Members that say why a request failed, in an object or a list.
    private static let explanations: [StaticString] = ["error", "errors", "errorDetails", "details"]

    /// Collects the records of an envelope that is at hand as a whole, and its other members as claims.
    ///
    /// `isRest` says that the object is what is left of a larger one: then all its members stand where that does.
    mutating func collectEnvelope(
        _ object: Int, in bytes: Span<UInt8>, at position: RecordPosition, isRest: Bool = false
    ) {
        batch.shapes.insert("envelope")
        let tape = parser.tape
        let envelope = EnvelopeClaims(object, tape, in: bytes, at: position)
        if envelope.isRemarkable { batch.envelopes.append(envelope) }
        // Read once the tape is no longer needed: they are parsed into the same one.
        var strings: [(text: [UInt8], position: RecordPosition)] = []
        var own = position
        var previous = tape.tokens[object]
        tape.forEachMember(of: object) { key, value in
            let token = tape.tokens[value]
            if !isRest {
                own = own.moved(from: previous, to: token, in: bytes)
                previous = token
            }
            switch RecordCollector.member(key, tape, in: bytes, hasFailed: envelope.failure != nil) {
            case .records where token.kind == .object: collectValue(value, in: bytes, at: own)
            case .records: collectElements(of: value, in: bytes, at: own)
            case .text:
                var text: [UInt8] = []
                text.append(bytes, token.range)
                strings.append((text, own))
            case .metrics: keepMetrics(value, tape, in: bytes)
            case .claim: keepClaim(tape.tokens[key].inner, token, in: bytes)
            case .ignored: break
            case .unread(let reason): rejectMember(token.range, in: bytes, at: own, for: reason)
            }
        }
        for string in strings { collectString(string.text, at: string.position) }
    }

    private static func member(_ key: Int, _ tape: JSONTape, in bytes: Span<UInt8>, hasFailed: Bool) -> Member {
        let token = tape.tokens[key + 1]
        let isHolder = holders.contains { tape.isName(key, $0, in: bytes) }
        switch token.kind {
        case .null: return .ignored
        case .object, .array:
            if isHolder { return .records }
            if holdsMetrics(key, tape, in: bytes) { return .metrics }
            if Int(token.next) == key + 2 { return .ignored }
            if hasFailed, explanations.contains(where: { tape.isName(key, $0, in: bytes) }) { return .ignored }
            return .unread(unread(name(key, tape, in: bytes), kind(token)))
        case .string:
            if isHolder { return .text }
            guard looksLikeRecords(token, in: bytes) else { return .claim }
            return .unread(unread(name(key, tape, in: bytes), "a text of JSON"))
        case .number, .true, .false:
            guard isHolder else { return .claim }
            return .unread(
                "member \(name(key, tape, in: bytes)) is \(kind(token)), expected an object, a list or a text")
        }
    }

    /// A value's kind as a message shows it.
    private static func kind(_ token: JSONToken) -> String {
        switch token.kind {
        case .object: "an object"
        case .array: "a list"
        case .string: "a text"
        case .number: "a number"
        case .true, .false, .null: "\(token.kind)"
        }
    }

    private static func unread(_ name: String, _ what: String) -> String {
        "member \(name) is \(what), expected records only in deployment, deployments or data"
    }

    /// A member's name as a message shows it.
    private static func name(_ key: Int, _ tape: JSONTape, in bytes: Span<UInt8>) -> String {
        var text: [UInt8] = []
        JSONString.unescape(bytes, tape.tokens[key].inner, into: &text)
        let name = String(decoding: text, as: UTF8.self)
        return "\"\(name.count > 64 ? name.prefix(64) + "…" : name[...])\""
    }

    /// Whether a string holds the text of an object or of a list with something in it.
    private static func looksLikeRecords(_ token: JSONToken, in bytes: Span<UInt8>) -> Bool {
        guard token.inner.count > 8, let first = token.inner.first, let last = token.inner.last else { return false }
        switch (bytes[first], bytes[last]) {
        case (UInt8(ascii: "["), UInt8(ascii: "]")), (UInt8(ascii: "{"), UInt8(ascii: "}")): return true
        default: return false
        }
    }

    /// Keeps a member that was not read as it came.
    private mutating func rejectMember(
        _ range: Range<Int>, in bytes: Span<UInt8>, at position: RecordPosition, for reason: String
    ) {
        reject(
            Rejection(
                problem: RecordProblem(.unreadMember, reason), position: position, of: bytes, in: range,
                deploymentID: nil))
    }

    private mutating func collectElements(of array: Int, in bytes: Span<UInt8>, at position: RecordPosition) {
        let tape = parser.tape
        var own = position
        var previous = tape.tokens[array]
        tape.forEachElement(of: array) { element in
            own = own.moved(from: previous, to: tape.tokens[element], in: bytes)
            previous = tape.tokens[element]
            collectValue(element, in: bytes, at: own)
        }
    }

    /// Collects the JSON or CSV inside a JSON string, quotation marks included.
    private mutating func collectString(_ string: [UInt8], at position: RecordPosition) {
        let window = ByteWindow(string, offset: position.offset)
        window.position = 1
        let text = EscapedText(window)
        let inner = SourceReader(text: text, digestsRaw: digestsRaw)
        while let chunk = try? inner.next() {
            var part = chunk.records(digestsRaw: digestsRaw)
            text.locateInSource(&part)
            batch.append(part, line: position.line)
        }
    }

    /// Collects what is left of an envelope whose records were read one by one.
    mutating func collectRest(_ object: [UInt8], at position: RecordPosition) {
        guard parse(object.span, 0..<object.count) else {
            return rejectUnreadable(object.span, 0..<object.count, at: position)
        }
        collectEnvelope(0, in: object.span, at: position, isRest: true)
    }

    // MARK: Claims

    /// Keeps one member of an envelope; nothing that is no single value, or long.
    mutating func keepClaim(_ name: Range<Int>, _ token: JSONToken, in bytes: Span<UInt8>) {
        guard token.kind != .object, token.kind != .array, token.kind != .null else { return }
        var key: [UInt8] = []
        var text: [UInt8] = []
        JSONString.unescape(bytes, name, into: &key)
        if token.kind == .string {
            JSONString.unescape(bytes, token.inner, into: &text)
        } else {
            text.append(bytes, token.range)
        }
        guard text.count <= 256, key.count <= 256, batch.claims.count < 64 else { return }
        batch.claims[String(decoding: key, as: UTF8.self)] = String(decoding: text, as: UTF8.self)
    }
}
