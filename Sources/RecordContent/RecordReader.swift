package import AuditModel
package import StrictJSON

/// Turns a parsed record into canonical content and the facts that rules need, in one pass.
///
/// Reading canonical content gives the same bytes again; the verifier relies on that.
package struct RecordReader {
    var canonical = CanonicalJSON()
    private var layouts = MemberLayouts()
    /// The tokens of the names in the object whose layout was found last.
    package private(set) var keys: [Int32] = []
    /// What was noticed since the last ``RecordNotes/reset()``.
    package var notes = RecordNotes()
    /// Whether whole numbers get their one form, as those of sources do; what is kept already stays as it is.
    package var hasOneNumberForm = false
    /// The text that the timestamp of the next transition came as, where its record has it canonical: in a line of a trail.
    package var receivedTime: [UInt8]?

    package init() {}

    /// A record that was read.
    package struct Read<Facts: Sendable>: Sendable {
        package var facts: Facts
        /// The deployment's identifier, unescaped.
        package var deploymentID: ByteSlice
    }

    /// Finds the layout of an object, and keeps the tokens of its names until the next object's is found.
    package mutating func layout(_ object: Int, _ tape: JSONTape, in bytes: Span<UInt8>) -> MemberLayout {
        layouts.find(object, tape, in: bytes, keys: &keys)
    }

    /// Reads a transition that may stand in the status history of the deployment `parent`.
    ///
    /// The arena receives the content, and is left as it was if the record is rejected. `layout` is the object's own if
    /// that was found last, else nil.
    package mutating func transition(
        _ object: Int, _ tape: JSONTape, in bytes: Span<UInt8>, parent: [UInt8]?, layout: MemberLayout? = nil,
        into arena: inout RecordArena
    ) throws(RecordProblem) -> Read<Transition> {
        let bytesBefore = arena.bytes.count
        let checksBefore = arena.checks.count
        let layout = layout ?? self.layout(object, tape, in: bytes)
        do throws(RecordProblem) {
            return try readTransition(layout, tape, in: bytes, parent: parent, into: &arena)
        } catch {
            arena.bytes.removeLast(arena.bytes.count - bytesBefore)
            arena.checks.removeLast(arena.checks.count - checksBefore)
            throw error
        }
    }

    private mutating func readTransition(
        _ layout: MemberLayout, _ tape: JSONTape, in bytes: Span<UInt8>, parent: [UInt8]?, into arena: inout RecordArena
    ) throws(RecordProblem) -> Read<Transition> {
        var reading = TransitionReading()
        let start = arena.bytes.count
        try writeMembers(layout, tape, in: bytes, parent: parent, into: &arena) {
            (reader, member, value, arena) throws(RecordProblem) in
            try reader.readTransitionMember(member, value, of: tape, in: bytes, reading: &reading, into: &arena)
        }
        reading.transition.content = ByteSlice(start, to: arena.bytes.count)
        guard reading.hasStatus else { throw RecordProblem(.malformedRecord, "status missing") }
        guard reading.hasTime else { throw RecordProblem(.malformedRecord, "timestamp missing") }
        reading.members.read(&reading.transition, in: &arena)
        reading.deploymentID = arena.text(of: reading.members.deploymentID)
        if reading.members.deploymentID.isEmpty, let parent {
            reading.deploymentID = arena.keep(parent)
        }
        try keepReceivedTime(&reading, tape, in: bytes, into: &arena)
        try checkIdentifiers(reading, arena, parent: parent)
        return Read(facts: reading.transition, deploymentID: reading.deploymentID)
    }

    private mutating func keepReceivedTime(
        _ reading: inout TransitionReading, _ tape: JSONTape, in bytes: Span<UInt8>, into arena: inout RecordArena
    ) throws(RecordProblem) {
        let time = reading.transition.time
        if let receivedTime {
            guard let parsed = try? Timestamp.parse(receivedTime.span), parsed.time == time,
                ReceivedTime.differs(receivedTime.span, from: time)
            else {
                let found = FoundValue.text(receivedTime.span)
                throw RecordProblem(
                    .malformedRecord, "timestampAsReceived is \(found), expected another text of \(time.text)")
            }
            if parsed.zone == .absent { notes.hasTimeWithoutZone = true }
            reading.transition.timestampAsReceived = arena.keep(receivedTime)
            return
        }
        let token = tape.tokens[reading.received]
        guard !ReceivedTime.isCanonical(bytes, token.inner, in: arena.bytes, at: reading.canonicalTime) else { return }
        var text: [UInt8] = []
        JSONString.unescape(bytes, token.inner, into: &text)
        guard ReceivedTime.differs(text.span, from: time) else { return }
        reading.transition.timestampAsReceived = arena.keep(text)
    }

    private func checkIdentifiers(
        _ reading: TransitionReading, _ arena: RecordArena, parent: [UInt8]?
    ) throws(RecordProblem) {
        let span = arena.bytes.span
        if let problem = Identifier.problem(span, reading.deploymentID.range) {
            throw RecordProblem(.invalidIdentifier, "deploymentId \(problem)")
        }
        if reading.transition.hasOwnID, let problem = Identifier.problem(span, reading.transition.id.range) {
            throw RecordProblem(.invalidIdentifier, "id \(problem)")
        }
        guard let parent else { return }
        if compareBytes(span, reading.deploymentID.range, with: parent.span, in: 0..<parent.count) != 0 {
            let own = FoundValue.text(span.extracting(reading.deploymentID.range))
            throw RecordProblem(
                .malformedRecord,
                "deploymentId is \(own), expected \(FoundValue.text(parent.span)) as in the deployment around it")
        }
    }

    /// Appends the members of an object in canonical order, without those that are null.
    ///
    /// `write` appends a known or unknown member's value. The parent's identifier is put in its place when the object
    /// has no `deploymentId`.
    private mutating func writeMembers(
        _ layout: MemberLayout, _ tape: JSONTape, in bytes: Span<UInt8>, parent: [UInt8]?,
        into arena: inout RecordArena,
        write: (inout RecordReader, KnownMember?, Int, inout RecordArena) throws(RecordProblem) -> Void
    ) throws(RecordProblem) {
        var pendingParent = parent
        if let number = layout.deploymentID, tape.tokens[Int(keys[number]) + 1].kind != .null {
            pendingParent = nil
        }
        let text = layout.text
        let names = text.span
        let start = arena.bytes.count
        for member in layout.members {
            let key = Int(keys[member.number])
            guard tape.tokens[key + 1].kind != .null else { continue }
            if let parent = pendingParent, isAfterDeploymentID(bytes, tape.tokens[key].inner) {
                writeParent(parent, &arena)
                pendingParent = nil
            }
            arena.bytes.append(names, member.name)
            try write(&self, member.meaning, key + 1, &arena)
        }
        if let parent = pendingParent { writeParent(parent, &arena) }
        arena.endObject(from: start)
    }

    private func writeParent(_ parent: [UInt8], _ arena: inout RecordArena) {
        arena.bytes.append(contentsOf: ",\"deploymentId\":".utf8)
        JSONString.write(parent.span, 0..<parent.count, into: &arena.bytes)
    }

    private func isAfterDeploymentID(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Bool {
        let own = Array("deploymentId".utf8)
        return compareBytes(bytes, name, with: own.span, in: 0..<own.count) > 0
    }
}
