import RecordContent
import StrictJSON

/// What kind of record an object is, or whether it is an envelope, told by its members.
struct ObjectShape {
    enum Kind {
        /// A response of the service around records, or one to a request that failed.
        case envelope
        /// The service's status of a job, which is a deployment by another name.
        case job
        /// A line of the audit trail of a bundle.
        case trailLine
        case transition, deployment, unknown
    }

    var kind = Kind.unknown
    /// Token of the status history's array.
    var history: Int?
    private var idToken: Int?
    private let isHistoryApart: Bool

    /// Tells the kind of the object whose layout the reader found last; `isHistoryApart` says that the entries of its history
    /// were read before.
    init(
        _ object: Int, _ layout: MemberLayout, keys: [Int32], tape: JSONTape, in bytes: Span<UInt8>,
        isHistoryApart: Bool = false
    ) {
        self.isHistoryApart = isHistoryApart
        func value(_ number: Int?) -> Int? {
            guard let number, tape.tokens[Int(keys[number]) + 1].kind != .null else { return nil }
            return Int(keys[number]) + 1
        }
        history = value(layout.statusHistory).flatMap { tape.tokens[$0].kind == .array ? $0 : nil }
        idToken = value(layout.deploymentID)
        let status = value(layout.status)
        let isJob = idToken == nil && value(layout.jobID) != nil
        if let success = value(layout.success), tape.tokens[success].kind != .true || (idToken == nil && !isJob),
            !holdsHistory(tape)
        {
            kind = .envelope
        } else if let status, !holdsHistory(tape), ObjectShape.isFailure(object, status: status, tape, in: bytes) {
            kind = .envelope
        } else if isJob, status != nil || history != nil || isHistoryApart || value(layout.currentStatus) != nil {
            kind = .job
            idToken = value(layout.jobID)
        } else if let transitions = value(layout.transitions), history == nil, !isHistoryApart, idToken != nil,
            ObjectShape.isTrailLine(object, transitions: transitions, tape, in: bytes)
        {
            kind = .trailLine
        } else if status != nil || value(layout.timestamp) != nil, history == nil, !isHistoryApart {
            kind = .transition
        } else if idToken != nil || history != nil || isHistoryApart {
            kind = .deployment
        }
    }

    private func holdsHistory(_ tape: JSONTape) -> Bool {
        isHistoryApart || history.map { Int(tape.tokens[$0].next) > $0 + 1 } ?? false
    }

    /// Whether an object says that a request failed, by an HTTP status and what it means (RFC 9457).
    private static func isFailure(_ object: Int, status: Int, _ tape: JSONTape, in bytes: Span<UInt8>) -> Bool {
        guard HTTPStatus(tape.tokens[status], in: bytes) != nil else { return false }
        func isText(_ name: StaticString) -> Bool {
            tape.member(name, of: object, in: bytes).map { tape.tokens[$0].kind == .string } ?? false
        }
        return isText("title") || isText("error") || isText("detail")
    }

    private static func isTrailLine(
        _ object: Int, transitions: Int, _ tape: JSONTape, in bytes: Span<UInt8>
    ) -> Bool {
        func kind(_ name: StaticString) -> JSONToken.Kind? {
            tape.member(name, of: object, in: bytes).map { tape.tokens[$0].kind }
        }
        return tape.tokens[transitions].kind == .array && kind("derived") == .object && kind("row") == .number
    }

    /// The deployment's identifier, unescaped; nil if it is not a string.
    func deploymentID(_ tape: JSONTape, in bytes: Span<UInt8>) -> [UInt8]? {
        guard let idToken, tape.tokens[idToken].kind == .string else { return nil }
        var text: [UInt8] = []
        JSONString.unescape(bytes, tape.tokens[idToken].inner, into: &text)
        return text
    }
}
