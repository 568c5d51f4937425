package import AuditModel
package import StrictJSON

/// What the pipeline needs of one deployment record besides its content.
package struct DeploymentRecordFacts: Sendable {
    /// The record's canonical content.
    package var content = ByteSlice.none
    package var updatedAt: Timestamp?

    package init() {}
}

extension RecordReader {
    /// Reads a deployment's own members; the entries of its status history are records of their own.
    package mutating func deployment(
        _ object: Int, _ tape: JSONTape, _ bytes: Span<UInt8>, into arena: inout RecordArena
    ) throws(RecordProblem) -> Read<DeploymentRecordFacts> {
        let mark = arena.bytes.count
        do throws(RecordProblem) {
            return try readDeployment(object, tape, bytes, &arena)
        } catch {
            arena.bytes.removeLast(arena.bytes.count - mark)
            throw error
        }
    }

    private mutating func readDeployment(
        _ object: Int, _ tape: JSONTape, _ bytes: Span<UInt8>, _ arena: inout RecordArena
    ) throws(RecordProblem) -> Read<DeploymentRecordFacts> {
        var facts = DeploymentRecordFacts()
        var deploymentID = ByteSlice.none
        var idToken: Int?
        let start = arena.bytes.count
        var members = DeploymentObject(object, tape, bytes, self)
        while let (member, key) = members.next(tape, bytes, self, into: &arena.bytes) {
            let token = tape.tokens[key + 1]
            switch member {
            case .deploymentId:
                try require(.string, token, "deploymentId")
                let begin = arena.bytes.count
                CanonicalJSON.writeString(token, bytes, into: &arena.bytes)
                deploymentID = ByteSlice(begin + 1, to: arena.bytes.count - 1)
                idToken = token.hasEscape ? key + 1 : nil
            case .currentStatus:
                JSONString.write(try status(token, bytes).name, into: &arena.bytes)
            case .createdAt: _ = try time(token, bytes, "createdAt", &arena)
            case .updatedAt: facts.updatedAt = try time(token, bytes, "updatedAt", &arena)
            default:
                if member.map({ !$0.isOfDeployment }) ?? true { notes.unknownMembers.append(tape.tokens[key].inner) }
                canonical.write(key + 1, tape, bytes, into: &arena.bytes)
            }
        }
        facts.content = ByteSlice(start, to: arena.bytes.count)
        if let idToken {
            var text: [UInt8] = []
            JSONString.unescape(bytes, tape.tokens[idToken].inner, into: &text)
            deploymentID = arena.keep(text)
        }
        guard !deploymentID.isEmpty, Identifier.isValid(arena.bytes.span, deploymentID.range) else {
            throw RecordProblem(.invalidIdentifier, "deploymentId is not 1 to 256 bytes without control characters")
        }
        return Read(facts: facts, deploymentID: deploymentID)
    }
}

/// Writes a deployment's members in canonical order: without nulls, unset times and the status history.
private struct DeploymentObject {
    private var order: [Int32] = []
    private var place = 0
    private var separator = UInt8(ascii: "{")

    init(_ object: Int, _ tape: JSONTape, _ bytes: Span<UInt8>, _ reader: RecordReader) {
        MemberOrder.append(object, tape, bytes, to: &order)
    }

    /// Appends the next member's name; nil at the end, when the closing bracket has been appended.
    mutating func next(
        _ tape: JSONTape, _ bytes: Span<UInt8>, _ reader: RecordReader, into output: inout [UInt8]
    ) -> (member: KnownMember?, key: Int)? {
        while place < order.count {
            let key = Int(order[place])
            place += 1
            let member = reader.known(tape.tokens[key], bytes)
            if tape.tokens[key + 1].kind == .null || member == .statusHistory { continue }
            if member == .createdAt || member == .updatedAt, isUnset(tape.tokens[key + 1], bytes) { continue }
            output.append(separator)
            separator = UInt8(ascii: ",")
            CanonicalJSON.writeString(tape.tokens[key], bytes, into: &output)
            output.append(UInt8(ascii: ":"))
            return (member, key)
        }
        if separator == UInt8(ascii: "{") { output.append(separator) }
        output.append(UInt8(ascii: "}"))
        return nil
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
