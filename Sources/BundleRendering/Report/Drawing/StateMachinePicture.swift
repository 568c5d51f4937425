internal import AuditModel

/// The life cycle with the number of moves on each arrow.
///
/// The way to Completed is a row; Failed is a bar below it, so that every arrow is straight and none crosses another.
struct StateMachinePicture {
    let figures: MetricFigures
    let refused: Int
    let repeats: Int

    private static let (left, step, width) = (60.0, 160.0, 104.0)
    private static let (top, height) = (112.0, 52.0)
    private static let (failedTop, failedHeight) = (256.0, 44.0)
    private static let row: [DeploymentStatus] = [.queued, .submitted, .pending, .confirmed, .indexed, .completed]

    var markup: String {
        var drawing = Drawing(
            id: "lifecycle", width: 980, height: 316, classes: "machine", title: "The life cycle of a deployment",
            description: "Eight states and the moves between them, with the number of moves in history on each arrow. "
                + "The same numbers stand in the tables of this and the next section.")
        drawing.raw(
            "<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"6\" refY=\"4\" markerWidth=\"9\" markerHeight=\"9\" "
                + "markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head\" d=\"M0 0L8 4L0 8z\"/></marker></defs>"
        )
        addWay(&drawing)
        addFailures(&drawing)
        addCancellation(&drawing)
        for state in DeploymentStatus.allCases { addNode(state, &drawing) }
        addLegend(&drawing)
        return drawing.markup
    }

    private func count(_ from: DeploymentStatus, _ to: DeploymentStatus) -> Int64 {
        figures.integer("durationByTransition", "\(from.name)->\(to.name)", "count")
    }

    private var largest: Int64 { LifecycleStateMachine.arrows.map { count($0.from, $0.to) }.max() ?? 0 }

    private func center(_ state: DeploymentStatus) -> Double {
        let place = Self.row.firstIndex(of: state) ?? 0
        return Self.left + Double(place) * Self.step + Self.width / 2
    }

    private func arrow(
        _ from: DeploymentStatus, _ to: DeploymentStatus, _ path: String,
        _ label: (x: Double, y: Double, classes: String),
        _ drawing: inout Drawing
    ) {
        let number = count(from, to)
        let share = largest > 0 ? Drawing.logarithm(number + 1) / Drawing.logarithm(largest + 1) : 0
        let kind = number == 0 ? "move none" : to == .failed ? "move bad" : "move"
        drawing.arrow(kind, path: path, width: number == 0 ? 1 : 1.2 + 4 * share)
        let size = number > 9999 ? " small" : ""
        drawing.text("\(label.classes)\(size)", x: label.x, y: label.y, HTML.count(number))
    }

    private func addWay(_ drawing: inout Drawing) {
        let middle = Self.top + Self.height / 2
        for (from, to) in zip(Self.row, Self.row.dropFirst()) {
            let start = center(from) + Self.width / 2
            let end = center(to) - Self.width / 2
            let path = "M\(Drawing.number(start)) \(Drawing.number(middle))H\(Drawing.number(end - 4))"
            arrow(from, to, path, ((start + end) / 2 - 2, middle - 9, "mid"), &drawing)
        }
        let (from, to) = (center(.confirmed), center(.completed))
        let path =
            "M\(Drawing.number(from)) 112V58Q\(Drawing.number(from)) 46 \(Drawing.number(from + 12)) 46"
            + "H\(Drawing.number(to - 12))Q\(Drawing.number(to)) 46 \(Drawing.number(to)) 58V108"
        arrow(.confirmed, .completed, path, ((from + to) / 2, 36, "mid"), &drawing)
    }

    private func addFailures(_ drawing: inout Drawing) {
        let bottom = Self.top + Self.height
        for state in Self.row where LifecycleStateMachine.allows(.failed, after: state) {
            let x = center(state) + (state == .queued ? 20 : 0)
            let path = "M\(Drawing.number(x)) \(Drawing.number(bottom))V\(Drawing.number(Self.failedTop - 4))"
            arrow(state, .failed, path, (x + 10, 214, "start"), &drawing)
        }
        let x = center(.queued) - 24
        let path = "M\(Drawing.number(x)) \(Drawing.number(Self.failedTop))V\(Drawing.number(bottom + 4))"
        arrow(.failed, .queued, path, (x - 10, 214, "end"), &drawing)
        drawing.text("end quiet", x: x - 10, y: 230, "retry")
    }

    private func addCancellation(_ drawing: inout Drawing) {
        let x = center(.queued)
        let path = "M\(Drawing.number(x)) \(Drawing.number(Self.top))V60"
        arrow(.queued, .cancelled, path, (x + 10, 91, "start"), &drawing)
    }

    private func addNode(_ state: DeploymentStatus, _ drawing: inout Drawing) {
        let number = HTML.count(figures.integer("deploymentsByState", state.name))
        let name = state.name.lowercased()
        switch state {
        case .failed:
            let right = center(.indexed) + Self.width / 2
            drawing.rect(
                "node \(name)", x: Self.left, y: Self.failedTop, width: right - Self.left, height: Self.failedHeight,
                radius: 5)
            drawing.text("label", x: (Self.left + right) / 2, y: Self.failedTop + 20, state.name)
            drawing.text("now", x: (Self.left + right) / 2, y: Self.failedTop + 36, "now \(number)")
        case .queued, .submitted, .pending, .confirmed, .indexed, .completed, .cancelled:
            let y = state == .cancelled ? 6 : Self.top
            let x = state == .cancelled ? center(.queued) : center(state)
            drawing.rect("node \(name)", x: x - Self.width / 2, y: y, width: Self.width, height: Self.height, radius: 5)
            drawing.text("label", x: x, y: y + 23, state.name)
            drawing.text("now", x: x, y: y + 41, "now \(number)")
        }
    }

    private func addLegend(_ drawing: inout Drawing) {
        let x = center(.completed) - Self.width / 2
        drawing.rect("refused", x: x, y: 250, width: 14, height: 14)
        drawing.text("start", x: x + 22, y: 262, "\(HTML.count(refused)) refused")
        drawing.rect("repeat", x: x, y: 274, width: 14, height: 14)
        drawing.text("start", x: x + 22, y: 286, HTML.count(repeats, "repeat"))
    }
}
