import StrictJSON

/// Tells the shapes of objects apart, in the order in which reading does (docs/domain.md, section 1).
enum ShapeSchema {
    static let value: JSONValue = {
        let record = choose(
            allOf([isJob, anyOf([has("status"), has("currentStatus"), hasHistory])]), then: "jobStatus",
            else: choose(
                isTrailLine, then: nil,
                else: choose(
                    allOf([anyOf([has("status"), has("timestamp")]), not(hasHistory)]), then: "transition",
                    else: choose(isMetrics, then: "metrics", else: MemberSchema.reference("deployment")))))
        let isEnvelope = allOf([
            has("success"), not(holdsEntries),
            anyOf([
                property("success", .object(["not": .object(["const": .bool(true)])])),
                not(anyOf([has("deploymentId"), isJob])),
            ]),
        ])
        let single = choose(isEnvelope, then: "envelope", else: choose(isFailure, then: nil, else: record))
        return .object([
            "allOf": .array([
                single,
                .object(["if": required("success"), "then": MemberSchema.reference("response")]),
            ]),
            "type": .string("object"),
        ])
    }()

    /// An object with a member that is not null.
    static func has(_ name: String) -> JSONValue { property(name, .object(["not": MemberSchema.type("null")])) }

    private static let isJob = allOf([not(has("deploymentId")), has("jobId")])
    private static let hasHistory = property("statusHistory", MemberSchema.type("array"))
    private static let holdsEntries = property(
        "statusHistory", .object(["minItems": .integer(1), "type": .string("array")]))

    /// Problem details, or another error by its HTTP status.
    private static let isFailure = allOf([
        property(
            "status",
            .object(["maximum": .integer(599), "minimum": .integer(400), "type": .string("integer")])),
        anyOf(["title", "error", "detail"].map { property($0, MemberSchema.type("string")) }),
        not(holdsEntries),
    ])

    /// Lines of a bundle have a schema of their own in each bundle.
    private static let isTrailLine = allOf([
        has("deploymentId"), not(hasHistory), property("transitions", MemberSchema.type("array")),
        property("derived", MemberSchema.type("object")), property("row", MemberSchema.type("number")),
    ])

    private static let isMetrics = allOf([
        required("totalDeployments"), required("successfulDeployments"), not(has("deploymentId")), not(hasHistory),
    ])

    // MARK: Composition

    static func property(_ name: String, _ schema: JSONValue) -> JSONValue {
        .object(["properties": .object([name: schema]), "required": .array([.string(name)])])
    }

    static func required(_ name: String) -> JSONValue { .object(["required": .array([.string(name)])]) }
    static func allOf(_ schemas: [JSONValue]) -> JSONValue { .object(["allOf": .array(schemas)]) }
    static func anyOf(_ schemas: [JSONValue]) -> JSONValue { .object(["anyOf": .array(schemas)]) }
    private static func not(_ schema: JSONValue) -> JSONValue { .object(["not": schema]) }

    /// A condition and what it leads to; nothing is valid where `then` is nil.
    private static func choose(_ condition: JSONValue, then name: String?, else other: JSONValue) -> JSONValue {
        .object(["else": other, "if": condition, "then": name.map(MemberSchema.reference) ?? .bool(false)])
    }
}
