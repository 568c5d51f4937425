/// The deployment life cycle: the one set of rules that validation, export and verification share.
///
///     (none) → Queued
///     Queued → Submitted, Failed, Cancelled
///     Submitted → Pending, Failed
///     Pending → Confirmed, Failed
///     Confirmed → Indexed, Completed, Failed
///     Indexed → Completed, Failed
///     Failed → Queued
///     Completed, Cancelled: terminal
public struct LifecycleStateMachine: Sendable, Equatable {
    /// What became of a status.
    public enum Outcome: Sendable, Equatable {
        /// Legal: the machine moved.
        case moved
        /// Equal to the current state: a no-op, the source's idempotency.
        case repeated
        /// The history begins with a status other than Queued; the machine moved.
        case startedWithoutQueued
        /// Not allowed from the current state; the machine stays.
        case refused
        /// Refused, and the current state is terminal.
        case refusedAfterTerminal
    }

    /// The current state; nil before the first status.
    public private(set) var state: DeploymentStatus?

    /// A machine in a given state; nil is the beginning.
    public init(state: DeploymentStatus? = nil) { self.state = state }

    /// Takes one status and says what became of it.
    ///
    /// - Parameters:
    ///   - status: the recorded status.
    ///   - isOnlyTransition: whether it is the deployment's only plausible transition. A terminal status begins a
    ///     history only then.
    /// - Returns: what became of it.
    public mutating func apply(_ status: DeploymentStatus, isOnlyTransition: Bool = false) -> Outcome {
        guard let state else { return begin(status, isOnlyTransition: isOnlyTransition) }
        if status == state { return .repeated }
        guard Self.allows(status, after: state) else {
            return state.isTerminal ? .refusedAfterTerminal : .refused
        }
        self.state = status
        return .moved
    }

    private mutating func begin(_ status: DeploymentStatus, isOnlyTransition: Bool) -> Outcome {
        if status == .queued {
            state = status
            return .moved
        }
        if status.isTerminal && !isOnlyTransition { return .refused }
        state = status
        return .startedWithoutQueued
    }

    /// The states that may follow `state`, by rank; before the first status (nil) that is Queued.
    public static func successors(of state: DeploymentStatus?) -> [DeploymentStatus] {
        DeploymentStatus.allCases.filter { allows($0, after: state) }
    }

    /// Whether the machine may move from `state` (nil: before the first status) to `next`.
    public static func allows(_ next: DeploymentStatus, after state: DeploymentStatus?) -> Bool {
        switch state {
        case nil: next == .queued
        case .queued: next == .submitted || next == .failed || next == .cancelled
        case .submitted: next == .pending || next == .failed
        case .pending: next == .confirmed || next == .failed
        case .confirmed: next == .indexed || next == .completed || next == .failed
        case .indexed: next == .completed || next == .failed
        case .failed: next == .queued
        case .completed, .cancelled: false
        }
    }

    /// Every allowed move between two states, by rank of its ends.
    public static let arrows: [(from: DeploymentStatus, to: DeploymentStatus)] = DeploymentStatus.allCases.flatMap {
        from in successors(of: from).map { (from, $0) }
    }
}
