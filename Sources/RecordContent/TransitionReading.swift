import AuditModel
import StrictJSON

/// What has been read of a transition so far.
struct TransitionReading {
    var transition = Transition()
    var deploymentID = ByteSlice.none
    var hasStatus = false
    var hasTime = false
    /// The token of the timestamp.
    var received = 0
    /// Where, in the arena, the timestamp's canonical text stands.
    var canonicalTime = 0
}

extension RecordReader {
    mutating func readTransitionMember(
        _ member: KnownMember?, _ value: Int, of tape: JSONTape, in bytes: Span<UInt8>,
        reading: inout TransitionReading,
        into arena: inout RecordArena
    ) throws(RecordProblem) {
        let token = tape.tokens[value]
        switch member {
        case .id:
            try require(.string, token, named: "id")
            reading.transition.id = writeText(value, tape, in: bytes, as: .id, into: &arena)
            reading.transition.hasOwnID = true
        case .deploymentId:
            try require(.string, token, named: "deploymentId")
            reading.deploymentID = writeText(value, tape, in: bytes, as: .deploymentID, into: &arena)
        case .status:
            reading.transition.status = try status(token, bytes)
            reading.hasStatus = true
            arena.bytes.append(UInt8(ascii: "\""))
            arena.bytes.append(literal: reading.transition.status.literal)
            arena.bytes.append(UInt8(ascii: "\""))
        case .timestamp:
            reading.canonicalTime = arena.bytes.count + 1
            reading.transition.time = try writeTime(token, bytes, named: "timestamp", into: &arena)
            reading.hasTime = true
            reading.received = value
        case .transactionHash where token.kind == .string:
            reading.transition.transactionHash = writeText(value, tape, in: bytes, as: .transactionHash, into: &arena)
        case .errorDetails where token.kind == .object:
            try writeErrorDetails(value, tape, in: bytes, reading: &reading, into: &arena)
        case .complianceChecks where token.kind == .array:
            try writeComplianceChecks(value, tape, in: bytes, reading: &reading, into: &arena)
        default:
            noteMember(member, value, of: tape, in: bytes, reading: &reading)
            canonical.write(value, tape, in: bytes, into: &arena.bytes)
        }
    }

    /// Takes the facts of a member whose value is written as it is.
    private mutating func noteMember(
        _ member: KnownMember?, _ value: Int, of tape: JSONTape, in bytes: Span<UInt8>, reading: inout TransitionReading
    ) {
        switch member {
        case .confirmedRound: reading.transition.hasConfirmedRound = true
        case .durationFromPreviousStatusMs:
            reading.transition.statedDurationMs = wholeNumber(tape.tokens[value], bytes)
        case .metadata:
            readMetadata(value, tape, in: bytes, reading: &reading)
            notes.noteSimulation(inside: value, tape, in: bytes)
        default:
            if member.map({ !$0.isOfTransition }) ?? true {
                notes.addUnknown(value - 1, tape, in: bytes)
            }
        }
    }

    private func readMetadata(_ value: Int, _ tape: JSONTape, in bytes: Span<UInt8>, reading: inout TransitionReading) {
        if let category = tape.member("errorCategory", of: value, in: bytes), tape.tokens[category].kind != .null {
            reading.transition.metadataCategory = self.category(tape.tokens[category], bytes)
        }
        readRetry(value, tape, in: bytes, reading: &reading)
    }

    /// Takes retryability and delay; what `errorDetails` says stays.
    private func readRetry(_ object: Int, _ tape: JSONTape, in bytes: Span<UInt8>, reading: inout TransitionReading) {
        if reading.transition.isRetryable == nil, let value = tape.member("isRetryable", of: object, in: bytes) {
            switch tape.tokens[value].kind {
            case .true: reading.transition.isRetryable = true
            case .false: reading.transition.isRetryable = false
            case .object, .array, .string, .number, .null: break
            }
        }
        if reading.transition.retryDelaySeconds == nil,
            let value = tape.member("suggestedRetryDelaySeconds", of: object, in: bytes)
        {
            reading.transition.retryDelaySeconds = wholeNumber(tape.tokens[value], bytes)
        }
    }

    private mutating func writeErrorDetails(
        _ value: Int, _ tape: JSONTape, in bytes: Span<UInt8>, reading: inout TransitionReading,
        into arena: inout RecordArena
    ) throws(RecordProblem) {
        readRetry(value, tape, in: bytes, reading: &reading)
        var members = ObjectMembers(value, tape, in: bytes)
        while let (key, value) = members.next(tape, bytes, into: &arena.bytes) {
            let token = tape.tokens[value]
            if tape.isName(key, "category", in: bytes), token.kind == .number || token.kind == .string {
                let category = self.category(token, bytes)
                reading.transition.detailsCategory = category
                if token.kind == .number, let number = wholeNumber(token, bytes),
                    number >= 0, number < FailureCategory.allCases.count
                {
                    JSONString.write(category.name, into: &arena.bytes)
                    continue
                }
            }
            if tape.isName(key, "timestamp", in: bytes) {
                _ = try writeTime(token, bytes, named: "errorDetails.timestamp", into: &arena)
            } else {
                canonical.write(value, tape, in: bytes, into: &arena.bytes)
            }
        }
    }

    private mutating func writeComplianceChecks(
        _ array: Int, _ tape: JSONTape, in bytes: Span<UInt8>, reading: inout TransitionReading,
        into arena: inout RecordArena
    ) throws(RecordProblem) {
        var separator = UInt8(ascii: "[")
        var element = array + 1
        while element < Int(tape.tokens[array].next) {
            arena.bytes.append(separator)
            separator = UInt8(ascii: ",")
            if tape.tokens[element].kind == .object {
                try writeComplianceCheck(element, tape, in: bytes, into: &arena)
            } else {
                canonical.write(element, tape, in: bytes, into: &arena.bytes)
            }
            element = Int(tape.tokens[element].next)
        }
        if separator == UInt8(ascii: "[") { arena.bytes.append(separator) }
        arena.bytes.append(UInt8(ascii: "]"))
        reading.transition.checks = reading.transition.checks.lowerBound..<Int32(arena.checks.count)
    }

    private mutating func writeComplianceCheck(
        _ object: Int, _ tape: JSONTape, in bytes: Span<UInt8>, into arena: inout RecordArena
    ) throws(RecordProblem) {
        var members = ObjectMembers(object, tape, in: bytes)
        var check = ComplianceCheck(name: .none, passed: false)
        while let (key, value) = members.next(tape, bytes, into: &arena.bytes) {
            let token = tape.tokens[value]
            if tape.isName(key, "checkName", in: bytes), token.kind == .string {
                check.name = writeText(value, tape, in: bytes, as: .check(arena.checks.count), into: &arena)
            } else if tape.isName(key, "checkedAt", in: bytes) {
                _ = try writeTime(token, bytes, named: "complianceChecks.checkedAt", into: &arena)
            } else {
                if tape.isName(key, "passed", in: bytes) { check.passed = token.kind == .true }
                canonical.write(value, tape, in: bytes, into: &arena.bytes)
            }
        }
        arena.checks.append(check)
    }
}

/// Writes the members of a known inner object in canonical order, without those that are null.
private struct ObjectMembers {
    private var order: [Int32] = []
    private var position = 0
    private var isFirst = true

    init(_ object: Int, _ tape: JSONTape, in bytes: Span<UInt8>) {
        MemberOrder.append(object, tape, in: bytes, to: &order)
    }

    /// Appends the next member's name; nil at the end, when the closing bracket has been appended.
    mutating func next(_ tape: JSONTape, _ bytes: Span<UInt8>, into output: inout [UInt8]) -> (key: Int, value: Int)? {
        while position < order.count, tape.tokens[Int(order[position]) + 1].kind == .null { position += 1 }
        guard position < order.count else {
            if isFirst { output.append(UInt8(ascii: "{")) }
            output.append(UInt8(ascii: "}"))
            return nil
        }
        let key = Int(order[position])
        position += 1
        output.append(UInt8(ascii: isFirst ? "{" : ","))
        isFirst = false
        CanonicalJSON.writeString(tape.tokens[key], bytes, into: &output)
        output.append(UInt8(ascii: ":"))
        return (key, key + 1)
    }
}
