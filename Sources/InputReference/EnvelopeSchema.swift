import RecordContent
import RecordIngest
import StrictJSON

/// What the service returned to a request, around records.
enum EnvelopeSchema {
    /// What a response says of itself; one of a request that failed is no input to seal.
    static let response: JSONValue = {
        let count = MemberSchema.optional(MemberSchema.reference("count"))
        var properties: [String: JSONValue] = ["success": .object(["const": .bool(true)])]
        for name in ["page", "pageSize", "recordCount", "totalCount", "totalPages"] { properties[name] = count }
        for name in HTTPStatus.names {
            properties["\(name)"] = "\(name)" == "statusCode" ? successCode : .object(["not": failure])
        }
        return .object(["patternProperties": .object(cut), "properties": .object(properties)])
    }()

    /// A number of 400 to 599, or of a part of an answer; also as a text.
    private static let failure = anyOf([
        .object(["maximum": .integer(599), "minimum": .integer(400), "type": .string("integer")]),
        .object(["const": .integer(206)]), text("^(?:206|[45][0-9][0-9])$"),
    ])

    /// A number of 200 to 299 but 206; also as a text.
    private static let successCode = anyOf([
        .object([
            "maximum": .integer(299), "minimum": .integer(200), "not": .object(["const": .integer(206)]),
            "type": .string("integer"),
        ]),
        .object(["type": .array(["null", "boolean", "object", "array"].map(JSONValue.string))]),
        text("^(?!206$)2[0-9][0-9]$"), text("^(?!-?[0-9]+$)"),
    ])

    /// Members that name an error, and a status that does; around one deployment that failed they are that deployment's.
    private static let withoutError: [JSONValue] = {
        let none = anyOf([
            .object([
                "enum": .array(
                    [.null, .bool(false), .integer(0)] + ["", "0", "false", "False", "null"].map(JSONValue.string))
            ]),
            .object(["maxItems": .integer(0), "type": .string("array")]),
            .object(["maxProperties": .integer(0), "type": .string("object")]),
        ])
        let own = Dictionary(uniqueKeysWithValues: StatedError.names.map { (pattern($0), none) })
        let status = JSONValue.object(["not": anyOf(StatedError.statuses.map { text(pattern($0)) })])
        let ofAny = [pattern(StatedError.message): none, pattern(StatedError.status): status]
        return [
            .object(["patternProperties": .object(own)]),
            .object(["else": .object(["patternProperties": .object(ofAny)]), "if": holdsFailed]),
        ]
    }()

    private static let holdsFailed: JSONValue = {
        let failed = JSONValue.object(["enum": .array([.string("Failed"), .integer(5)])])
        let states = ["currentStatus", "status"].map { name in
            JSONValue.object([
                "properties": .object([name: failed]), "required": .array([.string(name)]), "type": .string("object"),
            ])
        }
        return anyOf(
            UnreadMember.holders.map { name in
                .object([
                    "properties": .object(["\(name)": anyOf(states)]), "required": .array([.string("\(name)")]),
                ])
            })
    }()

    private static func anyOf(_ schemas: [JSONValue]) -> JSONValue { .object(["anyOf": .array(schemas)]) }

    private static func text(_ pattern: String) -> JSONValue {
        .object(["pattern": .string(pattern), "type": .string("string")])
    }

    /// Members that say that the answer is not whole, in any case and punctuation of their names.
    private static let cut: [String: JSONValue] = {
        var patterns: [String: JSONValue] = [:]
        for name in MisspeltCount.names {
            let pattern = pattern(name.lowercased()).dropFirst()
            patterns["^(?!\(name)$)\(pattern)"] = .object([
                "type": .array(["array", "null", "object"].map(JSONValue.string))
            ])
        }
        for (names, isCut) in [(ResponseMember.cut, true), (ResponseMember.whole, false)] {
            let texts = ResponseMember.booleans.filter { $0.isTrue == isCut }.map { JSONValue.string("\($0.text)") }
            let refused = JSONValue.object(["enum": .array([.bool(isCut)] + texts)])
            for name in names { patterns[pattern(name)] = .object(["not": refused]) }
        }
        return patterns
    }()

    /// A pattern of the names with such letters, whatever stands between them.
    private static func pattern(_ letters: String) -> String {
        let other = "[^0-9A-Za-z]*"
        return "^\(other)" + letters.map { "[\($0)\($0.uppercased())]\(other)" }.joined() + "$"
    }

    static let envelope: JSONValue = {
        let holder = JSONValue.object([
            "anyOf": .array([
                MemberSchema.reference("value"),
                .object(["items": MemberSchema.reference("value"), "type": .string("array")]),
                .object(["type": .array([.string("string"), .string("null")])]),
            ])
        ])
        var properties: [String: JSONValue] = ["metrics": .object(["anyOf": .array([metrics, other])])]
        for name in ["data", "deployment", "deployments"] {
            properties[name] = MemberSchema.described(holder, "Records; a text of JSON or CSV is not looked into here.")
        }
        return .object([
            "additionalProperties": other,
            "allOf": .array([MemberSchema.reference("response"), saysSomething] + withoutError),
            "description": .string("A response of the service around records."), "properties": .object(properties),
            "required": .array([.string("success")]), "type": .string("object"),
        ])
    }()

    /// Records, a list or a text for them, metrics, or a number of deployments or pages: an answer without any says nothing.
    private static let saysSomething: JSONValue = {
        let counts = ["recordCount", "totalCount", "totalPages"].map(ShapeSchema.has)
        let count = MemberSchema.reference("count")
        let stretch = ShapeSchema.allOf([
            ShapeSchema.property("total", count),
            ShapeSchema.anyOf(["limit", "offset"].map { ShapeSchema.property($0, count) }),
        ])
        let text = JSONValue.object([
            "pattern": .string("[^ \\t\\r\\n\\uFEFF]"), "type": .string("string"),
        ])
        let content = ShapeSchema.anyOf([.object(["type": .array([.string("array"), .string("object")])]), text])
        let holders = ["data", "deployment", "deployments"].map { ShapeSchema.property($0, content) }
        let figures = ShapeSchema.property(
            "metrics", .object(["required": .array([.string("totalDeployments")]), "type": .string("object")]))
        return ShapeSchema.anyOf(counts + [stretch] + holders + [figures])
    }()

    /// The service's own metrics, which are kept as claims.
    static let metrics: JSONValue = {
        let group = JSONValue.object(["additionalProperties": other, "maxItems": .integer(0), "not": refused])
        let groups = MetricsClaims.groups.map { ("\($0)", group) }
        return .object([
            "additionalProperties": other, "properties": .object(Dictionary(uniqueKeysWithValues: groups)),
            "required": .array([.string("totalDeployments")]), "type": .string("object"),
        ])
    }()

    /// A member that holds no records: a single value, or nothing.
    private static let other = JSONValue.object([
        "maxItems": .integer(0), "maxProperties": .integer(0), "not": refused,
    ])

    private static let refused = JSONValue.object([
        "anyOf": .array([CarriedSchema.textOfJSON, MemberSchema.reference("textOfRecords")])
    ])
}
