import AuditModel
import RecordContent
import RecordIngest
import StrictJSON

/// Schemas of single values.
enum MemberSchema {
    static func reference(_ name: String) -> JSONValue { .object(["$ref": .string("#/$defs/\(name)")]) }

    /// A value, or null, which says as much as an absent member.
    static func optional(_ schema: JSONValue) -> JSONValue { .object(["anyOf": .array([schema, type("null")])]) }

    static func type(_ name: String) -> JSONValue { .object(["type": .string(name)]) }

    static func described(_ schema: JSONValue, _ description: String) -> JSONValue {
        guard case .object(var members) = schema else { return schema }
        members["description"] = .string(description)
        return .object(members)
    }

    /// What a claim can be.
    static func claim(_ claim: ClaimType) -> JSONValue {
        switch claim {
        case .text: type("string")
        case .textOrNumber: .object(["type": .array([.string("string"), .string("number")])])
        case .flag: type("boolean")
        case .object: type("object")
        case .list: type("array")
        case .time: reference("time")
        case .status: reference("status")
        case .category: reference("category")
        case .wholeNumber: reference("wholeNumber")
        case .unsignedNumber: reference("unsignedNumber")
        }
    }

    /// The members of an object inside a transition.
    static func object(_ table: InnerMembers.Table, _ meanings: [String: String]) -> JSONValue {
        var properties: [String: JSONValue] = [:]
        for (name, claim) in table {
            properties["\(name)"] = described(optional(self.claim(claim)), meanings["\(name)"] ?? "")
        }
        return .object([
            "allOf": .array([reference("freeObject")]), "properties": .object(properties), "type": .string("object"),
        ])
    }

    /// The definitions that others refer to.
    static let definitions: [String: JSONValue] = [
        "category": enumeration(
            FailureCategory.allCases.map { ($0.name, Int($0.rawValue)) }, numbersAsText: true,
            "Category of a failure: its name, or its number."),
        "count": number("0", "9223372036854775807", text: "^[0-9]{1,18}$"),
        "complianceCheck": object(InnerMembers.complianceCheck, InnerMeaning.complianceCheck),
        "errorDetails": object(InnerMembers.errorDetails, InnerMeaning.errorDetails),
        "identifier": identifier,
        "metadata": object(InnerMembers.metadata, InnerMeaning.metadata),
        "status": enumeration(
            DeploymentStatus.allCases.map { ($0.name, $0.sourceNumber) }, numbersAsText: false,
            "Status: its name, or its number."),
        "time": time,
        "unsignedNumber": number("0", "18446744073709551615", text: "^[0-9]{1,19}$"),
        "wholeNumber": number("-9223372036854775808", "9223372036854775807", text: "^-?[0-9]{1,18}$"),
    ]

    /// A status in a cell, which holds no number but its digits.
    static let statusText = enumeration(
        DeploymentStatus.allCases.map { ($0.name, $0.sourceNumber) }, numbersAsText: true,
        "Status: its name, or its number.")

    private static func enumeration(
        _ values: [(name: String, number: Int)], numbersAsText: Bool, _ description: String
    ) -> JSONValue {
        let sorted = values.sorted { $0.number < $1.number }
        let names = sorted.map { JSONValue.string($0.name) }
        let numbers = sorted.map { JSONValue.integer(Int64($0.number)) }
        let texts = numbersAsText ? sorted.map { JSONValue.string("\($0.number)") } : []
        return .object(["description": .string(description), "enum": .array(names + numbers + texts)])
    }

    /// A pattern ends in no line end, which some programs let pass before `$`.
    private static func text(_ pattern: String) -> JSONValue {
        .object([
            "not": .object(["pattern": .string("\\n")]), "pattern": .string(pattern), "type": .string("string"),
        ])
    }

    private static func number(_ least: String, _ greatest: String, text pattern: String) -> JSONValue {
        let number = JSONValue.object([
            "maximum": .canonical(Array(greatest.utf8)), "minimum": .canonical(Array(least.utf8)),
            "type": .string("integer"),
        ])
        return .object(["anyOf": .array([number, text(pattern)])])
    }

    /// Bytes are counted, not characters: what is no ASCII has at most 4 bytes.
    private static let identifier = JSONValue.object([
        "anyOf": .array([
            .object([
                "maxLength": .integer(Int64(Identifier.maximumBytes)),
                "not": .object(["pattern": .string("[^\\u0000-\\u007F]")]),
            ]),
            .object(["maxLength": .integer(Int64(Identifier.maximumBytes / 4))]),
        ]),
        "description": .string("1 to \(Identifier.maximumBytes) bytes of UTF-8 without control characters."),
        "minLength": .integer(1),
        "not": .object(["pattern": .string("[\\u0000-\\u001F\\u007F-\\u009F]")]),
        "type": .string("string"),
    ])

    /// An RFC 3339 time whose date exists, to 100 ns; a leap second at the end of June or December.
    private static let time: JSONValue = {
        let months =
            "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
            + "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
        let leapYear = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
        let date = "(?:[0-9]{4}-\(months)|\(leapYear)-02-29)"
        let fraction = "(?:\\.[0-9]{1,7}0*)?"
        let clock = "[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\(fraction)"
        let patterns = [
            "^(?!0000)\(date)\(clock)[Zz]?$",
            "^(?!000[01]|9999)\(date)\(clock)[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]$",
            "^(?!0000)[0-9]{4}-(?:06-30|12-31)[Tt]23:59:60\(fraction)[Zz]?$",
        ]
        return .object([
            "anyOf": .array(patterns.map { text($0) }),
            "description": .string("RFC 3339, such as 2026-02-10T09:30:00.1234567Z; without a zone it is UTC."),
        ])
    }()
}
