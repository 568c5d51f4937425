package import AuditModel
package import BundleFormat
package import MerkleTree
import RecordIntake

/// The second pass over a range of deployments: findings, metrics, and the rows of every table.
package struct RangeAnalysis: Sendable {
    package var metrics = MetricsPart()
    /// What the range gives for metrics that sources state; parallel to those of the analyzer.
    var stated: [StatedMetrics] = []
    package var findings: [Finding] = []
    package var briefs: [ReportBrief] = []
    /// What became of the range's records; nil when the survey has told it.
    var outcomes: RecordOutcomes?
    var dispositions = (inHistory: 0, repeats: 0, refused: 0)
    package var leaves: [MerkleDigest] = []
    /// The rows of every table; nil when they are not wanted.
    package var rows: TableRows?
    package var transitionCount: Int { dispositions.inHistory + dispositions.repeats + dispositions.refused }
}

/// The rows of a range in the trail and in the two large tables.
package struct TableRows: Sendable {
    package let trail: [UInt8]
    package let deployments: [UInt8]
    package let transitions: [UInt8]
}

/// Does the second pass for ranges of rows.
package struct RangeAnalyzer: Sendable {
    package let records: RecordSet
    /// The number of the first of its deployments among all.
    let firstDeployment: Int
    /// The rows of its deployments; the first begins a range.
    package let rows: Range<Int>
    let survey: Survey
    let selection: Selection
    package let rules: DeploymentRules
    /// Metrics that sources state, without a deployment yet.
    let stated: [StatedMetrics]
    /// Whether the tables' rows are wanted too.
    let renders: Bool
    /// Times after this one are a finding.
    let futureAfter: Timestamp?

    /// Deployments in one range: fixed, so that the bytes of a bundle do not depend on the number of threads.
    static let rangeSize = 512

    package var rangeCount: Int { (rows.count + RangeAnalyzer.rangeSize - 1) / RangeAnalyzer.rangeSize }

    package func analyze(_ range: Int) -> RangeAnalysis {
        var result = RangeAnalysis()
        result.stated = stated
        var buffers = Buffers(renders ? RangeAnalyzer.rangeSize : 0)
        var assembler = DossierAssembler(
            records: records, period: selection.period, detail: .rows, futureAfter: futureAfter)
        var outcomes = RecordOutcomes(sources: records.sourceCount, showing: IntakeScope(selection))
        var history = History()
        let first = rows.lowerBound + range * RangeAnalyzer.rangeSize
        for row in first..<min(first + RangeAnalyzer.rangeSize, rows.upperBound) {
            assembler.assemble(number(row), &outcomes.tally)
            history.build(&assembler.dossier)
            outcomes.count(assembler.dossier, .inBundle, after: assembler.countsAfter)
            let first = result.findings.count
            evaluate(assembler.dossier, history, row: row, result: &result)
            result.metrics.add(assembler.dossier, history, period: selection.period)
            for index in result.stated.indices { result.stated[index].add(assembler.dossier) }
            if renders {
                buffers.render(
                    assembler.dossier, history, row: row, findings: result.findings[first...], analyzer: self,
                    result: &result)
            }
        }
        if renders { result.rows = buffers.rows }
        if survey.outcomes == nil { result.outcomes = outcomes }
        return result
    }

    /// The number in the set of the deployment of a row.
    package func number(_ row: Int) -> Int { Int(survey.included[row]) - firstDeployment }

    private func evaluate(_ dossier: Dossier, _ history: History, row: Int, result: inout RangeAnalysis) {
        let first = result.findings.count
        rules.evaluate(dossier, history, isReused: { isReused(dossier, $0) }, into: &result.findings)
        var severity: UInt8 = 0
        for index in first..<result.findings.count {
            result.findings[index].row = row
            severity = max(severity, result.findings[index].severity.rawValue + 1)
        }
        for entry in history.entries {
            switch entry.disposition {
            case .inHistory: result.dispositions.inHistory += 1
            case .repeat: result.dispositions.repeats += 1
            case .refused: result.dispositions.refused += 1
            }
        }
        let time = dossier.members.createdAt ?? dossier.transitions.first?.time ?? .unset
        result.briefs.append(ReportBrief(row: row, severity: severity, time: time.ticks))
    }

    package func isReused(_ dossier: Dossier, _ index: Int) -> Bool {
        guard !survey.reused.isEmpty else { return false }
        return survey.reused.contains(Array(dossier.bytes[dossier.transitions[index].id.range]))
    }

    /// The rows of a range, before they are compressed.
    private struct Buffers {
        var trail: [UInt8] = []
        var deployments: [UInt8] = []
        var transitions: [UInt8] = []
        var deploymentTable = DeploymentTable()
        var transitionTable = TransitionTable()

        /// Room for the rows of some deployments of the usual length, so that growing does not copy them again.
        init(_ deployments: Int) {
            trail.reserveCapacity(deployments << 12)
            self.deployments.reserveCapacity(deployments << 9)
            transitions.reserveCapacity(deployments << 11)
        }

        mutating func render(
            _ dossier: Dossier, _ history: History, row: Int, findings: ArraySlice<Finding>,
            analyzer: RangeAnalyzer, result: inout RangeAnalysis
        ) {
            let context = TrailLine.Context(row: row, periodStart: analyzer.selection.period?.from)
            if row > 0 { trail += [UInt8(ascii: ","), 0x0A] }
            let start = trail.count
            TrailLine.encode(dossier, history, context: context, into: &trail)
            trail[start...].withUnsafeBytes { result.leaves.append(MerkleHash.leaf($0)) }
            deploymentTable.write(
                dossier, history, row: row, errors: findings.count { $0.severity == .error },
                warnings: findings.count { $0.severity == .warning }, into: &deployments)
            transitionTable.write(dossier, history, context: context, into: &transitions)
        }

        var rows: TableRows { TableRows(trail: trail, deployments: deployments, transitions: transitions) }
    }
}
