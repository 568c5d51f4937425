import AuditModel

/// What a number would be as a time, if it stands where a time belongs: services often count from 1970.
///
/// It is only shown: which unit was meant is not for this program to guess.
enum EpochTime {
    /// Times that a service of tokens may have recorded: from 2000 to 2100.
    private static let plausible: Range<Int64> = 946_684_800..<4_102_444_800
    /// Units, and the decimal digits of each that make up 100 ns.
    private static let units: [(name: String, perSecond: Int64, digits: Int)] = [
        ("seconds", 1, 7), ("milliseconds", 1000, 4), ("microseconds", 1_000_000, 1), ("nanoseconds", 1_000_000_000, 0),
    ]

    /// `as seconds since 1970 it would be 2025-02-10T00:00:00Z`; nil if the text is no number of a plausible time.
    static func suggestion(_ text: Span<UInt8>) -> String? {
        var whole: Int64 = 0
        var index = 0
        while index < text.count, index < 19, let digit = digit(text[index]) {
            whole = whole * 10 + digit
            index += 1
        }
        guard index >= 9, let unit = units.first(where: { plausible.contains(whole / $0.perSecond) }) else {
            return nil
        }
        var fraction = Int64(0)
        if index < text.count {
            guard text[index] == UInt8(ascii: "."), let digits = fractionDigits(text, from: index + 1, unit.digits)
            else { return nil }
            fraction = digits
        }
        let ticks = ticks(below: whole % unit.perSecond, unit: unit.perSecond) + fraction
        let time = Timestamp(ticks: Timestamp(unixSeconds: whole / unit.perSecond).ticks + ticks)
        return "as \(unit.name) since 1970 it would be \(shortText(time))"
    }

    /// The part of a second in units of 100 ns.
    private static func ticks(below part: Int64, unit perSecond: Int64) -> Int64 {
        perSecond > 10_000_000 ? part / (perSecond / 10_000_000) : part * (10_000_000 / perSecond)
    }

    /// The first digits of a fraction, as a number of so many digits; nil if something else stands there.
    private static func fractionDigits(_ text: Span<UInt8>, from start: Int, _ count: Int) -> Int64? {
        var value: Int64 = 0
        guard start < text.count else { return nil }
        for index in start..<text.count {
            guard let digit = digit(text[index]) else { return nil }
            if index - start < count { value = value * 10 + digit }
        }
        for _ in min(text.count - start, count)..<count { value *= 10 }
        return value
    }

    private static func digit(_ byte: UInt8) -> Int64? {
        (0x30...0x39).contains(byte) ? Int64(byte) - 0x30 : nil
    }

    /// The canonical text without zeros at the end of its fraction.
    private static func shortText(_ time: Timestamp) -> String {
        var text = time.text.dropLast()
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text + "Z"
    }
}
