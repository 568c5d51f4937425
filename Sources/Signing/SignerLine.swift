/// Reads one line of an allowed signers file: `principals [options] keytype key [comment]`.
struct SignerLine {
    /// The line of the file, from 1.
    let number: Int
    /// Seconds by which local time is ahead of UTC; nil refuses times without `Z`.
    let timeZoneOffset: Int?

    /// The entry of a line without its line end; nil for a blank line or a comment.
    func parse(_ line: [UInt8]) throws(SigningError) -> AllowedSigners.Entry? {
        guard LineFields.isClean(line) else {
            throw SignerLine.failure("line is not UTF-8 or has control characters")
        }
        var fields = LineFields(line)
        guard let first = fields.first, first != UInt8(ascii: "#") else { return nil }
        let principals = try SignerLine.principals(&fields)
        guard let word = fields.nextQuoted(), !word.isEmpty else {
            throw SignerLine.failure("missing key or unclosed quote, expected principals, options, key type and key")
        }
        let options = KeyType.isName(word) ? SignerOptions() : try SignerOptions(word, timeZoneOffset: timeZoneOffset)
        let name = KeyType.isName(word) ? word : fields.next()
        guard !fields.isAtEnd else { throw SignerLine.failure("missing key after \(SigningError.quote(name))") }
        return AllowedSigners.Entry(
            line: number, principals: principals, key: try SignerLine.key(name, base64: fields.next()),
            isCertificateAuthority: options.isCertificateAuthority, namespaces: options.namespaces,
            validAfter: options.validAfter, validBefore: options.validBefore)
    }

    /// Reads the principals, which may stand between double quotes to have blanks in them.
    private static func principals(_ fields: inout LineFields) throws(SigningError) -> String {
        guard fields.first == UInt8(ascii: "\"") else {
            let word = fields.next()
            guard !word.utf8.contains(UInt8(ascii: "\"")) else {
                throw failure("misplaced quote in principals \(SigningError.quote(word))")
            }
            return word
        }
        // Within principals, unlike within options, OpenSSH has no escape for a quote.
        guard let word = fields.nextQuoted(), word.utf8.count > 2, word.hasSuffix("\""),
            !word.dropFirst().dropLast().contains("\"")
        else { throw failure("malformed quotes around principals") }
        return String(word.dropFirst().dropLast())
    }

    /// The key; nil for one of a kind that is not read here.
    private static func key(_ name: String, base64: String) throws(SigningError) -> PublicKey? {
        let blob = try PublicKey.blob(keyType: name, base64: base64)
        return KeyType(rawValue: name) == nil ? nil : try PublicKey(sshBlob: blob)
    }

    static func failure(_ message: String) -> SigningError { SigningError(.malformedSigners, message) }
}
