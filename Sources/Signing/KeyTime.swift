/// A moment, to the second, at which a key begins or ceases to count.
///
/// It is no number, so that every message shows it as a time in RFC 3339.
package struct KeyTime: Hashable, Comparable, Sendable, CustomStringConvertible, ExpressibleByIntegerLiteral {
    /// Since 1970 in UTC, not counting leap seconds.
    package let unixSeconds: Int64

    package init(unixSeconds: Int64) { self.unixSeconds = unixSeconds }

    package init(integerLiteral seconds: Int64) { unixSeconds = seconds }

    package static func < (left: KeyTime, right: KeyTime) -> Bool { left.unixSeconds < right.unixSeconds }

    /// The time in RFC 3339, in UTC.
    package var description: String {
        let day = (unixSeconds >= 0 ? unixSeconds : unixSeconds - 86_399) / 86_400
        let second = unixSeconds - day * 86_400
        let date = SignerTime.date(daysSince1970: Int(day))
        let clock = [second / 3600, second / 60 % 60, second % 60].map { KeyTime.padded(Int($0), to: 2) }
        return
            "\(KeyTime.padded(date.year, to: 4))-\(KeyTime.padded(date.month, to: 2))-\(KeyTime.padded(date.day, to: 2))"
            + "T\(clock.joined(separator: ":"))Z"
    }

    private static func padded(_ number: Int, to width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
