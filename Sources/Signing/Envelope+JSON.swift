import StrictJSON

/// The canonical JSON of an envelope: members in this order, standard base64, no blanks, one LF at the end.
///
///     {"payload":"…","payloadType":"…","signatures":[{"keyid":"…","sig":"…"}]}
extension DSSE.Envelope {
    private static let payloadMark = #"{"payload":""#
    private static let typeMark = #"","payloadType":""#
    private static let signaturesMark = #"","signatures":["#
    private static let keyIDMark = #"{"keyid":""#
    private static let signatureMark = #"","sig":""#
    private static let signatureEnd = #""}"#
    private static let end = "]}\n"

    /// The canonical JSON with its line end.
    package func encoded() -> [UInt8] {
        typealias Form = DSSE.Envelope
        var text = Form.payloadMark + Base64.encode(payload) + Form.typeMark + payloadType + Form.signaturesMark
        for (index, signature) in signatures.enumerated() {
            if index > 0 { text += "," }
            text += Form.keyIDMark + signature.keyID
            text += Form.signatureMark + Base64.encode(signature.bytes) + Form.signatureEnd
        }
        return Array((text + Form.end).utf8)
    }

    /// Reads an envelope in exactly the form that `encoded()` gives; no signature is checked.
    ///
    /// DSSE lets others write the same envelope in many ways. All of them are refused here, so that a file can be
    /// compared and hashed as it is.
    ///
    /// - Throws: `malformedEnvelope`.
    package init(parsing file: [UInt8]) throws(SigningError) {
        var cursor = Cursor(rest: file[...])
        try cursor.expect(Self.payloadMark)
        let payload = try cursor.base64()
        try cursor.expect(Self.typeMark)
        let payloadType = try cursor.text()
        try cursor.expect(Self.signaturesMark)
        var signatures: [Signature] = []
        repeat {
            guard signatures.count < Self.maximumSignatures else {
                throw Self.failure("too many signatures, expected at most \(Self.maximumSignatures)")
            }
            try cursor.expect(Self.keyIDMark)
            let keyID = try cursor.text()
            try cursor.expect(Self.signatureMark)
            signatures.append(Signature(keyID: keyID, bytes: try cursor.base64()))
            try cursor.expect(Self.signatureEnd)
        } while cursor.skipComma()
        try cursor.expect(Self.end)
        guard cursor.rest.isEmpty else {
            throw Self.failure("trailing bytes after envelope \"\(cursor.rest.count)\", expected none")
        }
        try self.init(payloadType: payloadType, payload: payload, signatures: signatures)
    }
}

/// Reads an envelope from the front.
private struct Cursor {
    var rest: ArraySlice<UInt8>

    mutating func expect(_ literal: String) throws(SigningError) {
        guard rest.starts(with: literal.utf8) else {
            throw DSSE.Envelope.failure("envelope not canonical at byte \"\(rest.startIndex)\", expected \(literal)")
        }
        rest.removeFirst(literal.utf8.count)
    }

    mutating func skipComma() -> Bool {
        guard rest.first == UInt8(ascii: ",") else { return false }
        rest.removeFirst()
        return true
    }

    /// Reads up to the next quote, which is not read.
    private mutating func field() throws(SigningError) -> ArraySlice<UInt8> {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\"")) else {
            throw DSSE.Envelope.failure("envelope not canonical at byte \"\(rest.startIndex)\", expected a text")
        }
        defer { rest = rest[end...] }
        return rest[..<end]
    }

    mutating func text() throws(SigningError) -> String {
        let start = rest.startIndex
        guard let text = String(validating: try field(), as: UTF8.self) else {
            throw DSSE.Envelope.failure("envelope not UTF-8 at byte \"\(start)\"")
        }
        return text
    }

    mutating func base64() throws(SigningError) -> [UInt8] {
        let start = rest.startIndex
        guard let bytes = Base64.decode(try field()) else {
            throw DSSE.Envelope.failure("envelope not canonical at byte \"\(start)\", expected padded base64")
        }
        return bytes
    }
}
