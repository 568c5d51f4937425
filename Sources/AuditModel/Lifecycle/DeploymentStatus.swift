/// A state of a token deployment's life cycle.
///
/// The raw value is the state's rank, which breaks ties between transitions of equal time. It is not the number that
/// the source service writes: see ``sourceNumber``.
public enum DeploymentStatus: UInt8, CaseIterable, Sendable, Hashable, Comparable, BitwiseCopyable {
    /// Accepted and waiting; where every history and every attempt begins.
    case queued
    /// Handed to the network.
    case submitted
    /// Seen by the network, not confirmed.
    case pending
    /// In a block.
    case confirmed
    /// Found by the network's indexers; optional.
    case indexed
    /// Done; terminal.
    case completed
    /// This attempt failed; a retry leads back to ``queued``.
    case failed
    /// Given up before submission; terminal.
    case cancelled

    /// The name in records, bundles and messages.
    public var name: String { "\(literal)" }

    /// The name as fixed bytes, for writing and comparing without a String.
    package var literal: StaticString {
        switch self {
        case .queued: "Queued"
        case .submitted: "Submitted"
        case .pending: "Pending"
        case .confirmed: "Confirmed"
        case .indexed: "Indexed"
        case .completed: "Completed"
        case .failed: "Failed"
        case .cancelled: "Cancelled"
        }
    }

    /// The number that the source's serialiser writes for this state; not in the order of the life cycle.
    public var sourceNumber: Int {
        switch self {
        case .queued: 0
        case .submitted: 1
        case .pending: 2
        case .confirmed: 3
        case .completed: 4
        case .failed: 5
        case .indexed: 6
        case .cancelled: 7
        }
    }

    /// Whether nothing may follow.
    public var isTerminal: Bool { self == .completed || self == .cancelled }

    /// Whether the deployment counts as open: neither completed, nor failed, nor cancelled.
    public var isOpen: Bool { !isTerminal && self != .failed }

    /// The state of that exact name.
    public init?(name: String) {
        guard let match = Self.allCases.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { return nil }
        self = match
    }

    /// The state that the source writes as that number.
    public init?(sourceNumber: Int) {
        guard let match = Self.allCases.first(where: { $0.sourceNumber == sourceNumber }) else { return nil }
        self = match
    }

    /// Whether the first state has the lower rank.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
