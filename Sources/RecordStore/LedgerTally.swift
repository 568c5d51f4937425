/// Counts of records by day, so that what lies outside a period is known without reading it.
package struct LedgerTally: Sendable, Equatable {
    /// The counts of one day.
    package struct Counts: Sendable, Equatable {
        /// Deployments created on that day, their deployment records and their superseded rows.
        package var deployments = 0
        package var records = 0
        package var superseded = 0
        /// Transitions of that day, of whatever deployment.
        package var transitions = 0

        package init() {}

        var isZero: Bool { self == Counts() }
    }

    /// By day since 0001-01-01; ``noDay`` for deployments whose day of creation nothing tells.
    package internal(set) var days: [Int: Counts] = [:]

    /// Stands for the day that is not known.
    package static let noDay = -1

    package init() {}

    /// Adds the counts of a deployment, or takes them away.
    package mutating func add(_ state: LedgerWriter.DeploymentState, by sign: Int) {
        add(day: state.day, records: state.records, superseded: state.superseded, activity: state.activity, by: sign)
    }

    /// Adds the counts of a deployment that was created on a day, or takes them away.
    mutating func add(day: Int?, records: Int, superseded: Int, activity: [Int: Int], by sign: Int) {
        let day = day ?? LedgerTally.noDay
        days[day, default: Counts()].deployments += sign
        days[day, default: Counts()].records += sign * records
        days[day, default: Counts()].superseded += sign * superseded
        for (day, transitions) in activity where transitions > 0 {
            days[day, default: Counts()].transitions += sign * transitions
        }
    }

    /// Adds all counts of another.
    package mutating func add(_ other: LedgerTally) {
        for (day, counts) in other.days {
            days[day, default: Counts()].deployments += counts.deployments
            days[day, default: Counts()].records += counts.records
            days[day, default: Counts()].superseded += counts.superseded
            days[day, default: Counts()].transitions += counts.transitions
        }
    }

    /// The days that have any count.
    package var counted: [Int: Counts] { days.filter { !$0.value.isZero } }
}
