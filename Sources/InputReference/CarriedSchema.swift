import AuditModel
import StrictJSON

/// Members that are carried along and not read: no record may stand in them, and no text that could hold records.
enum CarriedSchema {
    static let definitions: [String: JSONValue] = [
        "carried": value(
            "carried", without: ["identifiedRecord", "historyRecord", "textOfRecords"],
            "A member that is not known: neither a record nor a text of records, at any depth."),
        "free": value(
            "free", without: ["identifiedRecord", "historyRecord"],
            "A value inside metadata, errorDetails or a compliance check: no record, at any depth."),
        "freeObject": freeObject,
        "historyRecord": historyRecord,
        "identifiedRecord": identifiedRecord,
        "textOfRecords": textOfRecords,
    ]

    /// A text that begins like JSON, when byte order marks, white space and quotation marks before it are left out.
    static let textOfJSON: JSONValue = {
        let blank = "\\uFEFF \\t\\n\\r"
        let wrapping = "(?:[\(blank)\"]|\\\\(?:[nrt]|u[0-9A-Fa-f]{4})?)*"
        let list = "\\[[\(blank)]*(?:[{\\[\"\\\\]|[-0-9][\\s\\S]*\\{)"
        return .object([
            "pattern": .string("^\(wrapping)(?:\\{[\(blank)]*[\"\\\\]|\(list))"), "type": .string("string"),
        ])
    }()

    /// A row of CSV with the name of a status and a time among its cells, in any order.
    private static let row: JSONValue = {
        let status = "\"?(?:\(DeploymentStatus.allCases.map(\.name).joined(separator: "|")))\"?"
        let time = "\"?[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}[0-9Zz:.+-]{0,40}\"?"
        func row(_ first: String, _ second: String) -> String {
            "(?:^|[\\n\\r,;\\t])\(first)[,;\\t](?:[^\\n\\r]*[,;\\t])?\(second)(?:[\\n\\r,;\\t]|$)"
        }
        return .object(["pattern": .string("\(row(status, time))|\(row(time, status))")])
    }()

    /// A text that names two of identifier, status and time, and has members or rows; or one with a row of a record.
    private static let textOfRecords: JSONValue = {
        let identifier = anyOf([contains("deploymentid"), contains("jobid")])
        let status = contains("status")
        let time = contains("timestamp")
        let structure = JSONValue.object(["pattern": .string("[\\n\\r]|\\\\ *[nru]|\" *:|% *2|t *;")])
        let named = allOf([
            structure, anyOf([allOf([identifier, status]), allOf([identifier, time]), allOf([status, time])]),
        ])
        return .object(["anyOf": .array([named, row]), "type": .string("string")])
    }()

    /// An object with an identifier and the other members that make it a record.
    private static let identifiedRecord = anyOf([
        allOf([
            has("deploymentid"),
            anyOf([has("currentstatus"), has("statushistory"), allOf([has("status"), has("timestamp")])]),
        ]),
        allOf([has("jobid"), anyOf([has("currentstatus"), has("statushistory"), has("status")])]),
    ])

    /// An object with a status and a time, as an entry of a history has them.
    private static let historyRecord = allOf([
        not(.object(["patternProperties": .object([folded("status"): not(MemberSchema.reference("status"))])])),
        has("timestamp"),
    ])

    /// An object of a transition that may hold members of any name.
    private static let freeObject: JSONValue = {
        let identified = MemberSchema.reference("identifiedRecord")
        let free = MemberSchema.reference("free")
        let context = JSONValue.object(["additionalProperties": free, "items": free, "not": identified])
        return .object([
            "additionalProperties": free, "not": identified, "properties": .object(["context": context]),
        ])
    }()

    private static func value(_ name: String, without refused: [String], _ description: String) -> JSONValue {
        let own = MemberSchema.reference(name)
        return .object([
            "additionalProperties": own, "description": .string(description), "items": own,
            "not": anyOf(refused.map(MemberSchema.reference)),
        ])
    }

    /// An object with a member of that name that is not null; case and punctuation of names do not count.
    private static func has(_ name: String) -> JSONValue {
        not(.object(["patternProperties": .object([folded(name): MemberSchema.type("null")])]))
    }

    private static func contains(_ name: String) -> JSONValue { .object(["pattern": .string(letters(name))]) }

    private static func folded(_ name: String) -> String { "^[^A-Za-z]*\(letters(name))[^A-Za-z]*$" }

    private static func letters(_ name: String) -> String {
        name.map { "[\($0.uppercased())\($0)]" }.joined(separator: "[^A-Za-z]*")
    }

    private static func allOf(_ schemas: [JSONValue]) -> JSONValue { .object(["allOf": .array(schemas)]) }
    private static func anyOf(_ schemas: [JSONValue]) -> JSONValue { .object(["anyOf": .array(schemas)]) }
    private static func not(_ schema: JSONValue) -> JSONValue { .object(["not": schema]) }
}
