/// What is remembered of each deployment: enough to choose those that the report shows.
package struct ReportBrief: Sendable {
    package var row: Int
    /// 0 without findings, else 1 more than the highest severity's rank.
    package var severity: UInt8
    /// When it was created, or first changed, in ticks.
    package let time: Int64

    package init(row: Int, severity: UInt8, time: Int64) {
        self.row = row
        self.severity = severity
        self.time = time
    }

    /// As many as the format asks for; a page beyond would help no one.
    package static let maximum = 5000

    /// Leaves those that the report shows, in its order: with the gravest findings first, then the newest.
    package static func choose(_ briefs: inout [ReportBrief]) {
        briefs.sort { left, right in
            if left.severity != right.severity { return left.severity > right.severity }
            return left.time == right.time ? left.row < right.row : left.time > right.time
        }
        briefs.removeLast(max(0, briefs.count - maximum))
    }
}
