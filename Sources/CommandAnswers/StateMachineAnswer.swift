import AuditModel
package import CommandLineInterface
import StrictJSON

extension Answer {
    /// The state machine that deployments are checked against.
    package static var stateMachine: Answer {
        let states = DeploymentStatus.allCases.map { state in
            JSONValue.object([
                "isTerminal": .bool(state.isTerminal), "name": .string(state.name), "rank": .count(Int(state.rawValue)),
                "sourceNumber": .count(Int(state.sourceNumber)),
                "successors": .texts(LifecycleStateMachine.successors(of: state).map(\.name)),
            ])
        }
        return Answer(["initial": .texts(["Queued"]), "states": .array(states)])
    }
}
