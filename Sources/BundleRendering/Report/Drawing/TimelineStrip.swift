internal import AuditModel

/// A deployment's history as a strip: a part for each state, as long as the time in it; refused transitions hatched.
///
/// Every part has at least a sliver, so that no state is lost beside a long wait. It says nothing that the list beside it
/// does not, and is hidden from screen readers.
enum TimelineStrip {
    private static let width = 240
    private static let sliver = 6
    private static let mark = 7
    /// More parts than this would be slivers alone.
    private static let maximumParts = 36

    /// Appends the strip; nothing when there is no history, or too much of it.
    static func append(_ events: [ReportDeployment.Event], to page: inout [UInt8]) {
        let moves = events.filter { $0.disposition == .inHistory }
        guard let first = moves.first, moves.count <= maximumParts else { return }
        let marks = events.filter { $0.disposition != .inHistory && $0.time >= first.time }
        let hasLater = marks.contains { $0.time >= moves[moves.count - 1].time }
        // What comes after the last move stands behind it.
        let edges = edges(moves, width: hasLater ? width - mark - 2 : width)
        page.append(
            contentsOf: "<svg class=\"strip\" width=\"240\" height=\"14\" viewBox=\"0 0 240 14\" aria-hidden=\"true\">"
                .utf8)
        for (index, move) in moves.enumerated() {
            rect(
                className(move.status), x: edges[index], y: 2, width: edges[index + 1] - edges[index], height: 10,
                to: &page)
        }
        for event in marks {
            let x = min(place(event.time, moves, edges), width - mark)
            rect(event.disposition == .refused ? "rf" : "rp", x: x, y: 0, width: mark, height: 14, to: &page)
        }
        page.append(contentsOf: "</svg>".utf8)
    }

    /// Where each state begins, and the end.
    private static func edges(_ moves: [ReportDeployment.Event], width: Int) -> [Int] {
        let free = Double(width - sliver * moves.count)
        let first = moves[0].time
        let whole = Double(max(moves[moves.count - 1].time.milliseconds(since: first), 1))
        return moves.enumerated().map { index, move in
            let share = min(max(Double(move.time.milliseconds(since: first)) / whole, 0), 1)
            return index * sliver + Int(free * share)
        } + [width]
    }

    /// The place of a time among the states.
    private static func place(_ time: Timestamp, _ moves: [ReportDeployment.Event], _ edges: [Int]) -> Int {
        guard let after = moves.firstIndex(where: { $0.time > time }), after > 0 else { return width - mark }
        let (start, end) = (moves[after - 1].time, moves[after].time)
        let share = Double(time.milliseconds(since: start)) / Double(max(end.milliseconds(since: start), 1))
        return edges[after - 1] + Int(Double(edges[after] - edges[after - 1]) * share)
    }

    private static func rect(
        _ name: StaticString, x: Int, y: Int, width: Int, height: Int, to page: inout [UInt8]
    ) {
        page.append(contentsOf: "<rect class=\"".utf8)
        name.withUTF8Buffer { page.append(contentsOf: $0) }
        page.append(contentsOf: "\" x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\"/>".utf8)
    }

    private static func className(_ status: DeploymentStatus) -> StaticString {
        switch status {
        case .queued: "queued"
        case .submitted: "submitted"
        case .pending: "pending"
        case .confirmed: "confirmed"
        case .indexed: "indexed"
        case .completed: "completed"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }
}
