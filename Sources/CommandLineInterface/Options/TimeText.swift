package import AuditModel
import Glibc

/// A text on the command line that is no time.
package struct TimeTextError: Error, CustomStringConvertible {
    /// What was expected, and what is wrong.
    package let description: String
}

/// Times on the command line.
package enum TimeText {
    /// Reads an RFC 3339 time, or a date for its midnight in UTC.
    package static func parse(_ text: String) throws(TimeTextError) -> Timestamp {
        if text.utf8.count == 10, let period = Period(label: text) { return period.from }
        do {
            return try Timestamp.parse(text).time
        } catch {
            throw TimeTextError(description: "not an RFC 3339 time: \(error.reason)")
        }
    }
}

extension Timestamp {
    /// The time by the machine's clock, to the second.
    package static var now: Timestamp { Timestamp(unixSeconds: Int64(Glibc.time(nil))) }
}
