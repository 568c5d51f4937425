import AuditModel

/// The rules on histories in their most obvious form: every order of every group of equal times is tried.
///
/// Slow, and made to be compared with. It shares nothing with the sources but the names of the states.
struct ReferenceHistory {
    struct Event {
        var step: Step
        var disposition = Disposition.refused
        var isPlausible = true
    }

    private(set) var events: [Event] = []
    private(set) var state: DeploymentStatus?
    private(set) var isAmbiguous = false

    static let allowed: [DeploymentStatus: [DeploymentStatus]] = [
        .queued: [.submitted, .failed, .cancelled], .submitted: [.pending, .failed], .pending: [.confirmed, .failed],
        .confirmed: [.indexed, .completed, .failed], .indexed: [.completed, .failed], .failed: [.queued],
        .completed: [], .cancelled: [],
    ]

    private static let epoch2009 = Timestamp(unixSeconds: 1_230_768_000)

    init(_ steps: [Step]) {
        let plausible = steps.filter { $0.time >= ReferenceHistory.epoch2009 }
        for step in ReferenceHistory.sorted(steps.filter { $0.time < ReferenceHistory.epoch2009 }) {
            events.append(Event(step: step, isPlausible: false))
        }
        for time in Set(plausible.map(\.time)).sorted() {
            let group = ReferenceHistory.sorted(plausible.filter { $0.time == time })
            let best = group.count > 8 ? group : bestOrder(group, isOnly: plausible.count == 1)
            let outcome = ReferenceHistory.play(best, from: state, isOnly: plausible.count == 1)
            for (step, disposition) in zip(best, outcome.dispositions) {
                events.append(Event(step: step, disposition: disposition))
            }
            state = outcome.state
        }
    }

    /// By time, rank and identifier.
    private static func sorted(_ steps: [Step]) -> [Step] {
        steps.sorted { left, right in
            if left.time != right.time { return left.time < right.time }
            if left.status != right.status { return left.status.rawValue < right.status.rawValue }
            return Array(left.id.utf8).lexicographicallyPrecedes(Array(right.id.utf8))
        }
    }

    static func play(
        _ steps: [Step], from start: DeploymentStatus?, isOnly: Bool
    ) -> (dispositions: [Disposition], state: DeploymentStatus?) {
        var state = start
        let dispositions = steps.map { step in
            let isLegal: Bool =
                if let state {
                    allowed[state]?.contains(step.status) ?? false
                } else {
                    isOnly || (step.status != .completed && step.status != .cancelled)
                }
            if isLegal {
                state = step.status
                return Disposition.inHistory
            }
            return step.status == state ? .repeat : .refused
        }
        return (dispositions, state)
    }

    private mutating func bestOrder(_ group: [Step], isOnly: Bool) -> [Step] {
        var best: (order: [Int], refused: Int, repeats: Int)?
        var ends: Set<DeploymentStatus?> = []
        for order in permutations(Array(group.indices)) {
            let played = ReferenceHistory.play(order.map { group[$0] }, from: state, isOnly: isOnly)
            let refused = played.dispositions.count { $0 == .refused }
            let repeats = played.dispositions.count { $0 == .repeat }
            guard let known = best, (known.refused, known.repeats) <= (refused, repeats) else {
                best = (order, refused, repeats)
                ends = [played.state]
                continue
            }
            guard (known.refused, known.repeats) == (refused, repeats) else { continue }
            ends.insert(played.state)
            // The group is sorted by (rank, identifier), so the order of indices is that of those pairs.
            if order.lexicographicallyPrecedes(known.order) { best = (order, refused, repeats) }
        }
        if ends.count > 1 { isAmbiguous = true }
        return best?.order.map { group[$0] } ?? group
    }
}
