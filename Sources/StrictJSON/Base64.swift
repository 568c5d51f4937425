/// The standard alphabet of RFC 4648, section 4, without line breaks.
///
/// Decoding accepts exactly the texts that encoding gives, so different texts never stand for the same bytes.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")
    private static let invalid: UInt8 = 0xFF

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: invalid, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()

    /// Encodes bytes.
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - padded: Whether `=` fills the last group of four characters (section 3.2).
    /// - Returns: Text without line breaks.
    package static func encode(_ bytes: [UInt8], padded: Bool = true) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var group: UInt32 = 0
            for offset in 0..<3 { group = group << 8 | (offset < count ? UInt32(bytes[start + offset]) : 0) }
            for character in 0...count { text.append(alphabet[Int(group >> (18 - 6 * UInt32(character)) & 63)]) }
            if padded { text.append(contentsOf: repeatElement(padding, count: 3 - count)) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Decodes padded text.
    ///
    /// Returns nil for text with any other character, with missing or excess padding, or with bits set in its last
    /// character that belong to no byte (section 3.5).
    package static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var group: UInt32 = 0
        var digits = 0
        var pads = 0
        for character in text {
            if character == padding {
                pads += 1
                guard pads <= 2 else { return nil }
                continue
            }
            let value = values[Int(character)]
            guard value != invalid, pads == 0 else { return nil }
            group = group << 6 | UInt32(value)
            digits += 1
            if digits == 4 {
                for shift: UInt32 in [16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: group >> shift)) }
                group = 0
                digits = 0
            }
        }
        guard let rest = lastBytes(group, digits: digits, pads: pads) else { return nil }
        return bytes + rest
    }

    /// Decodes padded text, as `decode` does for its ASCII bytes.
    package static func decode(_ text: String) -> [UInt8]? { decode(text.utf8) }

    /// The bytes of a last group with padding.
    private static func lastBytes(_ group: UInt32, digits: Int, pads: Int) -> [UInt8]? {
        switch (digits, pads) {
        case (0, 0): []
        case (2, 2) where group & 0xF == 0: [UInt8(truncatingIfNeeded: group >> 4)]
        case (3, 1) where group & 0x3 == 0:
            [UInt8(truncatingIfNeeded: group >> 10), UInt8(truncatingIfNeeded: group >> 2)]
        default: nil
        }
    }
}
