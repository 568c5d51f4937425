/// A deployment's history: a function of the set of its transitions, never of their order of arrival.
package struct History: Sendable {
    /// What became of one transition; parallel to ``Dossier/transitions`` after ``build(_:)``.
    package struct Entry: Sendable {
        package var outcome: LifecycleStateMachine.Outcome
        /// The state before this transition; nil at the beginning.
        package var before: DeploymentStatus?
        /// The index of the in-history transition before this one; -1 at the beginning.
        package var previous: Int32
        /// From 0, grows with each Queued in history after the first transition.
        package var attempt: Int32
        package var isPlausible: Bool

        package var disposition: Disposition {
            switch outcome {
            case .moved, .startedWithoutQueued: .inHistory
            case .repeated: .repeat
            case .refused, .refusedAfterTerminal: .refused
            }
        }
    }

    package private(set) var entries: [Entry] = []
    /// The last state; nil without a transition in history.
    package private(set) var state: DeploymentStatus?
    /// Index of the first transition in history; -1 if there is none.
    package private(set) var first = -1
    /// Index of the last transition in history; -1 if there is none.
    package private(set) var last = -1
    /// Indices of the first transition of each group of equal times whose equally good orders end in different states.
    package private(set) var ambiguousGroups: Set<Int> = []
    /// Number of attempts, each from one Queued in history to the next: at least 1 if there is a history.
    package private(set) var attempts = 0

    package init() {}

    /// Brings the dossier's transitions into the order of the history and says what became of each.
    ///
    /// - Complexity: O(n log n), and at most 8 · 2⁸ · 9 steps for a group of equal times.
    package mutating func build(_ dossier: inout Dossier) {
        entries.removeAll(keepingCapacity: true)
        ambiguousGroups.removeAll(keepingCapacity: true)
        state = nil
        first = -1
        last = -1
        attempts = 0
        TransitionOrder.sort(&dossier.transitions, in: dossier.bytes)
        let plausible = dossier.transitions.count { $0.isPlausible }
        var machine = LifecycleStateMachine()
        var index = 0
        while index < dossier.transitions.count {
            let group = TransitionOrder.group(at: index, in: dossier.transitions)
            if group.count > 1, group.count <= TieBreak.maximumGroup, dossier.transitions[index].isPlausible {
                let isAmbiguous = TieBreak.arrange(
                    &dossier.transitions, group, from: machine, isOnlyTransition: plausible == 1)
                if isAmbiguous { ambiguousGroups.insert(index) }
            }
            for position in group {
                apply(dossier.transitions[position], at: position, to: &machine, isOnly: plausible == 1)
            }
            index = group.upperBound
        }
        state = machine.state
    }

    private mutating func apply(
        _ transition: Transition, at index: Int, to machine: inout LifecycleStateMachine, isOnly: Bool
    ) {
        let before = machine.state
        let outcome = transition.isPlausible ? machine.apply(transition.status, isOnlyTransition: isOnly) : .refused
        var entry = Entry(
            outcome: outcome, before: before, previous: Int32(last), attempt: Int32(max(attempts - 1, 0)),
            isPlausible: transition.isPlausible)
        if entry.disposition == .inHistory {
            if first < 0 { first = index }
            if attempts == 0 || transition.status == .queued { attempts += 1 }
            entry.attempt = Int32(attempts - 1)
            last = index
        }
        entries.append(entry)
    }
}

/// The order of transitions by time, rank and identifier.
enum TransitionOrder {
    static func precedes(_ left: Transition, _ right: Transition, in bytes: [UInt8]) -> Bool {
        if left.time != right.time { return left.time < right.time }
        if left.status != right.status { return left.status < right.status }
        let order = bytes.compare(left.id, right.id)
        return order == 0 ? bytes.compare(left.content, right.content) < 0 : order < 0
    }

    static func sort(_ transitions: inout [Transition], in bytes: [UInt8]) {
        guard transitions.count <= 24 else {
            transitions.sort { precedes($0, $1, in: bytes) }
            return
        }
        // Records mostly come in order, and insertion is linear then.
        for index in transitions.indices.dropFirst() {
            var target = index
            while target > 0, precedes(transitions[target], transitions[target - 1], in: bytes) {
                transitions.swapAt(target, target - 1)
                target -= 1
            }
        }
    }

    /// The transitions from `index` on that have the same time.
    static func group(at index: Int, in transitions: [Transition]) -> Range<Int> {
        var end = index + 1
        while end < transitions.count, transitions[end].time == transitions[index].time { end += 1 }
        return index..<end
    }
}
