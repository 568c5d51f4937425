import AuditModel
import Testing

@Suite("Lifecycle state machine")
struct LifecycleStateMachineTests {
    /// Written by hand: `m` moves, `=` repeats, `s` starts without Queued, `x` is refused, `t` is refused
    /// after the end.
    ///
    /// The columns are Queued, Submitted, Pending, Confirmed, Indexed, Completed, Failed, Cancelled.
    static let table: [(state: DeploymentStatus?, isOnly: String, among: String)] = [
        (nil, "msssssss", "mssssxsx"),
        (.queued, "=mxxxxmm", "=mxxxxmm"),
        (.submitted, "x=mxxxmx", "x=mxxxmx"),
        (.pending, "xx=mxxmx", "xx=mxxmx"),
        (.confirmed, "xxx=mmmx", "xxx=mmmx"),
        (.indexed, "xxxx=mmx", "xxxx=mmx"),
        (.completed, "ttttt=tt", "ttttt=tt"),
        (.failed, "mxxxxx=x", "mxxxxx=x"),
        (.cancelled, "ttttttt=", "ttttttt="),
    ]

    static let outcomes: [Character: LifecycleStateMachine.Outcome] = [
        "m": .moved, "=": .repeated, "s": .startedWithoutQueued, "x": .refused, "t": .refusedAfterTerminal,
    ]

    static let columns: [DeploymentStatus] = [
        .queued, .submitted, .pending, .confirmed, .indexed, .completed, .failed, .cancelled,
    ]

    @Test("every status after every state, alone or not, has the outcome of the table", arguments: table.indices)
    func everyPair(_ row: Int) {
        let (state, isOnly, among) = Self.table[row]
        for (text, only) in [(isOnly, true), (among, false)] {
            #expect(text.count == 8)
            for (status, letter) in zip(Self.columns, text) {
                var machine = LifecycleStateMachine(state: state)
                let outcome = machine.apply(status, isOnlyTransition: only)
                #expect(outcome == Self.outcomes[letter], "\(state?.name ?? "none"), \(status.name), only \(only)")
                let moves = outcome == .moved || outcome == .startedWithoutQueued
                #expect(machine.state == (moves ? status : state), "the state after \(status.name)")
            }
        }
    }

    @Test("the table has a row for every state and for none")
    func tableIsWhole() {
        #expect(Set(Self.table.map(\.state)) == Set(DeploymentStatus.allCases.map(Optional.some) + [nil]))
        #expect(Self.columns == DeploymentStatus.allCases)
    }

    @Test("successors, allowed moves and arrows say the same as the table")
    func successors() {
        var arrows: [String] = []
        for (state, _, among) in Self.table {
            let expected = zip(Self.columns, among).filter { $0.1 == "m" }.map(\.0)
            #expect(LifecycleStateMachine.successors(of: state) == expected)
            for status in Self.columns {
                #expect(LifecycleStateMachine.allows(status, after: state) == expected.contains(status))
            }
            if let state { arrows += expected.map { "\(state.name)>\($0.name)" } }
        }
        #expect(LifecycleStateMachine.arrows.map { "\($0.from.name)>\($0.to.name)" } == arrows)
        #expect(arrows.count == 13)
    }

    static let names: [(status: DeploymentStatus, name: String, rank: UInt8, number: Int, kind: String)] = [
        (.queued, "Queued", 0, 0, "open"), (.submitted, "Submitted", 1, 1, "open"),
        (.pending, "Pending", 2, 2, "open"), (.confirmed, "Confirmed", 3, 3, "open"),
        (.indexed, "Indexed", 4, 6, "open"), (.completed, "Completed", 5, 4, "terminal"),
        (.failed, "Failed", 6, 5, "neither"), (.cancelled, "Cancelled", 7, 7, "terminal"),
    ]

    @Test("names, ranks and the source's numbers are those of the domain", arguments: names.indices)
    func namesAndNumbers(_ row: Int) {
        let expected = Self.names[row]
        #expect(expected.status.name == expected.name)
        #expect(expected.status.rawValue == expected.rank)
        #expect(expected.status.sourceNumber == expected.number)
        #expect(expected.status.isTerminal == (expected.kind == "terminal"))
        #expect(expected.status.isOpen == (expected.kind == "open"))
        #expect(DeploymentStatus(name: expected.name) == expected.status)
        #expect(DeploymentStatus(sourceNumber: expected.number) == expected.status)
    }

    @Test(
        "a name that is not exactly one of the eight is none",
        arguments: ["", "queued", "QUEUED", "Queued ", " Queued", "Done", "0", "Que\u{0301}ued"])
    func unknownNames(_ name: String) { #expect(DeploymentStatus(name: name) == nil) }

    @Test("a number outside 0 to 7 is no status", arguments: [-1, 8, 9, 255, Int.min, Int.max])
    func unknownNumbers(_ number: Int) { #expect(DeploymentStatus(sourceNumber: number) == nil) }

    @Test("failure categories have the source's names and numbers")
    func categories() {
        let names = [
            "Unknown", "NetworkError", "ValidationError", "ComplianceError", "UserRejection", "InsufficientFunds",
            "TransactionFailure", "ConfigurationError", "RateLimitExceeded", "InternalError",
        ]
        #expect(FailureCategory.allCases.map(\.name) == names)
        #expect(FailureCategory.allCases.map(\.rawValue) == Array(0...9))
    }
}
