internal import AuditModel
internal import BundleFormat

/// The life cycle as a picture, and the states as a table.
struct StatesView {
    struct State {
        let classes: String
        let name: String
        let now: String
        let left: String
        let average: String
        let total: String
    }

    let picture: String
    let without: String
    let hasRefused: Bool
    let states: [State]

    init(_ input: ReportInput, _ figures: MetricFigures) {
        let machine = StateMachinePicture(figures: figures, refused: input.sums.refused, repeats: input.sums.repeats)
        picture = machine.markup
        hasRefused = input.sums.refused > 0
        without =
            input.sums.refused + input.sums.repeats == 0
            ? "No transition was refused, and none was a repeat."
            : "Without an arrow, because they moved nothing: \(HTML.count(input.sums.refused, "refused transition")) and "
                + "\(HTML.count(input.sums.repeats, "repeat"))."
        states = DeploymentStatus.allCases.map { state in
            State(
                classes: state.name.lowercased(), name: state.name,
                now: figures.member("deploymentsByState", state.name),
                left: figures.member("timeInState", state.name, "count"),
                average: figures.member("timeInState", state.name, "averageMs"),
                total: figures.member("timeInState", state.name, "totalMs"))
        }
    }
}
