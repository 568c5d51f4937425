package import AuditModel

/// What became of every record that was read.
package struct IntakeSums: Sendable, Equatable {
    package var read = 0
    package var accepted = 0
    package var duplicates = 0
    package var conflicts = 0
    package var rejected = 0
    package var acceptedDeploymentRecords = 0
    package var acceptedTransitions = 0
    /// Distinct deployments among the accepted records.
    package var deployments = 0
    package var inBundleTransitions = 0
    package var inHistory = 0
    package var repeats = 0
    package var refused = 0

    package init() {}

    /// Whether every record is accounted for.
    package var addUp: Bool {
        read == accepted + duplicates + conflicts + rejected
            && accepted == acceptedDeploymentRecords + acceptedTransitions
            && inBundleTransitions == inHistory + repeats + refused
    }

    /// Name and value of every sum, by name.
    package static let all: [(name: String, path: any WritableKeyPath<IntakeSums, Int> & Sendable)] = [
        ("accepted", \.accepted),
        ("acceptedDeploymentRecords", \.acceptedDeploymentRecords),
        ("acceptedTransitions", \.acceptedTransitions),
        ("conflicts", \.conflicts),
        ("deployments", \.deployments),
        ("duplicates", \.duplicates),
        ("inBundleTransitions", \.inBundleTransitions),
        ("inHistory", \.inHistory),
        ("read", \.read),
        ("refused", \.refused),
        ("rejected", \.rejected),
        ("repeats", \.repeats),
    ]
}

/// What was read from one input.
package struct SourceSummary: Sendable, Equatable {
    /// The input's base name; `-` for standard input.
    package var name = ""
    package var size = 0
    /// SHA-256 of the bytes as received, in hexadecimal.
    package var sha256 = ""
    package var isGzip = false
    /// `audit-trail`, `csv`, `envelope`, `ndjson`, `records` or `empty`: what the content was.
    package var shape = "empty"
    package var read = 0
    package var accepted = 0
    package var duplicates = 0
    package var conflicts = 0
    package var rejected = 0
    package var firstTime: Timestamp?
    package var lastTime: Timestamp?
    /// What the source says of itself, such as `totalCount`, as text by name.
    package var claims: [String: String] = [:]

    package init() {}
}
