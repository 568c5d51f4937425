import ArgumentParser
import AuditModel
import CommandAnswers
import CommandLineInterface

struct StateMachineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state-machine",
        abstract: "Print the state machine that deployments are checked against.",
        discussion: """
            EXAMPLES
              cartulary state-machine
              cartulary state-machine --dot | dot -Tsvg > states.svg
            """)

    @Flag(help: "Print it as JSON.")
    var json = false

    @Flag(help: "Print it as a graph for Graphviz.")
    var dot = false

    mutating func validate() throws {
        if json && dot { throw ValidationError("--json and --dot exclude each other") }
    }

    func run() {
        if json {
            Console.answer(.stateMachine)
        } else if dot {
            Console.result(graph)
        } else {
            Console.result(table)
        }
    }

    private var table: String {
        let rows = DeploymentStatus.allCases.map { state in
            let next = LifecycleStateMachine.successors(of: state).map(\.name).joined(separator: ", ")
            return "\(state.name.padded(to: 10)) -> \(next.isEmpty ? "nothing: terminal" : next)"
        }
        return (["(none)     -> Queued"] + rows).joined(separator: "\n")
    }

    private var graph: String {
        let arrows = LifecycleStateMachine.arrows.map { "  \($0.from.name) -> \($0.to.name);" }
        let ends = DeploymentStatus.allCases.filter(\.isTerminal).map { "  \($0.name) [peripheries=2];" }
        let head = ["digraph lifecycle {", "  rankdir=LR;", "  start [shape=point];", "  start -> Queued;"]
        return (head + arrows + ends + ["}"]).joined(separator: "\n")
    }
}
