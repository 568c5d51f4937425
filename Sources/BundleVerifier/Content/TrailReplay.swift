import AuditModel
import BundleFormat
import BundleReading
import BundleRelations
import BundleRendering
import MerkleTree
import StrictJSON

/// What replaying a stretch of the trail gives: everything the other files must agree with.
struct ReplayedStretch: Sendable {
    var problems = ProblemList()
    var leaves: [MerkleDigest] = []
    var deployments: [UInt8] = []
    var transitions: [UInt8] = []
    /// Derived findings as elements of `findings.json`, and as rows of `findings.csv`.
    var findingElements: [[UInt8]] = []
    var findingRows: [[UInt8]] = []
    var samples = ReportSamples()
    var severities: [FindingCode: [Severity: Int]] = [:]
    var metrics = MetricsPart()
    var dispositions = [Int](repeating: 0, count: Disposition.allCases.count)
    var recordCount = 0
    var identifiers: [UInt64] = []
    /// Intake findings that records ask for.
    var required = RequiredFindings()
    /// For comparison with the log: what stands in which row (``LogRecord/mark(row:)``).
    var marks = MarkSum()
    var columns: [ColumnRelations.Line] = []
    /// Of each line the hash of its deployment's identifier; 0 for one that cannot be read.
    var deploymentHashes: [UInt64] = []
    var firstID: [UInt8] = []
    var lastID: [UInt8] = []
    var briefs: [ReportBrief] = []
    /// What the report shows of deployments.
    var shown: [ReportDeployment] = []
    /// What stands of the deployments that conflicts name.
    var standing: [[UInt8]: StandingRecords] = [:]
    /// The latest time in any history.
    var latest: Timestamp?
    /// Deployments of which every record is of after the period.
    var afterPeriod = 0
    var count = 0
}

/// Replays lines of the trail: decodes, builds the history again, computes what follows, and encodes again.
struct TrailReplayer: Sendable {
    let period: Period?
    /// What every deployment has to match, and the period that it has to belong to.
    let filters: Selection
    /// Deployments that conflicts name.
    let contested: Set<[UInt8]>
    /// Whether every conflict is shown, so that no other deployment is disputed.
    let showsAllConflicts: Bool
    let rules: DeploymentRules
    let reused: Set<[UInt8]>
    /// The rows that the report shows.
    let shown: Set<Int>
    /// Which intake findings records ask for, beside their content.
    var required = RequiredFindings.Rule()
    /// Whether records are to be compared with a log.
    var marksRecords = false
    /// Whether it has to be known which deployments are in the bundle.
    var listsDeployments = false

    /// A stretch of lines; `row` is that of the first.
    struct Stretch: Sendable {
        var row: Int
        var lines: [[UInt8]]
        /// Whether a line is so long that no other is replayed beside it.
        var isLarge = false
    }

    func replay(_ stretch: Stretch) -> ReplayedStretch {
        var result = ReplayedStretch()
        var worker = Worker(self)
        for (index, line) in stretch.lines.enumerated() {
            worker.replay(line, row: stretch.row + index, into: &result)
        }
        return result
    }

    /// Bytes of the hash that finds candidates for identifiers that stand twice.
    static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        var hasher = Hasher()
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    private struct Worker {
        let replayer: TrailReplayer
        var decoder = TrailDecoder()
        var dossier = Dossier()
        var history = History()
        var deploymentTable = DeploymentTable()
        var transitionTable = TransitionTable()
        var encoded: [UInt8] = []
        var findings: [Finding] = []

        init(_ replayer: TrailReplayer) { self.replayer = replayer }

        mutating func replay(_ line: [UInt8], row: Int, into result: inout ReplayedStretch) {
            line.withUnsafeBytes { result.leaves.append(MerkleHash.leaf($0)) }
            do throws(TrailProblem) {
                try decoder.decode(line, into: &dossier)
            } catch {
                result.problems.add("row \(row): \(error.reason)")
                if replayer.listsDeployments { result.deploymentHashes.append(0) }
                return
            }
            history.build(&dossier)
            let context = TrailLine.Context(row: row, periodStart: replayer.period?.from)
            encoded.removeAll(keepingCapacity: true)
            encoded.reserveCapacity(line.count)
            TrailLine.encode(dossier, history, context: context, into: &encoded)
            if encoded != line { result.problems.add("row \(row): \(difference(line))") }
            result.required.add(decoder.noted, of: dossier, row: row, by: replayer.required)
            checkBounds(row, to: &result)
            checkSelection(row, to: &result)
            compute(row, context, into: &result)
            addStanding(row, to: &result)
        }

        private func checkSelection(_ row: Int, to result: inout ReplayedStretch) {
            if let filter = replayer.filters.filterLeavingOut(dossier, history) {
                return result.problems.add(
                    "row \(row): deployment \(dossier.idText) does not match the filter \(filter.rawValue)")
            }
            let earliest = dossier.transitions.lazy.filter(\.isPlausible).map(\.time).min()
            if replayer.filters.destination(of: dossier, history, earliest: earliest) != .inBundle {
                result.problems.add("row \(row): deployment \(dossier.idText) does not belong to the period")
            }
        }

        private func addStanding(_ row: Int, to result: inout ReplayedStretch) {
            if history.last >= 0 {
                let time = dossier.transitions[history.last].time
                result.latest = max(result.latest ?? time, time)
            }
            if dossier.snapshotAfterPeriod { result.afterPeriod += 1 }
            guard dossier.isDisputed || !replayer.contested.isEmpty else { return }
            let id = Array(dossier.bytes[dossier.id.range])
            if replayer.contested.contains(id) {
                result.standing[id] = StandingRecords(dossier)
            } else if dossier.isDisputed, replayer.showsAllConflicts {
                result.problems.add("row \(row): deployment \(dossier.idText) is disputed, and no conflict tells of it")
            }
        }

        /// Where the line first differs from what its records give.
        private func difference(_ line: [UInt8]) -> String {
            let difference = zip(line, encoded).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            let offset = difference ?? min(line.count, encoded.count)
            return "differs at byte \(offset) from what its records give"
        }

        private func checkBounds(_ row: Int, to result: inout ReplayedStretch) {
            if replayer.period == nil, dossier.snapshotAfterPeriod {
                result.problems.add("row \(row): snapshotAfterPeriod without a period")
            }
            if let period = replayer.period {
                if let time = decoder.latestUpdate, time >= period.to {
                    result.problems.add("row \(row): a deployment record of after the period, at \(time.text)")
                }
                for transition in dossier.transitions where transition.time >= period.to {
                    result.problems.add("row \(row): a transition after the period, at \(transition.time.text)")
                }
            }
            var identifiers: Set<ArraySlice<UInt8>> = []
            for transition in dossier.transitions
            where !identifiers.insert(dossier.bytes[transition.id.range]).inserted {
                result.problems.add("row \(row): transition \(dossier.bytes.text(transition.id)) stands twice")
            }
        }

        private mutating func compute(_ row: Int, _ context: TrailLine.Context, into result: inout ReplayedStretch) {
            findings.removeAll(keepingCapacity: true)
            let dossier = self.dossier
            let reused = replayer.reused
            replayer.rules.evaluate(
                dossier, history,
                isReused: {
                    !reused.isEmpty && reused.contains(Array(dossier.bytes[dossier.transitions[$0].id.range]))
                },
                into: &findings)
            for var finding in findings {
                finding.row = row
                result.add(finding)
            }
            deploymentTable.write(
                dossier, history, row: row, errors: findings.count { $0.severity == .error },
                warnings: findings.count { $0.severity == .warning }, into: &result.deployments)
            transitionTable.write(dossier, history, context: context, into: &result.transitions)
            result.metrics.add(dossier, history, period: replayer.period)
            for entry in history.entries { result.dispositions[Int(entry.disposition.rawValue)] += 1 }
            for transition in dossier.transitions where transition.hasOwnID {
                result.identifiers.append(TrailReplayer.hash(dossier.bytes[transition.id.range]))
            }
            result.recordCount += dossier.recordCount
            if replayer.marksRecords {
                for mark in RecordMarks.of(dossier, row: row) { result.marks.add(mark) }
                if let columns = RecordMarks.columns(of: dossier, row: row) { result.columns.append(columns) }
            }
            if replayer.listsDeployments {
                result.deploymentHashes.append(TrailReplayer.hash(dossier.bytes[dossier.id.range]))
            }
            order(&result)
            addBrief(row, to: &result)
        }

        private func addBrief(_ row: Int, to result: inout ReplayedStretch) {
            let severity = findings.map { $0.severity.rawValue + 1 }.max() ?? 0
            let time = dossier.members.createdAt ?? dossier.transitions.first?.time ?? .unset
            result.briefs.append(ReportBrief(row: row, severity: severity, time: time.ticks))
            guard replayer.shown.contains(row) else { return }
            result.shown.append(
                ReportDeployment(row: row, dossier, history, findings: findings, period: replayer.period))
        }

        private func order(_ result: inout ReplayedStretch) {
            let id = Array(dossier.bytes[dossier.id.range])
            if result.count == 0 { result.firstID = id }
            if result.count > 0, !result.lastID.lexicographicallyPrecedes(id) {
                result.problems.add("deployment \(dossier.idText) is not in order of its identifier")
            }
            result.lastID = id
            result.count += 1
        }
    }
}

extension ReplayedStretch {
    /// Adds a derived finding in both of its forms.
    mutating func add(_ finding: Finding) {
        var element: [UInt8] = []
        var row: [UInt8] = []
        FindingTable.writeJSON(finding, into: &element)
        FindingTable.writeCSV(finding, into: &row)
        samples.add(finding)
        findingElements.append(element)
        findingRows.append(row)
        severities[finding.code, default: [:]][finding.severity, default: 0] += 1
    }
}
