internal import AuditModel

/// Where, what and when: deployments by network, by token type and by day.
struct DistributionView {
    struct Row {
        let name: String
        let picture: String
        let total: String
        let completed: String
        let failed: String
        let rate: String
        let median: String
    }

    struct Table {
        let caption: String
        let heading: String
        let rows: [Row]
        let hasMore: Bool
        let rest: String
    }

    struct Day {
        let date: String
        let created: String
        let completed: String
    }

    /// A longer list is not read; the rest is in `metrics.json`.
    static let maximumRows = 20

    let isEmpty: Bool
    let tables: [Table]
    let hasDays: Bool
    let days: String
    let unit: String
    let busiest: [Day]
    let moreDays: Bool
    let restOfDays: String

    init(_ figures: MetricFigures) {
        isEmpty = figures.metrics.integer("totalDeployments") == 0
        tables = [
            DistributionView.table("Deployments by network", "Network", "deploymentsByNetwork", "byNetwork", figures),
            DistributionView.table(
                "Deployments by token type", "Token type", "deploymentsByTokenType", "byTokenType", figures),
        ].filter { !$0.rows.isEmpty }
        let all = DistributionView.days(figures)
        let picture = DayBins(all).map { DayPicture(bins: $0) }
        hasDays = picture != nil
        days = picture?.markup ?? ""
        unit = picture?.unit ?? ""
        let shown = all.sorted { ($1.created, $0.date) < ($0.created, $1.date) }.prefix(Self.maximumRows)
        busiest = shown.map { day in
            Day(
                date: day.date.text, created: figures.member("byDay", day.date.text, "created"),
                completed: figures.member("byDay", day.date.text, "completed"))
        }
        moreDays = all.count > shown.count
        restOfDays = HTML.count(all.count - shown.count)
    }

    private static func table(
        _ caption: String, _ heading: String, _ counts: String, _ groups: String, _ figures: MetricFigures
    ) -> Table {
        let all = figures.ranked(counts)
        let largest = all.first?.count ?? 0
        let rows = all.prefix(maximumRows).map { name, _ in
            let shares = StateShares(figures.metrics[groups]?.group?[ExactString(name)]?.group ?? [:])
            return Row(
                name: HTML.foreign(name), picture: Bars.stacked(shares.parts, of: largest),
                total: figures.member(counts, name), completed: figures.member(groups, name, "successfulDeployments"),
                failed: figures.member(groups, name, "failedDeployments"),
                rate: figures.member(groups, name, "successRate"),
                median: figures.member(groups, name, "medianDurationMs"))
        }
        return Table(
            caption: caption, heading: heading, rows: rows, hasMore: all.count > rows.count,
            rest: HTML.count(all.count - rows.count))
    }

    private static func days(_ figures: MetricFigures) -> [(date: CalendarDate, created: Int64, completed: Int64)] {
        let days = figures.metrics["byDay"]?.group ?? [:]
        return days.compactMap { key, value in
            let parts = key.text.split(separator: "-").compactMap { Int($0) }
            guard parts.count == 3 else { return nil }
            let date = CalendarDate(year: parts[0], month: parts[1], day: parts[2])
            return (date, value.group?["created"]?.integer ?? 0, value.group?["completed"]?.integer ?? 0)
        }
    }
}
