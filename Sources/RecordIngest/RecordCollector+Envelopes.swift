import AuditModel
import RecordContent
import StrictJSON

/// API responses: what they hold, and what they say of themselves.
extension RecordCollector {
    private static let holders: [StaticString] = ["deployment", "deployments", "data"]

    /// Collects the records of an envelope that is at hand as a whole, and its other members as claims.
    mutating func collectEnvelope(_ object: Int, in bytes: Span<UInt8>, at position: RecordPosition) {
        batch.shapes.insert("envelope")
        let tape = parser.tape
        // Read once the tape is no longer needed: they are parsed into the same one.
        var strings: [(text: [UInt8], position: RecordPosition)] = []
        tape.forEachMember(of: object) { key, value in
            let token = tape.tokens[value]
            if holdsMetrics(key, tape, in: bytes) { return keepMetrics(value, tape, in: bytes) }
            guard RecordCollector.holders.contains(where: { tape.isName(key, $0, in: bytes) }) else {
                return keepClaim(tape.tokens[key].inner, token, in: bytes)
            }
            let own = position.moved(from: tape.tokens[object], to: token, in: bytes)
            switch token.kind {
            case .object: collectValue(value, in: bytes, at: own)
            case .array: collectElements(of: value, in: bytes, at: own)
            case .string:
                var text: [UInt8] = []
                text.append(bytes, token.range)
                strings.append((text, own))
            case .number, .true, .false, .null: break
            }
        }
        for string in strings { collectString(string.text, at: string.position) }
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

    // MARK: Claims

    /// Keeps what an envelope says of itself, from its small members.
    mutating func collectClaims(_ object: [UInt8]) {
        noteShape("envelope")
        var parser = JSONParser()
        guard (try? parser.parseDocument(object.span, 0..<object.count)) != nil else { return }
        parser.tape.forEachMember(of: 0) { key, value in
            if holdsMetrics(key, parser.tape, in: object.span) {
                return keepMetrics(value, parser.tape, in: object.span)
            }
            keepClaim(parser.tape.tokens[key].inner, parser.tape.tokens[value], in: object.span)
        }
    }

    /// Keeps one member of an envelope.
    private mutating func keepClaim(_ name: Range<Int>, _ token: JSONToken, in bytes: Span<UInt8>) {
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
