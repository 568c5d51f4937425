/// Text that goes to a terminal, from wherever it comes.
package enum TerminalText {
    /// The text as a terminal can show it: what could move the cursor, or hide or reorder text, is written
    /// `\u{NN}`.
    package static func shown(_ text: String) -> String { shown(Array(text.utf8)[...]) }

    /// The same for bytes that may not be UTF-8; those that are not are written `\xNN`.
    package static func shown(_ bytes: ArraySlice<UInt8>) -> String {
        var result = ""
        forEach(bytes) { scalar, bytes in
            switch scalar {
            case let scalar? where isShown(scalar): result.unicodeScalars.append(scalar)
            case let scalar?: result += scalar.escaped(asASCII: true)
            case nil: for byte in bytes { result += escaped(byte) }
            }
        }
        return result
    }

    /// Several lines of which each is shown in that way.
    package static func lines(_ text: String) -> String {
        text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { shown(Array($0)[...]) }
            .joined(separator: "\n")
    }

    /// Whether a terminal shows a scalar as a character, and does nothing else with it.
    static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    /// Gives each scalar with its bytes, and each byte that belongs to none with nil.
    static func forEach(_ bytes: ArraySlice<UInt8>, _ body: (Unicode.Scalar?, ArraySlice<UInt8>) -> Void) {
        var rest = bytes
        while !rest.isEmpty {
            var decoder = UTF8()
            var iterator = rest.makeIterator()
            if case .scalarValue(let scalar) = decoder.decode(&iterator) {
                let width = UTF8.width(scalar)
                body(scalar, rest.prefix(width))
                rest = rest.dropFirst(width)
            } else {
                body(nil, rest.prefix(1))
                rest = rest.dropFirst()
            }
        }
    }

    private static func escaped(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return byte < 16 ? "\\x0\(digits)" : "\\x\(digits)"
    }
}
