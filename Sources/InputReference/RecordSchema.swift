import CSVRows
import RecordContent
import RecordIngest
import StrictJSON

/// Schemas of records.
enum RecordSchema {
    /// A transition that stands alone.
    static let transition = object(
        "A transition.", transitionMembers.merging(["deploymentId": own(.deploymentId, "identifier")]) { $1 },
        required: ["deploymentId", "status", "timestamp"])

    /// A transition in a status history.
    static let historyEntry = object(
        "A transition in a statusHistory.", transitionMembers, required: ["status", "timestamp"])

    static let deployment: JSONValue = {
        let members = deploymentMembers.merging(["deploymentId": own(.deploymentId, "identifier")]) { $1 }
        guard case .object(var schema) = object("A deployment.", members, required: ["deploymentId"]) else {
            return .null
        }
        schema["anyOf"] = .array([ShapeSchema.has("currentStatus"), ShapeSchema.has("statusHistory")])
        return .object(schema)
    }()

    /// The status of a job; its state may stand in `status` if there is no `currentStatus`.
    static let jobStatus: JSONValue = {
        var members = deploymentMembers
        // Those of the response, which are no members of the deployment.
        members["deploymentId"] = nil
        members["correlationId"] = .object(["not": .object(["type": .array([.string("array"), .string("object")])])])
        members["jobId"] = MemberSchema.described(
            MemberSchema.reference("identifier"), "Identifier of the job, which is the deployment's.")
        guard case .object(var schema) = object("The status of a job.", members, required: ["jobId"]) else {
            return .null
        }
        schema["if"] = .object(["not": .object(["required": .array([.string("currentStatus")])])])
        let status = MemberSchema.described(
            MemberSchema.optional(MemberSchema.reference("status")), "Current status, if there is no currentStatus.")
        schema["then"] = .object(["properties": .object(["status": status])])
        return .object(schema)
    }()

    /// A row of a CSV, as programs read it: names of columns and the texts of cells.
    static let csvRow: JSONValue = {
        var properties: [String: JSONValue] = [:]
        for column in CSVColumn.all {
            let member = KnownMember(rawValue: column.member)
            let isRequired = CSVColumn.required.contains(column.name)
            var value = isRequired ? required(column) : MemberSchema.claim(member?.claim ?? .text)
            if !isRequired { value = .object(["anyOf": .array([value, .object(["const": .string("")])])]) }
            let meaning = MemberSchema.described(value, member?.meaning ?? "")
            properties[column.name] = .object(["allOf": .array([MemberSchema.type("string"), meaning])])
        }
        return object("A row of a CSV, by the names of the header.", properties, required: CSVColumn.required)
    }()

    private static func required(_ column: CSVColumn) -> JSONValue {
        switch column.member {
        case "timestamp": MemberSchema.reference("time")
        case "status": MemberSchema.statusText
        default: MemberSchema.reference("identifier")
        }
    }

    // MARK: Members

    private static let transitionMembers: [String: JSONValue] = {
        var members = claims { $0.isOfTransition }
        members["deploymentId"] = own(.deploymentId, "identifier", isOptional: true)
        members["id"] = own(.id, "identifier", isOptional: true)
        members["status"] = own(.status, "status")
        members["timestamp"] = own(.timestamp, "time")
        // A history inside a history is no list of its entries: it is carried along.
        members["statusHistory"] = .object([
            "allOf": .array([MemberSchema.optional(MemberSchema.type("array")), MemberSchema.reference("carried")])
        ])
        members["errorDetails"] = optional(.errorDetails, MemberSchema.reference("errorDetails"))
        members["metadata"] = optional(.metadata, MemberSchema.reference("metadata"))
        members["complianceChecks"] = optional(
            .complianceChecks,
            .object([
                "items": MemberSchema.optional(MemberSchema.reference("complianceCheck")), "type": .string("array"),
            ]))
        return members
    }()

    private static let deploymentMembers: [String: JSONValue] = {
        var members = claims { $0.isOfDeployment }
        members["createdAt"] = own(.createdAt, "time", isOptional: true)
        members["updatedAt"] = own(.updatedAt, "time", isOptional: true)
        members["statusHistory"] = optional(
            .statusHistory,
            .object([
                "items": MemberSchema.reference("historyEntry"),
                "maxItems": .integer(Int64(IngestLimits.transitionsPerDeployment)), "type": .string("array"),
            ]))
        return members
    }()

    private static func claims(_ isOfRecord: (KnownMember) -> Bool) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        for member in KnownMember.allCases where isOfRecord(member) {
            if let claim = member.claim { members[member.rawValue] = optional(member, MemberSchema.claim(claim)) }
        }
        return members
    }

    private static func optional(_ member: KnownMember, _ schema: JSONValue) -> JSONValue {
        MemberSchema.described(MemberSchema.optional(schema), member.meaning)
    }

    private static func own(_ member: KnownMember, _ definition: String, isOptional: Bool = false) -> JSONValue {
        let schema = MemberSchema.reference(definition)
        return MemberSchema.described(isOptional ? MemberSchema.optional(schema) : schema, member.meaning)
    }

    private static func object(
        _ description: String, _ properties: [String: JSONValue], required: [String]
    ) -> JSONValue {
        .object([
            "additionalProperties": MemberSchema.reference("carried"), "description": .string(description),
            "properties": .object(properties), "required": .array(required.map(JSONValue.string)),
            "type": .string("object"),
        ])
    }
}
