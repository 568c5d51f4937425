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
        let day = state.day ?? LedgerTally.noDay
        days[day, default: Counts()].deployments += sign
        days[day, default: Counts()].records += sign * state.records
        days[day, default: Counts()].superseded += sign * state.superseded
        for (day, transitions) in state.activity where transitions > 0 {
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
