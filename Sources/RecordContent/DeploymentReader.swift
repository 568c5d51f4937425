package import AuditModel
package import StrictJSON

/// What the pipeline needs of one deployment record besides its content.
package struct DeploymentRecordFacts: Sendable, BitwiseCopyable {
    /// The record's canonical content.
    package var content = ByteSlice.none
    package var createdAt: Timestamp?
    package var updatedAt: Timestamp?

    package init() {}
}

extension RecordReader {
    /// Reads a deployment's own members; the entries of its status history are records of their own.
    ///
    /// The arena and `layout` are as in ``transition(_:_:in:parent:layout:into:)``.
    package mutating func deployment(
        _ object: Int, _ tape: JSONTape, in bytes: Span<UInt8>, layout: MemberLayout? = nil,
        into arena: inout RecordArena
    ) throws(RecordProblem) -> Read<DeploymentRecordFacts> {
        let mark = arena.bytes.count
        let layout = layout ?? self.layout(object, tape, in: bytes)
        do throws(RecordProblem) {
            return try readDeployment(layout, tape, in: bytes, into: &arena)
        } catch {
            arena.bytes.removeLast(arena.bytes.count - mark)
            throw error
        }
    }

    private mutating func readDeployment(
        _ layout: MemberLayout, _ tape: JSONTape, in bytes: Span<UInt8>, into arena: inout RecordArena
    ) throws(RecordProblem) -> Read<DeploymentRecordFacts> {
        var facts = DeploymentRecordFacts()
        var deploymentID = ByteSlice.none
        var idToken: Int?
        let start = arena.bytes.count
        let text = layout.text
        let names = text.span
        for member in layout.members {
            let key = Int(keys[member.number])
            if isLeftOut(member.meaning, tape.tokens[key + 1], in: bytes) { continue }
            arena.bytes.append(names, member.name)
            let token = tape.tokens[key + 1]
            switch member.meaning {
            case .deploymentId:
                try requireString(token, named: "deploymentId", bytes)
                let begin = arena.bytes.count
                CanonicalJSON.writeString(token, bytes, into: &arena.bytes)
                deploymentID = ByteSlice(begin + 1, to: arena.bytes.count - 1)
                idToken = token.hasEscape ? key + 1 : nil
            case .currentStatus: writeStatedStatus(key + 1, tape, in: bytes, into: &arena)
            case .createdAt: facts.createdAt = try writeTime(token, bytes, named: "createdAt", into: &arena)
            case .updatedAt: facts.updatedAt = try writeTime(token, bytes, named: "updatedAt", into: &arena)
            default:
                noteDeploymentMember(member.meaning, key + 1, of: tape, in: bytes)
                writeClaim(member.meaning?.claim, key + 1, of: tape, in: bytes, into: &arena)
            }
        }
        arena.endObject(from: start)
        facts.content = ByteSlice(start, to: arena.bytes.count)
        if let idToken {
            var text: [UInt8] = []
            JSONString.unescape(bytes, tape.tokens[idToken].inner, into: &text)
            deploymentID = arena.keep(text)
        }
        if let problem = Identifier.problem(arena.bytes.span, deploymentID.range) {
            throw RecordProblem(.invalidIdentifier, "deploymentId \(problem)")
        }
        return Read(facts: facts, deploymentID: deploymentID)
    }

    private mutating func writeStatedStatus(
        _ value: Int, _ tape: JSONTape, in bytes: Span<UInt8>, into arena: inout RecordArena
    ) {
        if let status = knownStatus(tape.tokens[value], bytes) { return arena.append(quoted: status.literal) }
        noteUnreadable(value, as: .status, at: KnownMember.currentStatus.rawValue, tape, in: bytes)
        canonical.write(value, tape, in: bytes, into: &arena.bytes)
    }

    /// Notes a member that is not known, or cannot be read; its value is written as it is.
    private mutating func noteDeploymentMember(
        _ member: KnownMember?, _ value: Int, of tape: JSONTape, in bytes: Span<UInt8>
    ) {
        guard let member, member.isOfDeployment else {
            return noteUnknown(value - 1, tape, in: bytes)
        }
        if let claim = member.claim { noteIfUnreadable(value, as: claim, at: member.rawValue, tape, in: bytes) }
    }

    /// Whether a member says nothing: null, an unset time; or is the status history, whose entries are records.
    ///
    /// A status history that is no array holds no entries that could be read: it stays.
    private func isLeftOut(_ member: KnownMember?, _ value: JSONToken, in bytes: Span<UInt8>) -> Bool {
        switch member {
        case .statusHistory: value.kind == .array || value.kind == .null
        case .createdAt, .updatedAt: value.kind == .null || isUnset(value, bytes)
        default: value.kind == .null
        }
    }

    /// Whether a time is .NET's "unset", which says as much as an absent member.
    private func isUnset(_ token: JSONToken, _ bytes: Span<UInt8>) -> Bool {
        guard token.kind == .string else { return false }
        guard token.hasEscape || (token.inner.count >= 10 && bytes.equals("0001-01-01", token.inner.prefix(10)))
        else { return false }
        var text: [UInt8] = []
        JSONString.unescape(bytes, token.inner, into: &text)
        return (try? Timestamp.parse(text.span))?.time == .unset
    }
}
