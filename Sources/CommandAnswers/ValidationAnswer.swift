package import AuditModel
import BundleFormat
package import CommandLineInterface
package import RecordAnalysis
import StrictJSON

extension Console {
    /// Writes what `validate` found: the sums and all findings, of which there may be millions.
    package static func answer(validation result: AnalysisResult) {
        answer(Answer(["counts": result.countsValue]), listing: "findings") { write in
            result.forEachFinding { write(result.value($0)) }
        }
    }
}

extension AnalysisResult {
    /// A finding as people read it, with the place of its record or its deployment.
    package func line(_ finding: Finding) -> String {
        var subject = ""
        if let (source, position) = source(finding) {
            subject = "\(source):\(position.line): "
        } else if let id = finding.deploymentID {
            subject = "\(Console.safe(id)): "
        }
        return "\(finding.severity.name): \(finding.code.rawValue): \(subject)\(Console.safe(finding.message))"
    }

    fileprivate var countsValue: JSONValue {
        let counts: [String: Int] = [
            "read": sums.read, "accepted": sums.accepted, "duplicates": sums.duplicates, "conflicts": sums.conflicts,
            "rejected": sums.rejected, "transitions": sums.acceptedTransitions, "inHistory": sums.inHistory,
            "repeats": sums.repeats, "refused": sums.refused, "deployments": sums.deployments,
        ]
        return .object(counts.mapValues(JSONValue.count))
    }

    fileprivate func value(_ finding: Finding) -> JSONValue {
        var members: [String: JSONValue] = [
            "code": .string(finding.code.rawValue), "message": .string(finding.message),
            "severity": .string(finding.severity.name),
            "deploymentId": finding.deploymentID.map(JSONValue.string) ?? .null,
            "transitionId": finding.transitionID.map(JSONValue.string) ?? .null, "source": .null,
        ]
        if let (source, position) = source(finding) {
            members["source"] = .object([
                "file": .string(source), "line": .integer(Int64(position.line)),
                "offset": .integer(Int64(position.offset)),
            ])
        }
        return .object(members)
    }

    /// The source of a finding's record and the position in it; nil if it has none.
    private func source(_ finding: Finding) -> (name: String, position: SourcePosition)? {
        guard let position = finding.position, position.source < sources.count else { return nil }
        return (sources[position.source].name, position)
    }
}
