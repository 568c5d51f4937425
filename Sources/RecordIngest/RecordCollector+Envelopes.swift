import AuditModel
import RecordContent
import SourceText
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
        /// A number, a string, true or false; or nothing is lost if it is not read.
        case claim
        /// It is not known, or not of the kind that is known, and may hold records.
        case unread(String)

        /// Whether something stands in it that is read, or kept as it came; of a text that is not known yet.
        var holdsSomething: Bool {
            switch self {
            case .records, .metrics, .unread: true
            case .text, .claim: false
            }
        }
    }

    /// Collects the records of an envelope that is at hand as a whole, and its other members as claims.
    ///
    /// `rest` is given for what is left of a larger object: then all its members stand where that does.
    mutating func collectEnvelope(
        _ object: Int, in bytes: Span<UInt8>, at position: RecordPosition, rest: LargeObject? = nil
    ) {
        batch.shapes.insert("envelope")
        let tape = parser.tape
        var envelope = EnvelopeClaims(object, tape, in: bytes, at: position)
        envelope.addListed(rest?.elementCount ?? 0)
        let number = batch.envelopes.count
        let before = (transitions: batch.transitions.count, deployments: batch.deployments.count)
        if envelope.isRemarkable { batch.envelopes.append(envelope) }
        let hasFailed = envelope.failure != nil
        var holdsSomething = rest != nil
        // Read once the tape is no longer needed: they are parsed into the same one.
        var strings: [(text: [UInt8], position: RecordPosition)] = []
        var own = position
        var previous = tape.tokens[object]
        tape.forEachMember(of: object) { key, value in
            let token = tape.tokens[value]
            if rest == nil {
                own = own.moved(from: previous, to: token, in: bytes)
                previous = token
            }
            let member = RecordCollector.member(key, tape, in: bytes, hasFailed: hasFailed)
            holdsSomething = holdsSomething || member.holdsSomething
            switch member {
            case .records where token.kind == .object: collectValue(value, in: bytes, at: own)
            case .records: collectElements(of: value, in: bytes, at: own)
            case .text:
                var text: [UInt8] = []
                text.append(bytes, token.range)
                strings.append((text, own))
            case .metrics: keepMetrics(value, tape, in: bytes, at: own)
            case .claim:
                noteUnknown(tape.tokens[key], token, of: envelope, in: bytes, at: own)
                keepClaim(tape.tokens[key].inner, token, in: bytes)
            case .unread(let reason): rejectMember(token.range, in: bytes, at: own, for: reason)
            }
        }
        for string in strings {
            let isBlank = collectString(string.text, at: string.position)
            holdsSomething = holdsSomething || !isBlank
        }
        if !holdsSomething, !envelope.saysExtent {
            if batch.envelopes.count == number { batch.envelopes.append(envelope) }
            batch.envelopes[number].saysNothing = true
        }
        rest?.skipped.forEach { rejectSkipped($0, hasFailed: hasFailed) }
        guard rest == nil, envelope.totalCount != nil, envelope.hasRoom else { return }
        let arena = batch.arena.bytes
        let owners =
            batch.deployments[before.deployments...].map(\.deploymentID.range)
            + batch.transitions[before.transitions...].map(\.deploymentID.range)
        let marks = Set(owners.map { DeploymentMark(arena.span, $0) })
        batch.envelopes[number].deployments = marks.count
        if envelope.page != nil { batch.envelopes[number].marks = marks }
    }

    /// Counts a member that is not known: what it says was not read.
    ///
    /// Of a failed answer, which has words of its own, only one that is like a known one counts: `TotalCount`.
    private mutating func noteUnknown(
        _ name: JSONToken, _ value: JSONToken, of envelope: EnvelopeClaims, in bytes: Span<UInt8>,
        at position: RecordPosition
    ) {
        guard value.kind != .object, value.kind != .array, value.kind != .null else { return }
        let hasFailed = envelope.failure != nil
        if let member = ResponseMember(name, in: bytes) {
            let isKnown = member.isKnown(value, in: bytes) || envelope.isByOffset && member.namesStretch
            guard !isKnown, !hasFailed || member.isMisspelt else { return }
        } else if hasFailed {
            return
        }
        count(name.inner, in: bytes, at: position, to: \.unknownMembers)
    }

    /// Keeps a member that was too long to be held, if records may be in it.
    private mutating func rejectSkipped(_ member: LargeObject.Skipped, hasFailed: Bool) {
        guard let reason = UnreadMember.reason(member.name, member.value, hasFailed: hasFailed) else { return }
        var rejection = member.rejection
        rejection.problem.reason = reason
        reject(rejection)
    }

    private static func member(_ key: Int, _ tape: JSONTape, in bytes: Span<UInt8>, hasFailed: Bool) -> Member {
        let token = tape.tokens[key + 1]
        let isHolder = UnreadMember.holders.contains { tape.isName(key, $0, in: bytes) }
        if isHolder, token.kind == .object || token.kind == .array { return .records }
        if isHolder, token.kind == .string { return .text }
        if holdsMetrics(key, tape, in: bytes) { return .metrics }
        var name: [UInt8] = []
        JSONString.unescape(bytes, tape.tokens[key].inner, into: &name)
        let value = unreadValue(token, at: key + 1, in: bytes)
        return UnreadMember.reason(name, value, hasFailed: hasFailed).map(Member.unread) ?? .claim
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

    /// Collects the JSON or CSV inside a JSON string, quotation marks included; returns whether it is blank.
    private mutating func collectString(_ string: [UInt8], at position: RecordPosition) -> Bool {
        let window = ByteWindow(string, offset: position.offset)
        window.position = 1
        let text = EscapedText(window)
        let inner = SourceReader(text: text, digestsRaw: digestsRaw)
        while let chunk = try? inner.next() {
            var part = chunk.records(digestsRaw: digestsRaw)
            text.locateInSource(&part)
            batch.append(part, line: position.line)
        }
        return inner.isBlank
    }

    /// Collects what is left of an object whose records were read one by one, by the rules for one that is at hand.
    mutating func collectRest(_ text: [UInt8], of object: LargeObject) {
        let bytes = text.span
        guard parse(bytes, 0..<text.count) else { return rejectUnreadable(bytes, 0..<text.count, at: object.position) }
        isHistoryApart = object.hasHistory
        defer { isHistoryApart = false }
        let shape = ObjectShape(
            0, reader.layout(0, parser.tape, in: bytes), keys: reader.keys, tape: parser.tape, in: bytes,
            isHistoryApart: isHistoryApart)
        if shape.kind == .envelope { return collectEnvelope(0, in: bytes, at: object.position, rest: object) }
        guard let problem = object.problem(shape.kind, owner: shape.deploymentID(parser.tape, in: bytes)) else {
            return collectValue(0, in: bytes, at: object.position)
        }
        let isMissing = problem.reason.isEmpty
        reject(bytes, 0..<text.count, at: object.position, for: isMissing ? missingFromUnknown(in: bytes) : problem)
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
