package import AuditModel
import StrictJSON

/// A finding that reading makes of one record alone, before it is known where the record stands.
package struct RecordFinding: Sendable, Equatable {
    /// `timestamp-without-zone`, `simulated-evidence`, `unread-member` or `unreadable-member`.
    package var code: FindingCode
    package var expected: String?
    package var actual: String?
    /// Whether something was not looked at, so that records may be missing.
    package var leavesUnread = false

    package init(code: FindingCode, expected: String? = nil, actual: String? = nil, leavesUnread: Bool = false) {
        self.code = code
        self.expected = expected
        self.actual = actual
        self.leavesUnread = leavesUnread
    }
}

/// A record of which reading makes findings.
package struct NotedRecord: Sendable {
    package var content: ByteSlice
    /// The number of the transition in its deployment; nil for a deployment record.
    package var transition: Int?
    package var codes: [FindingCode]

    package init(_ content: ByteSlice, transition: Int?, codes: [FindingCode]) {
        self.content = content
        self.transition = transition
        self.codes = codes
    }
}

extension RecordNotes {
    /// The findings on the record that was read last from `bytes`; names of unknown members are counted by source, and are none.
    ///
    /// The one rule of what a record says by itself. Who reads a source lists these findings; a verifier reads the canonical
    /// content and requires them. So canonical content must give no finding that the source's text does not give.
    package func findings(in bytes: Span<UInt8>) -> [RecordFinding] {
        var findings: [RecordFinding] = []
        if hasTimeWithoutZone { findings.append(RecordFinding(code: .timestampWithoutZone)) }
        if let simulation {
            var text: [UInt8] = []
            text.append(bytes, simulation.prefix(64))
            findings.append(RecordFinding(code: .simulatedEvidence, actual: String(decoding: text, as: UTF8.self)))
        }
        for (index, record) in unreadRecords.enumerated() {
            let more = index == unreadRecords.count - 1 ? unlistedUnreadRecords : 0
            findings.append(
                RecordFinding(
                    code: .unreadMember, expected: "records only in statusHistory",
                    actual: "member \(record.path) \(record.what)\(RecordNotes.text(more: more))", leavesUnread: true))
        }
        for (index, member) in unreadableMembers.enumerated() {
            let more = index == unreadableMembers.count - 1 ? unlistedUnreadable : 0
            findings.append(
                RecordFinding(
                    code: .unreadableMember, expected: member.expected,
                    actual: "\(member.path): \(member.value)\(RecordNotes.text(more: more))",
                    leavesUnread: leavesUnread))
        }
        return findings
    }

    private static func text(more: Int) -> String { more == 0 ? "" : "; and \(more) more members of this record" }
}

/// When a record's time lies in the future.
package enum FutureTime {
    /// Seconds that the clocks of machines may differ by.
    package static let clockTolerance: Int64 = 300
}
