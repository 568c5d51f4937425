import AuditModel
import BundleFormat
import BundleReading
import StrictJSON

/// Corrections: of each deployment, in order, the line that stands here, and another one before.
struct CorrectionCheck {
    private let bundle: UnverifiedBundle
    /// Makes lines of the superseded bundle again from their records; nil if what that needs is not in form.
    private let replayer: TrailReplayer?
    /// Lines that the superseded bundle has more than this one, up to the corrections so far.
    private var more = 0
    /// Deployments that decisions since the superseded bundle are on; nil if other bundles lie between, whose logs show some.
    private let decided: Set<[UInt8]>?
    private var last: [UInt8]?
    private var count = 0
    private var problems = ProblemList()

    init(_ claims: BundleClaims, _ description: DescriptionClaims) {
        bundle = claims.bundle
        decided = CorrectionCheck.decided(claims, description)
        let settings = try? ReplaySettings(description, claims.rules())
        replayer = settings.map { settings in
            TrailReplayer(
                period: settings.period, filters: settings.filters, contested: [], showsAllConflicts: false,
                rules: DeploymentRules(thresholds: settings.thresholds, asOf: settings.asOf), reused: [], shown: [])
        }
    }

    private static func decided(_ claims: BundleClaims, _ description: DescriptionClaims) -> Set<[UInt8]>? {
        guard let series = description.series.value.flatMap({ $0 }), let superseded = series.supersedes,
            series.previous?.sequence == superseded.sequence
        else { return nil }
        var decided: Set<[UInt8]> = []
        for (index, entry) in LogStatements.read(claims.bundle) where index >= series.logStart {
            if case .decision(let decision) = entry.kind { decided.insert(Array(decision.deploymentID.utf8)) }
        }
        return decided
    }

    func add(to list: inout CheckList) {
        var check = self
        check.read()
        list.add(
            "corrections",
            passed: "\(check.count) deployments corrected; what stood before is in the superseded bundle",
            problems: check.problems.all)
    }

    private mutating func read() {
        let reader = LineArrayReader(BundlePath.corrections, of: bundle)
        let trail = TrailWalk(bundle)
        while let element = reader.next() {
            count += 1
            guard let correction = CorrectionElement(element) else {
                problems.add("an element is not in form")
                continue
            }
            add(correction, standing: trail.line(of: Array(correction.deploymentID.utf8)))
            if let before = correction.before { add(before, row: trail.passed + more) }
            more += (correction.before == nil ? 0 : 1) - (correction.after == nil ? 0 : 1)
        }
        if let problem = reader.problem { problems.add(problem) }
        if count == 0 { problems.add("nothing is corrected") }
    }

    /// Requires that a line of the superseded bundle is one: it says what its records give, in the row that all lines give.
    private mutating func add(_ before: StandingLine, row: Int) {
        guard let replayer else { return }
        let replayed = replayer.replay(TrailReplayer.Stretch(row: row, lines: [before.bytes]))
        for problem in replayed.problems.all { problems.add("the line before: \(problem)") }
    }

    private mutating func add(_ correction: CorrectionElement, standing: StandingLine?) {
        let id = correction.deploymentID
        let bytes = Array(id.utf8)
        if let last, !last.lexicographicallyPrecedes(bytes) { problems.add("\(id) is not in order, or stands twice") }
        last = bytes
        if let decided, let after = correction.after, !decided.contains(bytes),
            CorrectionCheck.isDisputed(correction.before), !CorrectionCheck.isDisputed(after)
        {
            problems.add("\(id) is disputed no more, and the log shows no decision on it since")
        }
        if correction.after?.content == correction.before?.content { problems.add("\(id) did not change") }
        for line in [correction.after, correction.before] where line.map({ $0.deploymentID != bytes }) ?? false {
            problems.add("\(id) has the line of another deployment")
        }
        if correction.after == nil, let standing {
            problems.add("\(id) is said to be gone, and is in row \(standing.row)")
        } else if correction.after?.bytes != standing?.bytes {
            problems.add("\(id) has another line in the trail than the correction gives, or none")
        }
    }

    private static func isDisputed(_ line: StandingLine?) -> Bool {
        guard let line, let value = try? JSONValue(parsing: line.bytes) else { return false }
        return value["derived"]?["disputed"] == .bool(true)
    }
}
