/// The options of a line of an allowed signers file, parted by commas; their names in any case.
struct SignerOptions {
    private(set) var isCertificateAuthority = false
    private(set) var namespaces: String?
    private(set) var validAfter: KeyTime?
    private(set) var validBefore: KeyTime?

    private enum Name: String {
        case certificateAuthority = "cert-authority"
        case namespaces
        case validAfter = "valid-after"
        case validBefore = "valid-before"
    }

    init() {}

    /// Reads options.
    ///
    /// - Parameters:
    ///   - text: The options, without blanks outside quotes.
    ///   - timeZoneOffset: Seconds by which local time is ahead of UTC, for times without `Z`.
    /// - Throws: `malformedSigners`.
    init(_ text: String, timeZoneOffset: Int?) throws(SigningError) {
        var rest = Array(text.utf8)[...]
        var seen: Set<Name> = []
        repeat {
            let name = try SignerOptions.name(&rest)
            guard seen.insert(name).inserted else { throw SignerLine.failure("repeated option \"\(name.rawValue)\"") }
            switch name {
            case .certificateAuthority: isCertificateAuthority = true
            case .namespaces: namespaces = try SignerOptions.value(&rest, of: name)
            case .validAfter: validAfter = try SignerOptions.time(&rest, of: name, timeZoneOffset: timeZoneOffset)
            case .validBefore: validBefore = try SignerOptions.time(&rest, of: name, timeZoneOffset: timeZoneOffset)
            }
        } while try SignerOptions.skipComma(&rest)
        if let validAfter, let validBefore, validBefore <= validAfter {
            throw SignerLine.failure("time of valid-before is not after that of valid-after")
        }
    }

    /// Reads a name, up to `=`, a comma or the end.
    private static func name(_ rest: inout ArraySlice<UInt8>) throws(SigningError) -> Name {
        let end = rest.firstIndex { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ",") } ?? rest.endIndex
        let text = String(decoding: rest[..<end], as: UTF8.self)
        guard PlainText.isPrintableASCII(text), let name = Name(rawValue: text.lowercased()) else {
            throw SignerLine.failure("unknown key type or option \(SigningError.quote(text))")
        }
        rest = rest[end...]
        return name
    }

    /// Reads `="value"`, in which `\"` stands for a quote.
    private static func value(_ rest: inout ArraySlice<UInt8>, of name: Name) throws(SigningError) -> String {
        guard rest.starts(with: #"=""#.utf8) else {
            throw SignerLine.failure("missing value of option \"\(name.rawValue)\", expected =\"…\"")
        }
        rest.removeFirst(2)
        var value: [UInt8] = []
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            let isEscape = byte == UInt8(ascii: "\\") && rest.first == UInt8(ascii: "\"")
            value.append(isEscape ? rest.removeFirst() : byte)
        }
        return String(decoding: value, as: UTF8.self)
    }

    private static func time(
        _ rest: inout ArraySlice<UInt8>, of name: Name, timeZoneOffset: Int?
    ) throws(SigningError) -> KeyTime {
        let text = try value(&rest, of: name)
        guard let time = SignerTime.parse(text, timeZoneOffset: timeZoneOffset) else {
            if timeZoneOffset == nil, SignerTime.parse(text, timeZoneOffset: 0) != nil {
                throw SignerLine.failure(
                    "time of option \"\(name.rawValue)\" \(SigningError.quote(text)) without a zone, expected \(text)Z for UTC"
                )
            }
            let words = "malformed time of option \"\(name.rawValue)\" \(SigningError.quote(text))"
            throw SignerLine.failure("\(words), expected YYYYMMDD[HHMM[SS]][Z] after 1970")
        }
        return time
    }

    private static func skipComma(_ rest: inout ArraySlice<UInt8>) throws(SigningError) -> Bool {
        guard let byte = rest.popFirst() else { return false }
        guard byte == UInt8(ascii: ","), !rest.isEmpty else {
            throw SignerLine.failure("malformed end of an option, expected a comma and another option, or a blank")
        }
        return true
    }
}
