package import StrictJSON

/// The JSON Schema (draft 2020-12) of input records, made of the same tables that records are read by.
///
/// A value that it finds valid is read without a rejected record and without an unreadable member (docs/input.md).
package enum InputSchema {
    package static let value: JSONValue = .object([
        "$defs": .object(definitions), "$id": .string("https://cartulary.dev/input/v1/input.schema.json"),
        "$schema": .string("https://json-schema.org/draft/2020-12/schema"),
        "anyOf": .array([
            MemberSchema.reference("value"),
            .object(["items": MemberSchema.reference("value"), "type": .string("array")]),
        ]),
        "description": .string(
            "Deployments, transitions, job statuses and envelopes around them: one object, an array, or a line of NDJSON."
        ),
        "title": .string("Input of cartulary"),
    ])

    private static let definitions = MemberSchema.definitions.merging(
        [
            "csvRow": RecordSchema.csvRow, "deployment": RecordSchema.deployment, "envelope": EnvelopeSchema.envelope,
            "historyEntry": RecordSchema.historyEntry, "metrics": EnvelopeSchema.metrics,
            "jobStatus": RecordSchema.jobStatus,
            "response": EnvelopeSchema.response, "transition": RecordSchema.transition, "value": ShapeSchema.value,
        ]
    ) { $1 }.merging(CarriedSchema.definitions) { $1 }
}
