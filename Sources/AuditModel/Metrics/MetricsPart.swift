/// What a set of deployments contributes to the metrics; parts of disjoint sets merge exactly, in any order.
package struct MetricsPart: Sendable {
    /// A group's share: of a network, a token type, or all.
    package struct Group: Sendable {
        package var total: Int64 = 0
        package var withoutTransitions: Int64 = 0
        package var byState = [Int64](repeating: 0, count: DeploymentStatus.allCases.count)
        package var contested: Int64 = 0
        package var retried: Int64 = 0
        package var retriesThatCompleted: Int64 = 0
        /// First to last transition of completed deployments that begin with Queued, in ms.
        package var durations = Durations()
    }

    /// A day's share.
    package struct Day: Sendable {
        package var created: Int64 = 0
        package var completed: Int64 = 0
        package var durations = Durations()
    }

    package var all = Group()
    package var byNetwork: [ExactString: Group] = [:]
    package var byTokenType: [ExactString: Group] = [:]
    /// By day of creation, and for durations of completion; days since 0001-01-01.
    package var byDay: [Int64: Day] = [:]
    /// Time between two states in ms, at index `from * 8 + to`.
    package var steps = [Durations](repeating: Durations(), count: 64)
    /// The same of completed deployments alone.
    package var completedSteps = StepMeans()
    /// The deployments as the source counts them.
    package var asSource = SourceMetricsPart()
    package var failures = [Int64](repeating: 0, count: FailureCategory.allCases.count)
    package var failureEvents = [Int64](repeating: 0, count: FailureCategory.allCases.count)
    package var checks: [ExactString: (passed: Int64, failed: Int64)] = [:]
    /// Deployments open when the period begins.
    package var openAtStart: Int64 = 0
    package var createdInPeriod: Int64 = 0
    package var reopenedInPeriod: Int64 = 0
    /// Moves into each state inside the period.
    package var movesInPeriod = [Int64](repeating: 0, count: DeploymentStatus.allCases.count)
    package var firstTime: Timestamp?
    package var lastTime: Timestamp?

    package init() {}

    /// Key of deployments that have no network, or no token type.
    package static let noGroup = "(none)"
}

extension MetricsPart {
    /// Adds one deployment whose history was built; `period` is nil when there is none.
    package mutating func add(_ dossier: Dossier, _ history: History, period: Period?) {
        let duration = dossier.durationMs(history)
        let retried = history.attempts > 1
        func count(_ group: inout Group) {
            group.total += 1
            group.contested += dossier.isDisputed ? 1 : 0
            if let state = history.state { group.byState[Int(state.rawValue)] += 1 }
            group.withoutTransitions += dossier.transitions.isEmpty ? 1 : 0
            group.retried += retried ? 1 : 0
            group.retriesThatCompleted += retried && history.state == .completed ? 1 : 0
            if let duration { group.durations.append(duration) }
        }
        let members = dossier.members
        count(&all)
        count(&byNetwork[dossier.groupName(members.network), default: Group()])
        count(&byTokenType[dossier.groupName(members.tokenType), default: Group()])
        addDays(dossier, history, duration: duration)
        addSteps(dossier, history)
        addFailures(dossier, history)
        addChecks(dossier)
        addFlow(dossier, history, from: period?.from)
        asSource.add(dossier, period: period)
    }

    private mutating func addDays(_ dossier: Dossier, _ history: History, duration: Int64?) {
        let created = dossier.members.createdAt ?? (history.first < 0 ? nil : dossier.transitions[history.first].time)
        if let created { byDay[created.day, default: Day()].created += 1 }
        guard history.state == .completed, history.last >= 0 else { return }
        func complete(_ day: inout Day) {
            day.completed += 1
            if let duration { day.durations.append(duration) }
        }
        complete(&byDay[dossier.transitions[history.last].time.day, default: Day()])
    }

    private mutating func addSteps(_ dossier: Dossier, _ history: History) {
        for (index, entry) in history.entries.enumerated() where entry.disposition == .inHistory {
            let transition = dossier.transitions[index]
            firstTime = min(firstTime ?? transition.time, transition.time)
            lastTime = max(lastTime ?? transition.time, transition.time)
            guard entry.previous >= 0 else { continue }
            let previous = dossier.transitions[Int(entry.previous)]
            let step = Int(previous.status.rawValue) * 8 + Int(transition.status.rawValue)
            steps[step].append(transition.time.milliseconds(since: previous.time))
            if history.state == .completed { completedSteps.add(from: previous, to: transition) }
        }
    }

    private mutating func addFailures(_ dossier: Dossier, _ history: History) {
        for (index, entry) in history.entries.enumerated()
        where entry.disposition == .inHistory && dossier.transitions[index].status == .failed {
            failureEvents[Int((dossier.transitions[index].category ?? .unknown).rawValue)] += 1
        }
        guard history.state == .failed else { return }
        failures[Int((lastFailureCategory(dossier, history) ?? .unknown).rawValue)] += 1
    }

    /// The category of the failure that the state comes from, or of its last repeat that has one if it has none itself.
    private func lastFailureCategory(_ dossier: Dossier, _ history: History) -> FailureCategory? {
        if let category = dossier.transitions[history.last].category { return category }
        let repeats = dossier.transitions.indices[(history.last + 1)...].filter {
            history.entries[$0].disposition == .repeat
        }
        return repeats.compactMap { dossier.transitions[$0].category }.last
    }

    private mutating func addChecks(_ dossier: Dossier) {
        for check in dossier.checks {
            let name = ExactString(dossier.bytes.text(check.name))
            if check.passed {
                checks[name, default: (0, 0)].passed += 1
            } else {
                checks[name, default: (0, 0)].failed += 1
            }
        }
    }

    private mutating func addFlow(_ dossier: Dossier, _ history: History, from start: Timestamp?) {
        var stateAtStart: DeploymentStatus?
        for (index, entry) in history.entries.enumerated() where entry.disposition == .inHistory {
            let transition = dossier.transitions[index]
            if let start, transition.time < start {
                stateAtStart = transition.status
                continue
            }
            movesInPeriod[Int(transition.status.rawValue)] += 1
            if entry.before == nil { createdInPeriod += 1 }
            if entry.before == .failed { reopenedInPeriod += 1 }
        }
        if let stateAtStart, stateAtStart.isOpen { openAtStart += 1 }
    }

    /// Adds the part of other deployments.
    package mutating func merge(_ other: MetricsPart) {
        all.merge(other.all)
        // In place: Dictionary's own merge would copy what was gathered before each time.
        for (name, group) in other.byNetwork { byNetwork[name, default: Group()].merge(group) }
        for (name, group) in other.byTokenType { byTokenType[name, default: Group()].merge(group) }
        for (day, share) in other.byDay { byDay[day, default: Day()].merge(share) }
        checks.merge(other.checks) { ($0.passed + $1.passed, $0.failed + $1.failed) }
        for index in steps.indices { steps[index].merge(other.steps[index]) }
        completedSteps.merge(other.completedSteps)
        asSource.merge(other.asSource)
        failures.add(other.failures)
        failureEvents.add(other.failureEvents)
        movesInPeriod.add(other.movesInPeriod)
        openAtStart += other.openAtStart
        createdInPeriod += other.createdInPeriod
        reopenedInPeriod += other.reopenedInPeriod
        if let time = other.firstTime { firstTime = min(firstTime ?? time, time) }
        if let time = other.lastTime { lastTime = max(lastTime ?? time, time) }
    }
}

extension MetricsPart.Group {
    mutating func merge(_ other: Self) {
        total += other.total
        withoutTransitions += other.withoutTransitions
        byState.add(other.byState)
        contested += other.contested
        retried += other.retried
        retriesThatCompleted += other.retriesThatCompleted
        durations.merge(other.durations)
    }
}

extension MetricsPart.Day {
    mutating func merge(_ other: Self) {
        created += other.created
        completed += other.completed
        durations.merge(other.durations)
    }
}

extension [Int64] {
    mutating func add(_ other: [Int64]) {
        for index in indices { self[index] += other[index] }
    }
}

extension Dossier {
    /// First to last transition of a completed deployment whose history begins with Queued, in ms; else nil.
    package func durationMs(_ history: History) -> Int64? {
        guard history.state == .completed, history.first >= 0, transitions[history.first].status == .queued
        else { return nil }
        return transitions[history.last].time.milliseconds(since: transitions[history.first].time)
    }

    func groupName(_ slice: ByteSlice) -> ExactString {
        ExactString(slice.isEmpty ? MetricsPart.noGroup : bytes.text(slice))
    }
}
