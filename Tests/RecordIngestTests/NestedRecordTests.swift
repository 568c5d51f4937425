import AuditModel
import RecordIngest
import Testing

/// A record that stands where none is read is an error, and keeps its source's periods open; what is none is carried along.
@Suite("Records inside records")
struct NestedRecordTests {
    static let records = [
        Text.transition("t", "x"), #"{"deploymentId":"x","currentStatus":8}"#,
        #"{"deploymentId":"x","statusHistory":[]}"#, #"{"jobId":"x","status":"Queued"}"#,
        #"{"jobId":"x","currentStatus":"odd"}"#, #"{"deploymentId":"x","status":"odd","timestamp":1}"#,
        #"{"DeploymentId":"x","Status":"Queued","Timestamp":"y"}"#,
        #"{"deployment_id":"x","current-status":"Queued"}"#, #"{"d\u0065ploymentId":"x","currentStatus":"Queued"}"#,
    ]
    /// Objects that lack something that makes a record, or have it as null.
    static let others = [
        #"{"deploymentId":"x"}"#, #"{"deploymentId":"x","status":"Queued"}"#, #"{"deploymentId":"x","timestamp":"y"}"#,
        #"{"status":"ok","timestamp":"2026-02-19T10:17:01Z"}"#, #"{"status":200,"timestamp":"2026-02-19T10:17:01Z"}"#,
        #"{"jobId":"x"}"#, #"{"deploymentId":null,"currentStatus":"Queued"}"#,
        #"{"deploymentIds":"x","currentStatus":"Queued"}"#, #"{"deploymentId":"x","currentStatus":null}"#,
    ]
    static let entry = #"{"status":"Queued","timestamp":"2026-02-19T10:17:01Z"}"#

    /// Members of a transition around a value, and the path of the member that is told.
    static let places: [(path: String, members: @Sendable (String) -> String)] = [
        ("more", { #","more":\#($0)"# }), ("more", { #","more":[\#($0)]"# }),
        ("more", { #","more":{"a":{"b":[1,\#($0)]}}"# }), ("m\u{E4}hr", { #","m\u00e4hr":[[\#($0)]]"# }),
        ("metadata", { #","metadata":\#($0)"# }), ("metadata", { #","metadata":{"a":\#($0)}"# }),
        ("metadata", { #","metadata":{"a":[[{"b":\#($0)}]]}"# }),
        ("errorDetails", { #","errorDetails":{"category":"NetworkError","a":\#($0)}"# }),
        ("errorDetails", { #","errorDetails":{"context":{"a":[\#($0)]}}"# }),
        ("errorDetails", { #","errorDetails":{"context":\#($0)}"# }),
        ("complianceChecks[1]", { #","complianceChecks":[{},{"checkName":"a","passed":true,"x":\#($0)}]"# }),
        ("complianceChecks[0]", { #","complianceChecks":[{"checkName":"a","passed":true,"context":\#($0)}]"# }),
    ]

    private static func notes(_ text: String) throws -> [IntakeNote] {
        try Source.read(text).notes.filter { $0.code == .unreadMember }
    }

    @Test("one in an unknown or a free member of a transition is told once, by the member", arguments: records)
    func transition(_ record: String) throws {
        for (path, members) in Self.places {
            let text = Text.transition("a", more: members(record))
            let notes = try Self.notes(text)
            #expect(notes.count == 1 && notes[0].leavesUnread, "\(text)")
            #expect(notes.first?.actual?.hasPrefix("member \"\(path)\" holds an object with ") == true, "\(text)")
            #expect(notes.first?.deploymentID == "d" && notes.first?.transitionID == "a")
            #expect(try Source.read(text).counts == ["t": 1])
        }
    }

    @Test("one in an unknown member of a deployment, a job or an entry of a history is told", arguments: records)
    func deployment(_ record: String) throws {
        for text in [
            #"{"deploymentId":"d","currentStatus":0,"previous":\#(record)}"#,
            #"{"deploymentId":"d","statusHistory":[{"status":0,"timestamp":"2026-02-19T10:17:01Z","more":[\#(record)]}]}"#,
            #"{"jobId":"d","status":"Queued","jobs":[\#(record)]}"#,
            #"{"jobId":"d","status":"Queued","correlationId":{"a":\#(record)}}"#,
        ] {
            let notes = try Source.read(text).notes.filter(\.leavesUnread)
            #expect(!notes.isEmpty, "\(text)")
        }
    }

    @Test("what lacks a member that a record needs is carried along", arguments: others)
    func carried(_ object: String) throws {
        for (_, members) in Self.places {
            let text = Text.transition("a", more: members(object))
            #expect(try Self.notes(text).isEmpty, "\(text)")
        }
    }

    @Test("status and time alone are an entry of a history, but for the free object itself and its context")
    func entries() throws {
        for (number, place) in Self.places.enumerated() {
            let text = Text.transition("a", more: place.members(Self.entry))
            let isOwn = [4, 9, 11].contains(number)
            #expect(try Self.notes(text).isEmpty == isOwn, "\(text)")
        }
    }

    @Test("a list of records is no longer a warning beside the error, one of other objects stays one")
    func lists() throws {
        let seen = try Source.read(
            Text.transition("a", more: #","a":[{"x":1}],"b":[\#(Self.entry)],"c":\#(Self.entry),"e":{"x":1}"#))
        #expect(seen.unreadLists == ["a": 1] && seen.unknownMembers == ["e": 1])
        #expect(seen.notes.filter { $0.code == .unreadMember }.count == 2)
    }

    @Test("of very many members in one record the first are told, and how many more there are")
    func many() throws {
        let members = (0..<5_000).map { #","m\#($0)":\#(Self.entry)"# }.joined()
        let notes = try Self.notes(Text.transition("a", more: members))
        #expect(notes.count == 16)
        #expect(notes.last?.actual?.hasSuffix("; and 4984 more members of this record") == true)
    }
}
