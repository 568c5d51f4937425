import ArgumentParser
import AuditModel
import CommandLineInterface
import StrictJSON

struct StateMachineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state-machine",
        abstract: "Print the state machine that every command shares.",
        discussion: """
            EXAMPLES
              cartulary state-machine
              cartulary state-machine --dot | dot -Tsvg > states.svg
            """)

    @Flag(help: "Print it as JSON.")
    var json = false

    @Flag(help: "Print it for Graphviz.")
    var dot = false

    mutating func validate() throws {
        if json && dot { throw ValidationError("--json and --dot exclude each other") }
    }

    func run() {
        if json {
            Console.result(String(decoding: value.bytes, as: UTF8.self))
        } else if dot {
            Console.result(graph)
        } else {
            Console.result(table)
        }
    }

    private var table: String {
        let rows =
            ["(none)     -> Queued"]
            + DeploymentStatus.allCases.map { state in
                let next = LifecycleStateMachine.successors(of: state).map(\.name).joined(separator: ", ")
                let name = state.name + String(repeating: " ", count: 10 - state.name.count)
                return "\(name) -> \(next.isEmpty ? "nothing: terminal" : next)"
            }
        return rows.joined(separator: "\n")
    }

    private var graph: String {
        let arrows = LifecycleStateMachine.arrows.map { "  \($0.from.name) -> \($0.to.name);" }
        let ends = DeploymentStatus.allCases.filter(\.isTerminal).map { "  \($0.name) [peripheries=2];" }
        return
            (["digraph lifecycle {", "  rankdir=LR;", "  start [shape=point];", "  start -> Queued;"] + arrows + ends
            + ["}"])
            .joined(separator: "\n")
    }

    private var value: JSONValue {
        let states = DeploymentStatus.allCases.map { state in
            JSONValue.object([
                "isTerminal": .bool(state.isTerminal), "name": .string(state.name),
                "rank": .integer(Int64(state.rawValue)), "sourceNumber": .integer(Int64(state.sourceNumber)),
                "successors": .array(LifecycleStateMachine.successors(of: state).map { .string($0.name) }),
            ])
        }
        return .object(["initial": .array([.string("Queued")]), "states": .array(states)])
    }
}
