internal import AuditModel
internal import BundleFormat

/// Periods and times in words.
enum PeriodText {
    /// The period as a reader names it: `first quarter of 2026`.
    static func title(_ period: Period?) -> String {
        guard let period else { return "all records" }
        guard let label = period.label else { return "\(day(period.from.date)) to \(day(period.to.date))" }
        let parts = label.split(separator: "-").map(String.init)
        guard parts.count > 1 else { return label }
        if parts.count == 3 { return day(period.from.date) }
        return named(parts[1], of: parts[0], period)
    }

    private static func named(_ part: String, of year: String, _ period: Period) -> String {
        if part.hasPrefix("Q"), let quarter = Int(part.dropFirst()), (1...4).contains(quarter) {
            return "\(["first", "second", "third", "fourth"][quarter - 1]) quarter of \(year)"
        }
        if part.hasPrefix("W"), let week = Int(part.dropFirst()) { return "week \(week) of \(year)" }
        return "\(months[(period.from.date.month - 1) % 12]) \(year)"
    }

    /// A date in words: `14 February 2026`.
    static func day(_ date: CalendarDate) -> String { "\(date.day) \(months[(date.month - 1) % 12]) \(date.year)" }

    /// A time in prose: as in a figure, without the part that is zero at its end.
    static func time(_ time: Timestamp) -> String {
        let text = FigureText.render(time.text, as: .time) ?? time.text
        for zeros in [":00.000 UTC", ".000 UTC"] where text.hasSuffix(zeros) {
            return text.dropLast(zeros.count) + "\u{A0}UTC"
        }
        return text
    }

    /// A length of time as the report shows it everywhere.
    static func duration(seconds: Int64) -> String {
        FigureText.render("\(seconds)000", as: .duration) ?? "\(seconds) s"
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
