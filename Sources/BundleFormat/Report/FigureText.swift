internal import AuditModel

/// The text of a figure in the report: a function of its value and kind, so that a verifier writes it again.
///
/// Nothing passes through a double, and nothing depends on a locale.
package enum FigureText {
    /// How a value reads; the raw value is that of the attribute `data-as`.
    package enum Kind: String, CaseIterable, Sendable {
        /// The value itself.
        case text
        /// A whole number in groups of three digits: `1,234,567`.
        case count
        /// A number with two decimals, rounded half up in decimal: `94.33 %`.
        case percent
        /// Whole milliseconds, in at most two units, truncated; see ``FigureText/render(_:as:)``.
        case duration
        /// A canonical timestamp, truncated to the millisecond: `2026-02-19 10:17:01.827 UTC`.
        case time
    }

    /// Returns the text of `value`, or nil when the value is not one of that kind.
    ///
    /// A duration below a second is `0 ms` to `999 ms`; below a minute, seconds with one decimal (`59.3 s`); below an
    /// hour `4 min 38 s`; below a day `3 h 12 min`; from there on `2 d 4 h`. All are truncated, never rounded. A negative
    /// one (a leap second makes it possible) has a minus before the text of its size.
    package static func render(_ value: String, as kind: Kind) -> String? {
        switch kind {
        case .text: value
        case .count: count(value)
        case .percent: percent(value)
        case .duration: duration(value)
        case .time: time(value)
        }
    }

    /// Whether the text is a whole number without leading zeros.
    private static func isWhole(_ text: String) -> Bool {
        var digits = Substring(text)
        if digits.utf8.first == UInt8(ascii: "-") { digits.removeFirst() }
        guard let first = digits.utf8.first, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return false
        }
        return first != 0x30 || text.utf8.elementsEqual([0x30])
    }

    private static func count(_ value: String) -> String? {
        guard isWhole(value) else { return nil }
        var text: [UInt8] = []
        var left = value.utf8.count
        for byte in value.utf8 {
            text.append(byte)
            left -= 1
            if left > 0, left % 3 == 0, byte != UInt8(ascii: "-") { text.append(UInt8(ascii: ",")) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func duration(_ value: String) -> String? {
        guard isWhole(value), let milliseconds = Int64(value) else { return nil }
        let text = duration(milliseconds.magnitude)
        return milliseconds < 0 ? "-" + text : text
    }

    private static func duration(_ milliseconds: UInt64) -> String {
        let seconds = milliseconds / 1000
        return switch seconds {
        case 0: "\(milliseconds) ms"
        case ..<60: "\(seconds).\(milliseconds / 100 % 10) s"
        case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
        case ..<86_400: "\(seconds / 3600) h \(seconds / 60 % 60) min"
        default: "\(seconds / 86_400) d \(seconds / 3600 % 24) h"
        }
    }

    private static func time(_ value: String) -> String? {
        let bytes = Array(value.utf8)
        guard bytes.count == 28, let parsed = try? Timestamp.parse(bytes.span).time else { return nil }
        var canonical: [UInt8] = []
        parsed.append(to: &canonical)
        guard canonical == bytes else { return nil }
        return String(decoding: bytes[..<10], as: UTF8.self) + " " + String(decoding: bytes[11..<23], as: UTF8.self)
            + " UTC"
    }
}

extension FigureText {
    private static func percent(_ value: String) -> String? {
        guard let number = decimal(value) else { return nil }
        var digits = number.digits
        // Digits from here on are rounded away.
        let cut = number.point + 2
        if cut < 0 { return "0.00 %" }
        while digits.count <= cut { digits.append(0) }
        let roundsUp = digits[cut] >= 5
        digits.removeSubrange(cut...)
        if roundsUp { increment(&digits) }
        while digits.count < 3 { digits.insert(0, at: 0) }
        let text = digits.map { $0 + 0x30 }
        let whole = text.dropLast(2).drop { $0 == 0x30 }
        let head = whole.isEmpty ? "0" : String(decoding: whole, as: UTF8.self)
        return head + "." + String(decoding: text.suffix(2), as: UTF8.self) + " %"
    }

    private static func increment(_ digits: inout [UInt8]) {
        for index in digits.indices.reversed() {
            if digits[index] < 9 {
                digits[index] += 1
                return
            }
            digits[index] = 0
        }
        digits.insert(1, at: 0)
    }

    /// Reads a number that is not negative as digits and the place of the point among them.
    private static func decimal(_ value: String) -> (digits: [UInt8], point: Int)? {
        let parts = value.utf8.split(separator: UInt8(ascii: "e"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let mantissa = parts.first else { return nil }
        let halves = mantissa.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let digits = halves.joined()
        guard halves.allSatisfy({ !$0.isEmpty }), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        guard halves[0].count == 1 || halves[0].first != 0x30 else { return nil }
        var exponent = 0
        if parts.count > 1 {
            // 309 digits are as many as a binary64 can have before its point.
            guard let number = Int(Substring(parts[1])), number.magnitude < 400 else { return nil }
            exponent = number
        }
        return (digits.map { $0 - 0x30 }, halves[0].count + exponent)
    }
}
