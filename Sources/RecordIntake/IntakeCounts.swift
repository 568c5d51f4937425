package import AuditModel
package import BundleFormat

extension IntakeSums {
    /// Adds every sum of another.
    package mutating func add(_ other: IntakeSums) {
        for (_, path) in IntakeSums.all { self[keyPath: path] += other[keyPath: path] }
    }

    /// Adds what became of the records of a source, as its summary says.
    package mutating func add(_ source: SourceSummary) {
        read += source.read
        accepted += source.accepted
        duplicates += source.duplicates
        conflicts += source.conflicts
        rejected += source.rejected
    }

    /// Adds what became of the transitions of deployments in the bundle.
    package mutating func add(_ dispositions: (inHistory: Int, repeats: Int, refused: Int)) {
        inHistory += dispositions.inHistory
        repeats += dispositions.repeats
        refused += dispositions.refused
        inBundleTransitions = inHistory + repeats + refused
    }
}

/// Counts findings by code and severity.
package enum FindingCounts {
    /// Counts derived findings and, by code, those of the intake.
    package static func count(_ derived: [Finding], intake: [FindingCode: Int]) -> [BundleDescription.FindingCount] {
        var counts: [FindingCode: [Severity: Int]] = [:]
        for finding in derived { counts[finding.code, default: [:]][finding.severity, default: 0] += 1 }
        for (code, count) in intake { counts[code, default: [:]][code.severity, default: 0] += count }
        return FindingCode.allCases.flatMap { code in
            Severity.allCases.reversed().compactMap { severity in
                counts[code]?[severity].map {
                    BundleDescription.FindingCount(code: code, severity: severity, count: $0)
                }
            }
        }
    }
}
