import AuditModel
import RecordContent
import StrictJSON
import Testing

@Suite("Canonical content of transitions")
struct TransitionContentTests {
    static let plain = #"{"id":"t-1","deploymentId":"d-1","status":"Queued","timestamp":"2026-02-19T10:17:01Z"}"#
    static let content =
        #"{"deploymentId":"d-1","id":"t-1","status":"Queued","timestamp":"2026-02-19T10:17:01.0000000Z"}"#

    @Test(
        "two records that say the same have the same content",
        arguments: [
            plain, content,
            #"{ "timestamp" : "2026-02-19T10:17:01.0Z", "status" : 0, "deploymentId" : "d-1", "id" : "t-1" }"#,
            #"{"id":"t-1","deploymentId":"d-1","status":"Queued","timestamp":"2026-02-19T11:17:01+01:00"}"#,
            #"{"id":"t-1","deploymentId":"d-1","status":"Queued","timestamp":"2026-02-19T10:17:01"}"#,
            #"{"id":"t\u002d1","deploymentId":"\u0064-1","status":"\u0051ueued","#
                + #""timestamp":"2026-02-19T10:17:01\u005A"}"#,
            #"{"\u0069d":"t-1","deployment\u0049d":"d-1","statu\u0073":"Queued","#
                + #""time\u0073tamp":"2026-02-19T10:17:01Z"}"#,
            #"{"id":"t-1","deploymentId":"d-1","status":"Queued","timestamp":"2026-02-19T10:17:01Z","message":null}"#,
        ])
    func same(_ text: String) throws {
        let record = try Reading.transition(text)
        #expect(record.content == Self.content)
        #expect(record.id == "t-1")
        #expect(record.deploymentID == "d-1")
        #expect(record.transition.status == .queued)
        #expect(record.transition.hasOwnID)
    }

    @Test(
        "what the rules see follows from the canonical content alone, in whatever form the source wrote it",
        arguments: [
            #""transactionHash":1.0"#, #""transactionHash":1e400"#, #""transactionHash":12"#,
            #""transactionHash":"\u0031""#,
            #""confirmedRound":"\u0031""#, #""confirmedRound":1.0"#, #""confirmedRound":1e400"#,
            #""confirmedRound":-0"#,
            #""durationFromPreviousStatusMs":"\u0036e5""#,
            #""complianceChecks":[{"checkName":7},{"checkName":1.0},5,{"passed":true}]"#,
            #""complianceChecks":[{"checkName":"\u0061\"","passed":true,"x":null}]"#,
            #""complianceChecks":{"checkName":"a"}"#,
            #""errorDetails":{"category":3.0,"isRetryable":null,"suggestedRetryDelaySeconds":"\u0033"}"#,
            #""errorDetails":{"category":"\u0033"},"metadata":{"errorCategory":1e400,"isRetryable":false}"#,
            #""errorDetails":[],"metadata":{"errorCategory":null,"suggestedRetryDelaySeconds":6E1}"#,
            #""metadata":"errorCategory""#,
        ])
    func factsFollowFromContent(_ members: String) throws {
        let record = try Reading.transition(Reading.with(members))
        let again = try Reading.transition(record.content)
        #expect(again.content == record.content)
        #expect(Self.facts(again) == Self.facts(record))
    }

    /// What rules ask of a record.
    private static func facts(_ record: ReadRecord) -> [String] {
        let one = record.transition
        return [
            record.transactionHash, "\(one.hasConfirmedRound)", "\(String(describing: one.statedDurationMs))",
            "\(String(describing: one.detailsCategory))", "\(String(describing: one.metadataCategory))",
            "\(String(describing: one.isRetryable))", "\(String(describing: one.retryDelaySeconds))",
        ] + record.checks.map { "\($0)" }
    }

    @Test("an entry with an empty deploymentId does not take that of the deployment around it")
    func emptyOwner() {
        let text = #"{"deploymentId":"","status":"Queued","timestamp":"2026-02-19T10:17:01Z"}"#
        #expect(Reading.problem(text, parent: "d-1") == .invalidIdentifier)
    }

    @Test("one reader tells records apart whose members have names of the same lengths")
    func namesOfEqualLength() throws {
        let end = #""status":"Queued","timestamp":"2026-02-19T10:17:01Z","#
        let texts = ["message", "massage", "network"].flatMap { name in
            [
                #"{"id":"t-1","deploymentId":"d-1",\#(end)"\#(name)":"x"}"#,
                #"{"id":"t-1","deploymentId":"d-1",\#(end)"\#(name)":7}"#,
            ]
        }
        var reader = RecordReader()
        for text in texts + texts.reversed() {
            let bytes = Array(text.utf8)
            var parser = JSONParser()
            var arena = RecordArena()
            try parser.parseDocument(bytes.span, 0..<bytes.count)
            let read = try reader.transition(0, parser.tape, in: bytes.span, parent: nil, into: &arena)
            #expect(arena.bytes.text(read.facts.content) == (try Reading.transition(text)).content)
        }
    }

    @Test(
        "an entry of a status history takes its deployment's identifier, and has the same content then",
        arguments: [
            #"{"id":"t-1","status":"Queued","timestamp":"2026-02-19T10:17:01Z"}"#,
            #"{"deploymentId":null,"id":"t-1","status":0,"timestamp":"2026-02-19T10:17:01Z"}"#, plain,
        ])
    func parent(_ text: String) throws {
        let record = try Reading.transition(text, parent: "d-1")
        #expect(record.content == Self.content)
        #expect(record.deploymentID == "d-1")
    }

    @Test("the parent's identifier stands in its place among any members")
    func parentInPlace() throws {
        let members = [
            "status": "0", "timestamp": "\"2026-02-19T10:17:01Z\"", "actorAddress": "\"x\"", "zzz": "1", "\\u0000": "2",
        ]
        var text = "{" + members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
        let expected =
            #"{"\u0000":2,"actorAddress":"x","deploymentId":"d \"1\"","status":"Queued","#
            + #""timestamp":"2026-02-19T10:17:01.0000000Z","zzz":1}"#
        #expect(try Reading.transition(text, parent: "d \"1\"").content == expected)
        text = #"{"status":0,"timestamp":"2026-02-19T10:17:01Z"}"#
        #expect(
            try Reading.transition(text, parent: "p").content
                == #"{"deploymentId":"p","status":"Queued","timestamp":"2026-02-19T10:17:01.0000000Z"}"#)
    }

    /// A member as it comes, and as it stands in the content; nil: not at all.
    static let members: [(given: String, written: String?)] = [
        (#""message":"\u0022\u002B\u00F6""#, "\"message\":\"\\\"+\u{F6}\""),
        (#""transactionHash":null"#, nil), (#""actorAddress":"""#, #""actorAddress":"""#),
        (#""confirmedRound":18446744073709551615"#, #""confirmedRound":"18446744073709551615""#),
        (#""confirmedRound":9007199254740993"#, #""confirmedRound":"9007199254740993""#),
        (#""confirmedRound":1605466619445"#, #""confirmedRound":1605466619445"#),
        (#""confirmedRound":1.0"#, #""confirmedRound":"1.0""#),
        (
            #""metadata":{"b":null,"a":1e400,"supply":0.000000000000000001}"#,
            #""metadata":{"a":"1e400","b":null,"supply":"0.000000000000000001"}"#
        ),
        (#""metadata":{"errorCategory":1}"#, #""metadata":{"errorCategory":1}"#),
        (#""unknown":[null,{"z":null,"a":[]}]"#, #""unknown":[null,{"a":[],"z":null}]"#),
        (
            #""errorDetails":{"category":3,"errorCode":null,"technicalMessage":"x"}"#,
            #""errorDetails":{"category":"ComplianceError","technicalMessage":"x"}"#
        ),
        (#""errorDetails":{"category":10}"#, #""errorDetails":{"category":10}"#),
        (#""errorDetails":{"category":-1}"#, #""errorDetails":{"category":-1}"#),
        (#""errorDetails":{"category":"Odd"}"#, #""errorDetails":{"category":"Odd"}"#),
        (#""errorDetails":{"category":true}"#, #""errorDetails":{"category":true}"#),
        (
            #""errorDetails":{"timestamp":"2026-02-19T10:17:01+01:00","context":{"a":null}}"#,
            #""errorDetails":{"context":{"a":null},"timestamp":"2026-02-19T09:17:01.0000000Z"}"#
        ),
        (#""errorDetails":{}"#, #""errorDetails":{}"#), (#""errorDetails":{"a":null}"#, #""errorDetails":{}"#),
        (#""errorDetails":"text""#, #""errorDetails":"text""#), (#""errorDetails":null"#, nil),
        (#""complianceChecks":[]"#, #""complianceChecks":[]"#),
        (
            #""complianceChecks":[{"passed":true,"message":null,"checkName":"KYC","checkedAt":"2026-02-19T10:17:01"}]"#,
            #""complianceChecks":[{"checkName":"KYC","checkedAt":"2026-02-19T10:17:01.0000000Z","passed":true}]"#
        ),
        (#""complianceChecks":[null,7,"x"]"#, #""complianceChecks":[null,7,"x"]"#),
        (#""complianceChecks":"none""#, #""complianceChecks":"none""#),
        (#""durationFromPreviousStatusMs":1500"#, #""durationFromPreviousStatusMs":1500"#),
    ]

    /// Members with names that are written with an escape: the content is that of the plain name.
    static let escaped: [(given: String, written: String?)] = [
        (#""errorDetails":{"\u0063ategory":3}"#, #""errorDetails":{"category":"ComplianceError"}"#),
        (
            #""errorDetails":{"\u0074imestamp":"2026-02-19T10:17:01Z"}"#,
            #""errorDetails":{"timestamp":"2026-02-19T10:17:01.0000000Z"}"#
        ),
        (
            #""complianceChecks":[{"checked\u0041t":"2026-02-19T10:17:01Z"}]"#,
            #""complianceChecks":[{"checkedAt":"2026-02-19T10:17:01.0000000Z"}]"#
        ),
        (#""\u0065rrorDetails":{"category":3}"#, #""errorDetails":{"category":"ComplianceError"}"#),
    ]

    static func expected(_ written: String?) -> String {
        guard let written else { return content }
        let name = written.dropFirst().prefix { $0 != "\"" }
        let own = ["deploymentId", "id", "status", "timestamp"]
        let parts = [
            #""deploymentId":"d-1""#, #""id":"t-1""#, #""status":"Queued""#,
            #""timestamp":"2026-02-19T10:17:01.0000000Z""#,
        ]
        let place = own.firstIndex { $0.utf16.lexicographicallyPrecedes(name.utf16) == false } ?? own.count
        return "{" + (parts[..<place] + [written] + parts[place...]).joined(separator: ",") + "}"
    }

    @Test("each member is written as the domain says", arguments: members.indices)
    func member(_ row: Int) throws {
        let (given, written) = Self.members[row]
        #expect(try Reading.transition(Reading.with(given)).content == Self.expected(written))
    }

    @Test("a name that is written with an escape is the same name", arguments: escaped.indices)
    func escapedName(_ row: Int) throws {
        let (given, written) = Self.escaped[row]
        #expect(try Reading.transition(Reading.with(given)).content == Self.expected(written))
    }

    @Test("reading canonical content gives the same content and the same facts again")
    func idempotence() throws {
        let more = [
            #""metadata":{"error\u0043ategory":"NetworkError","is\u0052etryable":false,"#
                + #""suggestedRetryDelay\u0053econds":9}"#,
            #""errorDetails":{"category":"ValidationError","isRetryable":true,"suggestedRetryDelaySeconds":30}"#,
            #""errorDetails":{"is\u0052etryable":false}"#,
            #""complianceChecks":[{"check\u004eame":"K\u00e9\n","p\u0061ssed":true}]"#,
            #""transactionHash":"0x\u0022""#, #""transactionHash":"\u0030xab""#, #""metadata":{"errorCategory":"4"}"#,
            #""durationFromPreviousStatusMs":"1500""#, #""suggestedRetryDelaySeconds":30.0"#,
        ]
        for given in Self.members.map(\.given) + Self.escaped.map(\.given) + more {
            let first = try Reading.transition(Reading.with(given))
            let second = try Reading.transition(first.content)
            #expect(second.content == first.content, "\(given)")
            let one = first.transition
            let two = second.transition
            #expect(one.detailsCategory == two.detailsCategory, "\(given)")
            #expect(one.metadataCategory == two.metadataCategory, "\(given)")
            #expect(one.isRetryable == two.isRetryable, "\(given)")
            #expect(one.retryDelaySeconds == two.retryDelaySeconds, "\(given)")
            #expect(one.statedDurationMs == two.statedDurationMs, "\(given)")
            #expect(first.transactionHash == second.transactionHash, "\(given)")
            #expect(first.checks == second.checks, "\(given)")
        }
    }

    @Test("every status is read from its name and from the source's number", arguments: DeploymentStatus.allCases)
    func statuses(_ status: DeploymentStatus) throws {
        for text in ["\"\(status.name)\"", "\(status.sourceNumber)"] {
            let record = try Reading.transition(
                #"{"deploymentId":"d","timestamp":"2026-02-19T10:17:01Z","status":\#(text)}"#)
            #expect(record.transition.status == status)
            #expect(record.content.contains("\"status\":\"\(status.name)\""))
        }
    }

    @Test("every category is read from its name and from the source's number", arguments: FailureCategory.allCases)
    func categories(_ category: FailureCategory) throws {
        for text in ["\"\(category.name)\"", "\(category.rawValue)"] {
            let details = try Reading.transition(Reading.with(#""errorDetails":{"category":\#(text)}"#))
            #expect(details.transition.detailsCategory == category)
            #expect(details.content.contains("\"category\":\"\(category.name)\""))
            let metadata = try Reading.transition(Reading.with(#""metadata":{"errorCategory":\#(text)}"#))
            #expect(metadata.transition.metadataCategory == category)
            #expect(metadata.transition.category == category)
        }
    }

    @Test("what errorDetails says counts before what metadata says")
    func precedence() throws {
        let details =
            #""errorDetails":{"category":"ValidationError","isRetryable":false,"suggestedRetryDelaySeconds":5}"#
        let metadata =
            #""metadata":{"errorCategory":"NetworkError","isRetryable":true,"suggestedRetryDelaySeconds":90}"#
        for text in [details + "," + metadata, metadata + "," + details] {
            let transition = try Reading.transition(Reading.with(text)).transition
            #expect(transition.category == .validationError)
            #expect(transition.metadataCategory == .networkError)
            #expect(transition.isRetryable == false)
            #expect(transition.retryDelaySeconds == 5)
        }
        let transition = try Reading.transition(Reading.with(metadata)).transition
        #expect(transition.category == .networkError)
        #expect(transition.isRetryable == true)
        #expect(transition.retryDelaySeconds == 90)
    }

    @Test("checks, hash, round and stated duration are kept for the rules")
    func facts() throws {
        let record = try Reading.transition(
            Reading.with(
                #""complianceChecks":[{"checkName":"K\u0059C","passed":false},{"checkName":"AML","passed":true},{}],"#
                    + #""transactionHash":"0x\u0061b","confirmedRound":7,"durationFromPreviousStatusMs":"42""#))
        #expect(record.checks == ["KYC failed", "AML passed", " failed"])
        #expect(record.transactionHash == "0xab")
        #expect(record.transition.hasConfirmedRound)
        #expect(record.transition.statedDurationMs == 42)
        #expect(try !Reading.transition(Reading.with(#""confirmedRound":null"#)).transition.hasConfirmedRound)
    }
}
