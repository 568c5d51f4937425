/// One value or member name in a parsed text.
package struct JSONToken: Sendable {
    package enum Kind: UInt8, Sendable {
        case object, array, string, number, `true`, `false`, null
    }

    /// Offset of the first byte, quotation marks and brackets included.
    package var start: UInt32
    /// Offset behind the last byte.
    package var end: UInt32
    /// Index of the token behind this value and all it holds.
    package var next: UInt32
    package var kind: Kind
    /// A string that holds a backslash; a container in which one of the member names does.
    package var hasEscape: Bool
    /// A string with a byte over 0x7f; a container in which one of the member names has.
    package var isNotASCII: Bool

    @inlinable package var range: Range<Int> { Int(start)..<Int(end) }
    /// A string's bytes between the quotation marks.
    @inlinable package var inner: Range<Int> { Int(start) + 1..<Int(end) - 1 }
}

/// The flat form of a JSON text: each value is followed by what it holds; a member is its name's token, then its value's.
package struct JSONTape: Sendable {
    package var tokens: [JSONToken] = []

    package init() {}

    /// Calls `body` with the token indices of each member's name and value, in the order of the text.
    @inlinable
    package func forEachMember<E: Error>(of object: Int, _ body: (Int, Int) throws(E) -> Void) throws(E) {
        var index = object + 1
        let end = Int(tokens[object].next)
        while index < end {
            try body(index, index + 1)
            index = Int(tokens[index + 1].next)
        }
    }

    /// Calls `body` with the token index of each element.
    @inlinable
    package func forEachElement<E: Error>(of array: Int, _ body: (Int) throws(E) -> Void) throws(E) {
        var index = array + 1
        let end = Int(tokens[array].next)
        while index < end {
            try body(index)
            index = Int(tokens[index].next)
        }
    }

    /// Whether a name's token stands for `text`, however it is escaped.
    package func isName(_ key: Int, _ text: StaticString, in bytes: Span<UInt8>) -> Bool {
        guard tokens[key].hasEscape else { return bytes.equals(text, tokens[key].inner) }
        var name: [UInt8] = []
        JSONString.unescape(bytes, tokens[key].inner, into: &name)
        return name.span.equals(text, 0..<name.count)
    }

    /// The value of the member of that name; nil if there is none.
    package func member(_ name: StaticString, of object: Int, in bytes: Span<UInt8>) -> Int? {
        guard tokens[object].kind == .object else { return nil }
        var found: Int?
        forEachMember(of: object) { key, value in
            if isName(key, name, in: bytes) { found = value }
        }
        return found
    }
}

extension Span<UInt8> {
    /// Whether the bytes of `range` are those of `text`.
    package func equals(_ text: StaticString, _ range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in
            for index in 0..<expected.count where self[range.lowerBound + index] != expected[index] { return false }
            return true
        }
    }
}

/// Why a text is not JSON as this project reads it.
package struct JSONError: Error, Equatable, Sendable {
    package enum Code: Sendable, Equatable {
        case unexpectedByte, unexpectedEnd, invalidNumber, invalidEscape, controlCharacter, invalidUTF8, loneSurrogate
        case repeatedName, nestingTooDeep, trailingBytes, tooLong, tooManyValues
    }

    package var code: Code
    /// Offset of the byte at which reading stopped.
    package var offset: Int

    package init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }

    /// What is wrong, as the middle of a sentence.
    package var reason: String {
        switch code {
        case .unexpectedByte: "a character that JSON does not allow there"
        case .unexpectedEnd: "a text that ends too early"
        case .invalidNumber: "a number that JSON does not allow"
        case .invalidEscape: "an escape that JSON does not know"
        case .controlCharacter: "a control character inside a string"
        case .invalidUTF8: "bytes that are not UTF-8"
        case .loneSurrogate: "half a surrogate pair"
        case .repeatedName: "a member name that stands twice in one object"
        case .nestingTooDeep:
            "more than \(JSONParser.maximumDepth) levels, or \(JSONParser.maximumRecordDepth) in a record"
        case .trailingBytes: "something after the end of the value"
        case .tooLong: "more than 4 GiB"
        case .tooManyValues: "more values than such a text may have"
        }
    }
}
