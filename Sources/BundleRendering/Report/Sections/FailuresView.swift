internal import AuditModel

/// Why deployments failed, and what compliance checks found.
struct FailuresView {
    struct Category {
        let name: String
        let picture: String
        let deployments: String
        let events: String
    }

    struct Check {
        let name: String
        let passed: String
        let failed: String
        let picture: String
    }

    let hasFailures: Bool
    let categories: [Category]
    let hasChecks: Bool
    let checks: [Check]
    let moreChecks: Bool
    let restOfChecks: String

    init(_ figures: MetricFigures) {
        let events = figures.ranked("failureEventsByCategory")
        let largest = events.first?.count ?? 0
        categories = events.map { event in
            Category(
                name: event.name, picture: Bars.single(event.count, of: largest, classes: "failed"),
                deployments: figures.member("failuresByCategory", event.name),
                events: figures.member("failureEventsByCategory", event.name))
        }
        hasFailures = !categories.isEmpty
        let all = FailuresView.ranked(figures)
        let shown = all.prefix(DistributionView.maximumRows)
        let most = all.first.map { $0.passed + $0.failed } ?? 0
        checks = shown.map { name, passed, failed in
            Check(
                name: HTML.foreign(name), passed: figures.member("complianceChecksByName", name, "passed"),
                failed: figures.member("complianceChecksByName", name, "failed"),
                picture: Bars.stacked([("completed", passed), ("failed", failed)], of: most))
        }
        hasChecks = !checks.isEmpty
        moreChecks = all.count > shown.count
        restOfChecks = HTML.count(all.count - shown.count)
    }

    private static func ranked(_ figures: MetricFigures) -> [(name: String, passed: Int64, failed: Int64)] {
        let groups = figures.metrics["complianceChecksByName"]?.group ?? [:]
        let counts = groups.map { name, value in
            (
                name: name.text, passed: value.group?["passed"]?.integer ?? 0,
                failed: value.group?["failed"]?.integer ?? 0
            )
        }
        return counts.sorted { left, right in
            let (a, b) = (left.passed + left.failed, right.passed + right.failed)
            return a == b ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8) : a > b
        }
    }
}
