/// What `cartulary template` writes: complete examples of input, and the JSON Schema of its records.
package enum InputTemplate: String, CaseIterable, Sendable {
    case json, ndjson, csv, schema

    /// The bytes of the file, with a line end.
    package var bytes: [UInt8] {
        switch self {
        case .json: PackageResources.example_json
        case .ndjson: PackageResources.example_ndjson
        case .csv: PackageResources.example_csv
        case .schema: IndentedJSON.file(InputSchema.value)
        }
    }
}
