import AuditModel
import RecordContent
import StrictJSON

/// Transitions and deployments, as objects of a parsed text.
extension RecordCollector {
    /// Collects a transition; `layout` is the object's own if the reader found that last.
    mutating func collectTransition(
        _ object: Int, in bytes: Span<UInt8>, parent: [UInt8]?, at position: RecordPosition,
        layout: MemberLayout? = nil
    ) {
        reader.notes.reset()
        let layout = layout ?? reader.layout(object, parser.tape, in: bytes)
        do throws(RecordProblem) {
            if let problem = missingFromTransition(layout, hasParent: parent != nil, in: bytes) { throw problem }
            if let parent { try requireOwn(layout, parent: parent, in: bytes) }
            let read = try reader.transition(
                object, parser.tape, in: bytes, parent: parent, layout: layout, into: &batch.arena)
            batch.transitions.append(
                IngestedTransition(
                    transition: read.facts, deploymentID: read.deploymentID, position: position,
                    deploymentHash: batch.arena.hash(read.deploymentID),
                    idHash: read.facts.hasOwnID ? batch.arena.hash(read.facts.id) : 0,
                    rawDigest: keepDigest(bytes, parser.tape.tokens[object].range)))
            keepNotes(
                read.deploymentID, read.facts.hasOwnID ? read.facts.id : .none, in: bytes, at: position)
        } catch {
            let id = parent.map { String(decoding: $0, as: UTF8.self) }
            reject(bytes, parser.tape.tokens[object].range, at: position, for: error, deploymentID: id)
        }
    }

    /// Requires that an entry of a history names no other job than the one that it stands under.
    private func requireOwn(_ layout: MemberLayout, parent: [UInt8], in bytes: Span<UInt8>) throws(RecordProblem) {
        guard isPresent(layout.jobID) else { return }
        let own = text(of: layout.jobID, in: bytes)
        guard own != parent, own == nil || own != ownerJobID else { return }
        throw RecordProblem(.malformedRecord, "jobId differs from that of the job or deployment it stands under")
    }

    /// The text of a member of the object whose layout was found last; nil if it is none.
    private func text(of number: Int?, in bytes: Span<UInt8>) -> [UInt8]? {
        guard let number, parser.tape.tokens[Int(reader.keys[number]) + 1].kind == .string else { return nil }
        var text: [UInt8] = []
        JSONString.unescape(bytes, parser.tape.tokens[Int(reader.keys[number]) + 1].inner, into: &text)
        return text
    }

    /// Collects a deployment's own members and the entries of its status history.
    mutating func collectDeployment(
        _ object: Int, in bytes: Span<UInt8>, shape: ObjectShape, at position: RecordPosition, layout: MemberLayout
    ) {
        reader.notes.reset()
        ownerJobID = text(of: layout.jobID, in: bytes)
        defer { ownerJobID = nil }
        do throws(RecordProblem) {
            if let problem = missingFromDeployment(layout, in: bytes) { throw problem }
            let read = try reader.deployment(object, parser.tape, in: bytes, layout: layout, into: &batch.arena)
            batch.deployments.append(
                IngestedDeployment(
                    facts: read.facts, deploymentID: read.deploymentID, position: position, isRow: false,
                    deploymentHash: batch.arena.hash(read.deploymentID),
                    rawDigest: keepDigest(bytes, parser.tape.tokens[object].range)))
            keepNotes(read.deploymentID, .none, in: bytes, at: position)
        } catch {
            reject(bytes, parser.tape.tokens[object].range, at: position, for: error)
        }
        guard let history = shape.history else {
            batch.shapes.insert("records")
            return
        }
        batch.shapes.insert("audit-trail")
        collectHistory(
            history, of: object, parent: shape.deploymentID(parser.tape, in: bytes), in: bytes, at: position)
    }

    mutating func collectHistory(
        _ history: Int, of object: Int, parent: [UInt8]?, in bytes: Span<UInt8>, at position: RecordPosition
    ) {
        let first = batch.transitions.count
        let tape = parser.tape
        var count = 0
        var own = position
        var previous = tape.tokens[object]
        tape.forEachElement(of: history) { element in
            let token = tape.tokens[element]
            own = own.moved(from: previous, to: token, in: bytes)
            previous = token
            count += 1
            if count > IngestLimits.transitionsPerDeployment {
                let problem = RecordProblem(.malformedRecord, "over 50,000 transitions in one history")
                reject(bytes, token.range, at: own, for: problem)
            } else if token.kind == .object {
                collectTransition(element, in: bytes, parent: parent, at: own)
            } else {
                let problem = RecordProblem(
                    .malformedRecord, "\(FoundValue.text(token, bytes)) in a status history, expected an object")
                reject(bytes, token.range, at: own, for: problem)
            }
        }
        noteOrder(from: first)
    }

    /// Parses one entry of a status history and collects it; false if it is not JSON.
    mutating func collectHistoryEntry(
        _ bytes: Span<UInt8>, _ range: Range<Int>, parent: [UInt8]?, at position: RecordPosition
    ) -> Bool {
        guard parse(bytes, range) else { return false }
        guard parser.tape.tokens[0].kind == .object else {
            let found = FoundValue.text(parser.tape.tokens[0], bytes)
            let problem = RecordProblem(.malformedRecord, "\(found) in a status history, expected an object")
            reject(bytes, range, at: position, for: problem)
            return true
        }
        collectTransition(0, in: bytes, parent: parent, at: position)
        return true
    }

    /// The deployment of the transition that was collected last in this batch.
    var lastTransitionOwner: [UInt8]? {
        batch.transitions.last.map { Array(batch.arena.bytes[$0.deploymentID.range]) }
    }

    /// Puts the digest of a record's bytes behind its content, if digests are wanted.
    mutating func keepDigest(_ bytes: Span<UInt8>, _ range: Range<Int>) -> ByteSlice {
        digestsRaw ? batch.arena.keep(Array(ContentDigest.sha256(bytes, range))) : .none
    }

    // MARK: Notes

    /// Notes transitions of a history that go back in time.
    private mutating func noteOrder(from first: Int) {
        for index in stride(from: first + 1, to: batch.transitions.count, by: 1) {
            let earlier = batch.transitions[index - 1]
            let later = batch.transitions[index]
            guard later.transition.time < earlier.transition.time else { continue }
            addNote(
                RecordFinding(code: .outOfOrderRecord), later.deploymentID, transitionID: later.transition.id,
                at: later.position)
        }
    }

    /// Keeps what the reader noticed about the record that it read last.
    mutating func keepNotes(
        _ deploymentID: ByteSlice, _ transitionID: ByteSlice, in bytes: Span<UInt8>, at position: RecordPosition
    ) {
        for name in reader.notes.unknownMembers { count(name, in: bytes, at: position, to: \.unknownMembers) }
        for name in reader.notes.unreadLists { count(name, in: bytes, at: position, to: \.unreadLists) }
        for finding in reader.notes.findings(in: bytes) {
            addNote(finding, deploymentID, transitionID: transitionID, at: position)
        }
    }

    mutating func count(
        _ name: Range<Int>, in bytes: Span<UInt8>, at position: RecordPosition,
        to counts: WritableKeyPath<RecordBatch, [String: (count: Int, first: RecordPosition)]>
    ) {
        var text: [UInt8] = []
        JSONString.unescape(bytes, name, into: &text)
        batch[keyPath: counts][String(decoding: text, as: UTF8.self), default: (0, position)].count += 1
    }

    /// Notes that a CSV is not of the service's own form, but was read.
    mutating func noteDialect(_ dialect: String, at position: RecordPosition) {
        batch.notes.append(IntakeNote(code: .csvDialect, position: position, actual: dialect))
    }

    private mutating func addNote(
        _ finding: RecordFinding, _ deploymentID: ByteSlice, transitionID: ByteSlice, at position: RecordPosition
    ) {
        batch.notes.append(
            IntakeNote(
                code: finding.code, position: position, deploymentID: batch.arena.bytes.text(deploymentID),
                transitionID: transitionID.isEmpty ? nil : batch.arena.bytes.text(transitionID),
                expected: finding.expected, actual: finding.actual, leavesUnread: finding.leavesUnread))
    }
}
