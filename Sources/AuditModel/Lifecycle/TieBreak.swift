/// Finds the best order of transitions of equal time: fewest refused, then fewest repeats, then smallest by (rank, id).
enum TieBreak {
    /// Larger groups stay in order of (rank, id): the search grows as 2ⁿ.
    static let maximumGroup = 8

    /// Arranges a group that is sorted by (rank, id).
    ///
    /// - Returns: whether equally good orders end in different states.
    static func arrange(
        _ transitions: inout [Transition], _ group: Range<Int>, from machine: LifecycleStateMachine,
        isOnlyTransition: Bool
    ) -> Bool {
        var search = Search(statuses: transitions[group].map(\.status), isOnlyTransition: isOnlyTransition)
        let (order, finalStates) = search.best(from: machine)
        let sorted = Array(transitions[group])
        for (offset, choice) in order.enumerated() { transitions[group.lowerBound + offset] = sorted[choice] }
        return finalStates.nonzeroBitCount > 1
    }
}

/// A search over subsets: what is left to take, and the state reached, decide the cost of the rest.
private struct Search {
    struct Result {
        /// 16 times the refused plus the repeats: refused count first, and there are at most 8 of either.
        var cost: Int
        /// One bit for each state that a best order ends in; bit 8 is "none".
        var finalStates: UInt16
    }

    let statuses: [DeploymentStatus]
    let isOnlyTransition: Bool
    private var results: [Result?]

    init(statuses: [DeploymentStatus], isOnlyTransition: Bool) {
        self.statuses = statuses
        self.isOnlyTransition = isOnlyTransition
        results = Array(repeating: nil, count: 9 << statuses.count)
    }

    /// The best order as indices into `statuses`, and the states that best orders end in.
    mutating func best(from start: LifecycleStateMachine) -> (order: [Int], finalStates: UInt16) {
        let everything = (1 << statuses.count) - 1
        let finalStates = rest(everything, start).finalStates
        var left = everything
        var machine = start
        var order: [Int] = []
        while left != 0 {
            let goal = rest(left, machine).cost
            for index in statuses.indices where left & 1 << index != 0 {
                let (cost, next) = step(index, machine)
                guard cost + rest(left & ~(1 << index), next).cost == goal else { continue }
                order.append(index)
                left &= ~(1 << index)
                machine = next
                break
            }
        }
        return (order, finalStates)
    }

    private func step(_ index: Int, _ machine: LifecycleStateMachine) -> (cost: Int, next: LifecycleStateMachine) {
        var next = machine
        switch next.apply(statuses[index], isOnlyTransition: isOnlyTransition) {
        case .moved, .startedWithoutQueued: return (0, next)
        case .repeated: return (1, next)
        case .refused, .refusedAfterTerminal: return (16, next)
        }
    }

    private mutating func rest(_ left: Int, _ machine: LifecycleStateMachine) -> Result {
        let state = machine.state.map { Int($0.rawValue) } ?? 8
        if left == 0 { return Result(cost: 0, finalStates: 1 << state) }
        let key = left * 9 + state
        if let result = results[key] { return result }
        var best = Result(cost: .max, finalStates: 0)
        for index in statuses.indices where left & 1 << index != 0 {
            let (cost, next) = step(index, machine)
            let tail = rest(left & ~(1 << index), next)
            if cost + tail.cost < best.cost {
                best = Result(cost: cost + tail.cost, finalStates: tail.finalStates)
            } else if cost + tail.cost == best.cost {
                best.finalStates |= tail.finalStates
            }
        }
        results[key] = best
        return best
    }
}
