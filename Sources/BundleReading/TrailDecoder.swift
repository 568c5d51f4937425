package import AuditModel
import BundleFormat
package import RecordContent
import StrictJSON

/// Why a line of the trail is not one that the format allows.
package struct TrailProblem: Error, Sendable, Equatable {
    package var reason: String
}

/// Reads lines of `audit-trail.json` back into dossiers.
///
/// Only what cannot be computed is taken from the line: the records, the parts that were merged, whether the deployment
/// is disputed, and whether a part that stands alone is a record or columns of rows. Everything else is computed again, so
/// encoding the dossier gives the same bytes if and only if the line says nothing but what follows from its records.
package struct TrailDecoder {
    private var parser = JSONParser()
    private var reader = RecordReader()
    /// The latest `updatedAt` of the deployment records of the line that was decoded last; nil if none has it.
    package private(set) var latestUpdate: Timestamp?
    /// The records of that line of which reading makes findings; columns of rows are no record.
    package private(set) var noted: [NotedRecord] = []
    /// Findings on what stands in the member `deployment`, which is a record only if no snapshots stand beside it.
    private var deploymentCodes: [FindingCode] = []

    /// Bytes of a line for which memory is not kept.
    private static let longLine = 1 << 20

    package init() { parser.tokenLimit = FormatLimits.lineValues }

    /// Fills the dossier from a line; its history is to be built.
    package mutating func decode(_ line: [UInt8], into dossier: inout Dossier) throws(TrailProblem) {
        let bytes = line.span
        let isLong = line.count > TrailDecoder.longLine
        if isLong {
            // Growing would take the memory of an array twice; besides the contents there are what records give merged, and
            // assigned identifiers.
            parser.tape.tokens.reserveCapacity(min(parser.tokenLimit + 2, line.count / 2 + 2))
            dossier.bytes.reserveCapacity(line.count + 2 * FormatLimits.ownRecords.bytes)
        }
        defer { if isLong { parser.tape = JSONTape() } }
        do throws(JSONError) {
            try parser.parseDocument(bytes, 0..<bytes.count)
        } catch {
            throw TrailProblem(reason: "\(error.reason) at byte \(error.offset)")
        }
        guard parser.tape.tokens[0].kind == .object else { throw TrailProblem(reason: "no object") }
        dossier.reset()
        var arena = RecordArena()
        swap(&arena.bytes, &dossier.bytes)
        swap(&arena.checks, &dossier.checks)
        var problem: TrailProblem?
        do throws(TrailProblem) { try read(bytes, &dossier, arena: &arena) } catch { problem = error }
        swap(&arena.bytes, &dossier.bytes)
        swap(&arena.checks, &dossier.checks)
        if let problem { throw problem }
        try merge(&dossier)
    }

    private var deployment = ByteSlice.none
    private var parts: [(content: ByteSlice, updatedAt: Timestamp?)] = []

    private mutating func read(
        _ bytes: Span<UInt8>, _ dossier: inout Dossier, arena: inout RecordArena
    ) throws(TrailProblem) {
        deployment = .none
        latestUpdate = nil
        noted.removeAll(keepingCapacity: true)
        deploymentCodes = []
        parts.removeAll(keepingCapacity: true)
        let tape = parser.tape
        guard let id = tape.member("deploymentId", of: 0, in: bytes), tape.tokens[id].kind == .string else {
            throw TrailProblem(reason: "deploymentId missing")
        }
        var text: [UInt8] = []
        JSONString.unescape(bytes, tape.tokens[id].inner, into: &text)
        // No record has a longer one; it would stand in each message.
        guard text.count <= Identifier.maximumBytes else {
            throw TrailProblem(reason: "deploymentId over \(Identifier.maximumBytes) bytes")
        }
        dossier.id = arena.keep(text)
        try tape.forEachMember(of: 0) { (key, value) throws(TrailProblem) in
            try member(tape.tokens[key].inner, value, of: tape, in: bytes, dossier: &dossier, arena: &arena)
        }
        for transition in dossier.transitions.indices where !dossier.transitions[transition].hasOwnID {
            let content = dossier.transitions[transition].content
            let digest = ContentDigest.hexadecimal(ContentDigest.sha256(arena.bytes.span, content.range))
            dossier.transitions[transition].id = arena.keep(Array(digest.utf8))
        }
    }

    private mutating func member(
        _ name: Range<Int>, _ value: Int, of tape: JSONTape, in bytes: Span<UInt8>, dossier: inout Dossier,
        arena: inout RecordArena
    ) throws(TrailProblem) {
        if bytes.equals("deployment", name) {
            deployment = try part(value, tape, in: bytes, of: dossier.id, into: &arena).content
            deploymentCodes = notedCodes(in: bytes)
        } else if bytes.equals("rowMembers", name) {
            dossier.rowMembers = try part(value, tape, in: bytes, of: dossier.id, into: &arena).content
        } else if bytes.equals("snapshots", name) {
            try tape.forEachElement(of: value) { (element) throws(TrailProblem) in
                let part = try part(element, tape, in: bytes, of: dossier.id, into: &arena)
                parts.append(part)
                note(part.content, transition: nil, notedCodes(in: bytes))
            }
        } else if bytes.equals("snapshotAfterPeriod", name) {
            dossier.snapshotAfterPeriod = true
        } else if bytes.equals("derived", name) {
            let disputed = tape.member("disputed", of: value, in: bytes)
            dossier.isDisputed = disputed.map { tape.tokens[$0].kind == .true } ?? false
            guard let count = tape.member("recordCount", of: value, in: bytes), tape.tokens[count].kind == .number,
                let number = JSONValue(count, tape, in: bytes).integer, (0...Int64(Int32.max)).contains(number)
            else { throw TrailProblem(reason: "derived.recordCount missing") }
            dossier.recordCount = Int(number)
        } else if bytes.equals("transitions", name) {
            try tape.forEachElement(of: value) { (element) throws(TrailProblem) in
                let transition = try transition(element, tape, in: bytes, of: dossier.id, into: &arena)
                note(transition.content, transition: dossier.transitions.count, notedCodes(in: bytes))
                dossier.transitions.append(transition)
            }
        } else if !bytes.equals("deploymentId", name), !bytes.equals("row", name) {
            throw TrailProblem(reason: "a member that the format does not have")
        }
    }

    private func notedCodes(in bytes: Span<UInt8>) -> [FindingCode] { reader.notes.findings(in: bytes).map(\.code) }

    private mutating func note(_ content: ByteSlice, transition: Int?, _ codes: [FindingCode]) {
        if !codes.isEmpty { noted.append(NotedRecord(content, transition: transition, codes: codes)) }
    }

    /// Reads a deployment record, or columns of rows; each names the line's own deployment.
    private mutating func part(
        _ value: Int, _ tape: JSONTape, in bytes: Span<UInt8>, of id: ByteSlice, into arena: inout RecordArena
    ) throws(TrailProblem) -> (content: ByteSlice, updatedAt: Timestamp?) {
        guard tape.tokens[value].kind == .object else { throw TrailProblem(reason: "a deployment that is no object") }
        reader.notes.reset()
        do throws(RecordProblem) {
            let read = try reader.deployment(value, tape, in: bytes, into: &arena)
            guard arena.bytes.isEqual(read.deploymentID, id) else {
                throw RecordProblem(.malformedRecord, "deploymentId of another one")
            }
            if let time = read.facts.updatedAt { latestUpdate = max(latestUpdate ?? time, time) }
            return (read.facts.content, read.facts.updatedAt)
        } catch {
            throw TrailProblem(reason: "a deployment with \(error.reason)")
        }
    }

    private mutating func transition(
        _ wrapper: Int, _ tape: JSONTape, in bytes: Span<UInt8>, of id: ByteSlice, into arena: inout RecordArena
    ) throws(TrailProblem) -> Transition {
        guard let record = tape.member("record", of: wrapper, in: bytes), tape.tokens[record].kind == .object else {
            throw TrailProblem(reason: "a transition without its record")
        }
        let received = tape.member("timestampAsReceived", of: wrapper, in: bytes)
        if let received {
            var text: [UInt8] = []
            if tape.tokens[received].kind == .string {
                JSONString.unescape(bytes, tape.tokens[received].inner, into: &text)
            }
            reader.receivedTime = text
        }
        defer { reader.receivedTime = nil }
        reader.notes.reset()
        do throws(RecordProblem) {
            let read = try reader.transition(record, tape, in: bytes, parent: nil, into: &arena)
            guard arena.bytes.isEqual(read.deploymentID, id) else {
                throw RecordProblem(.malformedRecord, "deploymentId of another one")
            }
            var transition = read.facts
            if received == nil { transition.timestampAsReceived = .none }
            return transition
        } catch {
            throw TrailProblem(reason: "a transition with \(error.reason)")
        }
    }

    /// Computes the members again from the parts.
    private mutating func merge(_ dossier: inout Dossier) throws(TrailProblem) {
        if dossier.snapshotAfterPeriod {
            try checkReduced(dossier)
            // What is left of records of after the period is none of them.
            noted.removeAll { $0.transition == nil }
        }
        guard !parts.isEmpty else {
            guard dossier.rowMembers.isEmpty else { throw TrailProblem(reason: "rowMembers without snapshots") }
            // Columns of rows are no record, and look like one: of them the line says 0.
            dossier.recordCount = deployment.isEmpty ? 0 : min(dossier.recordCount, 1)
            guard !deployment.isEmpty else { return }
            if dossier.recordCount > 0 {
                dossier.snapshots = [deployment]
                note(deployment, transition: nil, deploymentCodes)
            }
            return MergedDeployment.read(deployment, in: &dossier)
        }
        // Records of after the period give one part, and are not counted.
        dossier.recordCount = dossier.snapshotAfterPeriod ? 0 : parts.count
        let keyed = parts.map { part in
            let digest = ContentDigest.sha256(dossier.bytes.span, part.content.range)
            return (part, ContentDigest.hexadecimal(digest))
        }
        guard Set(keyed.map(\.1)).count == keyed.count else {
            throw TrailProblem(reason: "a snapshot that stands twice")
        }
        let sorted = keyed.sorted { left, right in
            if left.0.updatedAt == right.0.updatedAt { return left.1 > right.1 }
            guard let a = left.0.updatedAt else { return true }
            guard let b = right.0.updatedAt else { return false }
            return a < b
        }
        dossier.snapshots = sorted.map { $0.0.content }
        let all = (dossier.rowMembers.isEmpty ? [] : [dossier.rowMembers]) + dossier.snapshots
        MergedDeployment.read(MergedDeployment.merge(all, in: &dossier), in: &dossier)
    }

    /// What records of after the period give: one part, of the members that cannot change, and no record that is counted.
    private func checkReduced(_ dossier: Dossier) throws(TrailProblem) {
        let content = parts.first?.content ?? deployment
        guard dossier.recordCount == 0, parts.count < 2, !content.isEmpty,
            MergedDeployment.hasFixedMembersOnly(content, in: dossier.bytes.span)
        else { throw TrailProblem(reason: "snapshotAfterPeriod with more than records of after the period give") }
    }
}
