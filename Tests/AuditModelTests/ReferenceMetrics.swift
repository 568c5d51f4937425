import AuditModel

/// The metrics in their most obvious form: every figure is counted anew from the list of deployments.
///
/// Slow, and made to be compared with; the histories are those of ``ReferenceHistory``.
struct ReferenceMetrics {
    struct Deployment {
        var given: TestDeployment
        var history: ReferenceHistory
        var inHistory: [Step] { history.events.filter { $0.disposition == .inHistory }.map(\.step) }
        var state: DeploymentStatus? { history.state }
        var isRetried: Bool { inHistory.dropFirst().contains { $0.status == .queued } }

        var duration: Int64? {
            guard state == .completed, let first = inHistory.first, let last = inHistory.last, first.status == .queued
            else { return nil }
            return last.time.milliseconds(since: first.time)
        }

        func group(_ name: String) -> String { given.hasRecord && !name.isEmpty ? name : "(none)" }
    }

    let deployments: [Deployment]
    private(set) var figures: [ExactString: String] = [:]

    init(_ given: [TestDeployment], period: Period?) {
        deployments = given.map { Deployment(given: $0, history: ReferenceHistory($0.steps)) }
        outcome("", deployments)
        groups("Network") { $0.group($0.given.network) }
        groups("TokenType") { $0.group($0.given.tokenType) }
        failures()
        steps()
        days()
        checks()
        flow(period?.from)
        asSource(period)
    }

    private mutating func set(_ name: String, _ value: Int) { figures[ExactString(name)] = "\(value)" }
    private mutating func set(_ name: String, _ value: Int64) { figures[ExactString(name)] = "\(value)" }

    private mutating func outcome(_ prefix: String, _ some: [Deployment]) {
        func count(_ states: [DeploymentStatus]) -> Int { some.count { $0.state.map(states.contains) ?? false } }
        let completed = count([.completed])
        let failed = count([.failed])
        let cancelled = count([.cancelled])
        set(prefix + "totalDeployments", some.count)
        set(prefix + "successfulDeployments", completed)
        set(prefix + "failedDeployments", failed)
        set(prefix + "cancelledDeployments", cancelled)
        set(prefix + "pendingDeployments", count([.queued, .submitted, .pending, .confirmed, .indexed]))
        set(prefix + "unfinishedDeployments", some.count - completed - failed - cancelled)
        set(prefix + "deploymentsWithoutTransitions", some.count { $0.given.steps.isEmpty })
        set(prefix + "contestedDeployments", some.count { $0.given.isDisputed })
        set(prefix + "retriedDeployments", some.count(where: \.isRetried))
        set(prefix + "retriesThatCompleted", some.count { $0.isRetried && $0.state == .completed })
        func rate(_ part: Int, _ whole: Int) -> String { "\(whole == 0 ? 0 : Double(part) / Double(whole) * 100)" }
        figures[ExactString(prefix + "successRate")] = rate(completed, some.count)
        figures[ExactString(prefix + "failureRate")] = rate(failed, some.count)
        figures[ExactString(prefix + "settledSuccessRate")] = rate(completed, completed + failed)
        for state in DeploymentStatus.allCases { set(prefix + "deploymentsByState/\(state.name)", count([state])) }
        let durations = some.compactMap(\.duration)
        set(prefix + "durationSampleSize", durations.count)
        set(prefix + "averageDurationMs", Self.mean(durations))
        set(prefix + "medianDurationMs", Self.median(durations))
        set(prefix + "p95DurationMs", Self.percentile(95, durations))
        set(prefix + "fastestDurationMs", durations.min() ?? 0)
        set(prefix + "slowestDurationMs", durations.max() ?? 0)
    }

    static func mean(_ values: [Int64]) -> Int64 {
        values.isEmpty ? 0 : values.reduce(0, +) / Int64(values.count)
    }

    static func median(_ values: [Int64]) -> Int64 {
        let sorted = values.sorted()
        guard let last = sorted.last else { return 0 }
        if sorted.count == 1 { return last }
        return sorted.count % 2 == 1
            ? sorted[sorted.count / 2] : (sorted[sorted.count / 2] + sorted[sorted.count / 2 - 1]) / 2
    }

    /// The least value that at least p of 100 do not exceed.
    static func percentile(_ percent: Int, _ values: [Int64]) -> Int64 {
        values.sorted().first { value in values.count { $0 <= value } * 100 >= percent * values.count } ?? 0
    }

    private mutating func groups(_ kind: String, _ key: (Deployment) -> String) {
        for name in Set(deployments.map { ExactString(key($0)) }) {
            let members = deployments.filter { ExactString(key($0)) == name }
            set("deploymentsBy\(kind)/\(name.text)", members.count)
            outcome("by\(kind)/\(name.text)/", members)
        }
    }

    private mutating func failures() {
        var once: [String: Int] = [:]
        var events: [String: Int] = [:]
        for deployment in deployments {
            for step in deployment.inHistory where step.status == .failed {
                events[(step.details ?? step.metadata ?? .unknown).name, default: 0] += 1
            }
            guard deployment.state == .failed else { continue }
            let events = deployment.history.events.filter { $0.step.status == .failed }
            let own = events.lastIndex { $0.disposition == .inHistory } ?? 0
            let repeats = events[(own + 1)...].filter { $0.disposition == .repeat }.reversed()
            let categories = ([events[own]] + repeats).compactMap { $0.step.details ?? $0.step.metadata }
            once[(categories.first ?? .unknown).name, default: 0] += 1
        }
        for (name, count) in once { set("failuresByCategory/\(name)", count) }
        for (name, count) in events { set("failureEventsByCategory/\(name)", count) }
    }

    private mutating func steps() {
        var times: [String: [Int64]] = [:]
        var states: [String: [Int64]] = [:]
        var completed: [String: [Int64]] = [:]
        for deployment in deployments {
            for (from, to) in zip(deployment.inHistory, deployment.inHistory.dropFirst()) {
                let time = to.time.milliseconds(since: from.time)
                times["\(from.status.name)->\(to.status.name)", default: []].append(time)
                states[from.status.name, default: []].append(time)
                guard deployment.state == .completed else { continue }
                completed["\(from.status.name)->\(to.status.name)", default: []].append(time)
            }
        }
        for (name, values) in completed { set("averageDurationByTransition/\(name)", Self.mean(values)) }
        for (name, values) in times {
            set("durationByTransition/\(name)/count", values.count)
            set("durationByTransition/\(name)/averageMs", Self.mean(values))
            set("durationByTransition/\(name)/medianMs", Self.median(values))
            for percent in [90, 95, 99] {
                set("durationByTransition/\(name)/p\(percent)Ms", Self.percentile(percent, values))
            }
            set("durationByTransition/\(name)/fastestMs", values.min() ?? 0)
            set("durationByTransition/\(name)/slowestMs", values.max() ?? 0)
        }
        for (name, values) in states {
            set("timeInState/\(name)/count", values.count)
            set("timeInState/\(name)/totalMs", values.reduce(0, +))
            set("timeInState/\(name)/averageMs", Self.mean(values))
        }
    }

    /// The rules of the source, read off its own service and written as it has them.
    private mutating func asSource(_ period: Period?) {
        func recorded(_ deployment: Deployment) -> [Step] { deployment.history.events.map(\.step) }
        func status(_ deployment: Deployment) -> DeploymentStatus {
            let stated = deployment.given.hasRecord ? deployment.given.statedStatus : nil
            return stated ?? recorded(deployment).last?.status ?? .queued
        }
        let counted = deployments.filter { deployment in
            guard let period else { return true }
            let stated = deployment.given.hasRecord ? deployment.given.createdAt : nil
            let created = stated ?? recorded(deployment).map(\.time).filter { $0 >= .earliestPlausible }.min()
            return created.map { period.from <= $0 && $0 < period.to } ?? false
        }
        func count(_ wanted: DeploymentStatus) -> Int { counted.count { status($0) == wanted } }
        let completed = count(.completed)
        let failed = count(.failed)
        set("asSource/totalDeployments", counted.count)
        set("asSource/successfulDeployments", completed)
        set("asSource/failedDeployments", failed)
        set("asSource/cancelledDeployments", count(.cancelled))
        set("asSource/pendingDeployments", counted.count - completed - failed - count(.cancelled))
        for (name, part) in [("successRate", completed), ("failureRate", failed)] {
            let rate = counted.isEmpty ? 0 : Double(part) / Double(counted.count) * 100
            figures[ExactString("asSource/\(name)")] = "\(rate)"
        }
        let histories = counted.filter { status($0) == .completed }.map(recorded).filter { $0.count >= 2 }
        let durations = histories.map { $0[$0.count - 1].time.milliseconds(since: $0[0].time) }
        set("asSource/averageDurationMs", Self.mean(durations))
        set("asSource/medianDurationMs", Self.median(durations))
        set("asSource/p95DurationMs", Self.percentile(95, durations))
        set("asSource/fastestDurationMs", durations.min() ?? 0)
        set("asSource/slowestDurationMs", durations.max() ?? 0)
        var times: [String: [Int64]] = [:]
        for (from, to) in histories.flatMap({ zip($0, $0.dropFirst()) }) {
            times["\(from.status.name)->\(to.status.name)", default: []].append(to.time.milliseconds(since: from.time))
        }
        for (name, values) in times { set("asSource/averageDurationByTransition/\(name)", Self.mean(values)) }
        let categories = counted.filter { status($0) == .failed }.compactMap { deployment in
            recorded(deployment).first { $0.status == .failed }?.metadata
        }
        for category in Set(categories) {
            set("asSource/failuresByCategory/\(category.name)", categories.count { $0 == category })
        }
        let retried = counted.filter { deployment in
            recorded(deployment).contains { queued in
                queued.status == .queued
                    && recorded(deployment).contains { $0.status == .failed && $0.time < queued.time }
            }
        }
        set("asSource/retriedDeployments", retried.count)
        for (kind, key) in [("Network", \TestDeployment.network), ("TokenType", \TestDeployment.tokenType)] {
            let names = counted.map { ExactString($0.group($0.given[keyPath: key])) }
            for name in Set(names) { set("asSource/deploymentsBy\(kind)/\(name.text)", names.count { $0 == name }) }
        }
    }

    private mutating func days() {
        func day(_ time: Timestamp) -> String { String(time.text.prefix(10)) }
        var created: [String: Int] = [:]
        var completed: [String: [Deployment]] = [:]
        for deployment in deployments {
            let stated = deployment.given.hasRecord ? deployment.given.createdAt : nil
            if let time = stated ?? deployment.inHistory.first?.time { created[day(time), default: 0] += 1 }
            if deployment.state == .completed, let last = deployment.inHistory.last {
                completed[day(last.time), default: []].append(deployment)
            }
        }
        for name in Set(created.keys).union(completed.keys) {
            let durations = (completed[name] ?? []).compactMap(\.duration)
            set("byDay/\(name)/created", created[name] ?? 0)
            set("byDay/\(name)/completed", completed[name]?.count ?? 0)
            set("byDay/\(name)/averageDurationMs", Self.mean(durations))
            set("byDay/\(name)/medianDurationMs", Self.median(durations))
            set("byDay/\(name)/durationSampleSize", durations.count)
        }
    }

    private mutating func checks() {
        let all = deployments.flatMap { $0.given.steps.flatMap(\.checks) }
        for name in Set(all.map(\.name)) {
            set("complianceChecksByName/\(name)/passed", all.count { $0.name == name && $0.passed })
            set("complianceChecksByName/\(name)/failed", all.count { $0.name == name && !$0.passed })
        }
    }

    private mutating func flow(_ start: Timestamp?) {
        var moves: [DeploymentStatus: Int] = [:]
        var carriedIn = 0
        var created = 0
        var reopened = 0
        for deployment in deployments {
            let steps = deployment.inHistory
            let before = steps.filter { step in start.map { step.time < $0 } ?? false }
            if let last = before.last, last.status.isOpen { carriedIn += 1 }
            for (place, step) in steps.enumerated() where place >= before.count {
                moves[step.status, default: 0] += 1
                if place == 0 { created += 1 } else if steps[place - 1].status == .failed { reopened += 1 }
            }
        }
        set("carriedIn", carriedIn)
        set("createdInPeriod", created)
        set("reopenedInPeriod", reopened)
        set("completedInPeriod", moves[.completed] ?? 0)
        set("failedInPeriod", moves[.failed] ?? 0)
        set("cancelledInPeriod", moves[.cancelled] ?? 0)
        set("carriedOut", deployments.count { $0.state?.isOpen ?? false })
    }
}
