import AuditModel
import RecordContent
import StrictJSON

/// What reading one record gave.
struct ReadRecord {
    var content = ""
    var deploymentID = ""
    var id = ""
    var transition = Transition()
    var transactionHash = ""
    var received = ""
    var checks: [String] = []
    var notes = RecordNotes()
    var unknownMembers: [String] = []
    var updatedAt: Timestamp?
}

enum Reading {
    /// Reads the text of one transition.
    static func transition(_ text: String, parent: String? = nil) throws -> ReadRecord {
        let bytes = Array(text.utf8)
        var parser = JSONParser()
        try parser.parseDocument(bytes.span, 0..<bytes.count)
        var reader = RecordReader()
        // Records stand behind others, so what is read must not depend on the place.
        var arena = RecordArena()
        arena.bytes = Array("before".utf8)
        arena.checks = [ComplianceCheck(name: .none, passed: true)]
        let read = try reader.transition(
            0, parser.tape, in: bytes.span, parent: parent.map { Array($0.utf8) }, into: &arena)
        var record = ReadRecord()
        record.content = arena.bytes.text(read.facts.content)
        record.deploymentID = arena.bytes.text(read.deploymentID)
        record.id = arena.bytes.text(read.facts.id)
        record.transition = read.facts
        record.transactionHash = arena.bytes.text(read.facts.transactionHash)
        record.received = arena.bytes.text(read.facts.timestampAsReceived)
        record.checks = read.facts.checks.map { index in
            let check = arena.checks[Int(index)]
            return "\(arena.bytes.text(check.name)) \(check.passed ? "passed" : "failed")"
        }
        record.notes = reader.notes
        record.unknownMembers = reader.notes.unknownMembers.map { String(decoding: bytes[$0], as: UTF8.self) }
        return record
    }

    /// Reads the text of one deployment's own members.
    static func deployment(_ text: String) throws -> ReadRecord {
        let bytes = Array(text.utf8)
        var parser = JSONParser()
        try parser.parseDocument(bytes.span, 0..<bytes.count)
        var reader = RecordReader()
        var arena = RecordArena()
        arena.bytes = Array("before".utf8)
        let read = try reader.deployment(0, parser.tape, in: bytes.span, into: &arena)
        var record = ReadRecord()
        record.content = arena.bytes.text(read.facts.content)
        record.deploymentID = arena.bytes.text(read.deploymentID)
        record.updatedAt = read.facts.updatedAt
        record.notes = reader.notes
        record.unknownMembers = reader.notes.unknownMembers.map { String(decoding: bytes[$0], as: UTF8.self) }
        return record
    }

    /// Why a transition is rejected; nil if it is accepted.
    static func problem(_ text: String, parent: String? = nil) -> FindingCode? {
        do {
            _ = try transition(text, parent: parent)
            return nil
        } catch {
            return (error as? RecordProblem)?.code
        }
    }

    /// A transition with some more members.
    static func with(_ members: String) -> String {
        #"{"id":"t-1","deploymentId":"d-1","status":"Queued","timestamp":"2026-02-19T10:17:01Z","# + members + "}"
    }
}
