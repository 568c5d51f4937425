import BundleFormat
import BundleReading

/// Corrections: of each deployment, in order, the line that stands here, and another one before.
struct CorrectionCheck {
    private let bundle: UnverifiedBundle
    private var last: [UInt8]?
    private var count = 0
    private var problems = ProblemList()

    init(bundle: UnverifiedBundle) { self.bundle = bundle }

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
        }
        if let problem = reader.problem { problems.add(problem) }
        if count == 0 { problems.add("nothing is corrected") }
    }

    private mutating func add(_ correction: CorrectionElement, standing: StandingLine?) {
        let id = correction.deploymentID
        let bytes = Array(id.utf8)
        if let last, !last.lexicographicallyPrecedes(bytes) { problems.add("\(id) is not in order, or stands twice") }
        last = bytes
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
}
