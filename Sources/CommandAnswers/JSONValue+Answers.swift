import AuditModel
import StrictJSON

extension JSONValue {
    /// A count.
    static func count(_ number: Int) -> JSONValue { .integer(Int64(number)) }

    /// A text, or null.
    static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    /// A time in RFC 3339, or null.
    static func optional(_ time: Timestamp?) -> JSONValue { optional(time?.text) }

    static func texts(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
}
