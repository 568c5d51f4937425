/// Values that stand in for numbers and members of a file that is not to be trusted.
enum HostileValue {
    /// Ten thousand digits, more than any type of numbers holds.
    private static let long = String(repeating: "9", count: 10_000)

    /// In the place of a number of JSON; each at the edge of a type, or in no spelling that the format has.
    static let numbers = [
        "0", "-1", "2147483648", "9007199254740991", "9007199254740992", "9007199254740993", "9223372036854775807",
        "18446744073709551615", "1e308", "1e+308", "-0", long,
    ]

    /// In the place of any value of JSON.
    static let values = ["\"text\"", "null", "[]", "{}", "7", "true"]

    /// In the place of a number in a cell of CSV.
    static let cells = numbers + ["-9223372036854775808", "", "text"]

    /// In the place of a field of ZIP, cut to its width.
    static let fields: [UInt64] = [
        0, .max, 1 << 31, 1 << 53, (1 << 53) + 1, (1 << 63) - 1, .max - 1, 1, 0xFFFF, 0xFFFF_FFFF, 1 << 32, 1 << 44,
        (1 << 44) + 1,
    ]

    /// The start of a value, for a message.
    static func name(_ text: String) -> String { text.utf8.count > 30 ? "\(text.utf8.count) digits" : text }
}
