package import AuditModel
package import StrictJSON

/// `rules.json`: the rules of this format version, with the thresholds in force as the only slot.
package enum RulesFile {
    package static func value(_ thresholds: Thresholds) -> JSONValue {
        .object([
            "arrows": .array(
                LifecycleStateMachine.arrows.map {
                    .object(["from": .string($0.from.name), "to": .string($0.to.name)])
                }),
            "categories": .array(FailureCategory.allCases.map(category)),
            "dispositions": .array(Disposition.allCases.map { .string($0.name) }),
            "findings": .array(FindingCode.allCases.map(finding)),
            "format": .string(BundleDescription.format),
            "metrics": .array(MetricDefinition.all.map(metric)),
            "states": .array(DeploymentStatus.allCases.map(state)),
            "thresholds": .object(["defaults": limits(.defaults), "inForce": limits(thresholds)]),
            "tieBreak": .string(tieBreak),
        ])
    }

    private static let tieBreak =
        "Transitions go by time. Of 2 to 8 equal times the order with the fewest refused, then the fewest repeats, "
        + "then the smallest by rank and identifier; more than 8 go by rank and identifier."

    /// A category of failures, with what it says of retries by default.
    private static func category(_ category: FailureCategory) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(category.name), "sourceNumber": .integer(Int64(category.rawValue)),
        ]
        members["isRetryable"] = category.isRetryableByDefault.map(JSONValue.bool)
        members["retryDelaySeconds"] = category.defaultRetryDelaySeconds.map(JSONValue.integer)
        return .object(members)
    }

    private static func finding(_ code: FindingCode) -> JSONValue {
        .object([
            "code": .string(code.rawValue), "explanation": .string(code.explanation),
            "origin": .string(code.isDerived ? "derived" : "intake"), "severity": .string(code.severity.name),
            "subject": .string(code.subject.rawValue),
        ])
    }

    private static func metric(_ definition: MetricDefinition) -> JSONValue {
        .object([
            "name": .string(definition.name), "sentence": .string(definition.sentence),
            "unit": .string("\(definition.unit)"),
        ])
    }

    private static func state(_ status: DeploymentStatus) -> JSONValue {
        .object([
            "isTerminal": .bool(status.isTerminal), "name": .string(status.name),
            "rank": .integer(Int64(status.rawValue)), "sourceNumber": .integer(Int64(status.sourceNumber)),
        ])
    }

    private static func limits(_ thresholds: Thresholds) -> JSONValue {
        .object(
            Dictionary(
                uniqueKeysWithValues: Thresholds.all.map { ($0.name, .integer(thresholds[keyPath: $0.path])) }))
    }

    /// Decodes the thresholds in force, which are all that a file of this format version can choose.
    package static func decode(_ bytes: [UInt8]) -> Claim<Thresholds> {
        FormProblem.claim(bytes, of: BundlePath.rules) { rules in
            var thresholds = Thresholds()
            for (name, path) in Thresholds.all {
                guard let value = rules["thresholds"]?["inForce"]?[name]?.integer, Thresholds.range.contains(value)
                else {
                    let range = "\(Thresholds.range.lowerBound) to \(Thresholds.range.upperBound)"
                    return .failure(
                        FormProblem(.malformed, "\(BundlePath.rules): thresholds.inForce.\(name): expected \(range)"))
                }
                thresholds[keyPath: path] = value
            }
            return .success(thresholds)
        }
    }
}
