import BundleFormat
import BundleReading

/// Corrections: of each deployment the line that stands here, and another one before.
struct CorrectionCheck {
    private let bundle: UnverifiedBundle
    /// Lines that have to stand in the trail, by row; and deployments that must not.
    private var after: [Int: [UInt8]] = [:]
    private var absent: Set<String> = []
    private var last: [UInt8] = []
    private var count = 0
    private var problems = ProblemList()

    init(bundle: UnverifiedBundle) { self.bundle = bundle }

    func add(to list: inout CheckList) {
        var check = self
        check.read()
        check.compare()
        list.add(
            "corrections",
            passed: "\(check.count) deployments corrected; what stood before is in the superseded bundle",
            problems: check.problems.all)
    }

    private mutating func read() {
        let reader = LineArrayReader(BundlePath.corrections, of: bundle)
        while let element = reader.next() {
            count += 1
            if let correction = CorrectionElement(element) {
                add(correction)
            } else {
                problems.add("an element is not in form")
            }
        }
        if let problem = reader.problem { problems.add(problem) }
        if count == 0 { problems.add("nothing is corrected") }
    }

    private mutating func add(_ correction: CorrectionElement) {
        let id = correction.deploymentID
        let bytes = Array(id.utf8)
        if !last.isEmpty, !last.lexicographicallyPrecedes(bytes) { problems.add("\(id) is not in order") }
        last = bytes
        if correction.after?.bytes == correction.before?.bytes { problems.add("\(id) did not change") }
        for line in [correction.after, correction.before] where line.map({ $0.deploymentID != id }) ?? false {
            problems.add("\(id) has the line of another deployment")
        }
        if let line = correction.after {
            after[line.row] = line.bytes
        } else {
            absent.insert(id)
        }
    }

    private mutating func compare() {
        let trail = LineArrayReader(BundlePath.trail, of: bundle)
        var row = 0
        var found = 0
        while let line = trail.next() {
            if let expected = after[row] {
                found += 1
                if expected != line { problems.add("row \(row) is not the line that the correction gives") }
            }
            if !absent.isEmpty, let id = TrailLine.deploymentID(of: line), absent.contains(id) {
                problems.add("\(id) is said to be gone, and is in row \(row)")
            }
            row += 1
        }
        if found != after.count { problems.add("\(after.count - found) corrected rows are not in the trail") }
    }
}
