package import AuditModel

/// When each entry of a log was accepted: with the run that it came in.
package struct Acceptances: Sendable {
    /// The entry behind the last of each run, and the run's time.
    private let runs: [(end: Int, time: Timestamp)]

    init(runs: [(end: Int, time: Timestamp)]) { self.runs = runs }

    /// The time of an entry; unset for one behind the last run.
    package func time(of index: Int) -> Timestamp {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].end <= index { low = middle + 1 } else { high = middle }
        }
        return low < runs.count ? runs[low].time : .unset
    }
}
