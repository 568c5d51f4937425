import AuditModel
import RecordContent
import StrictJSON
import Testing

@Suite("Claims that cannot be read")
struct UnreadableMemberTests {
    /// A member of a transition, the claim that cannot be read in it, and whether it is of another type.
    static let unreadable: [(given: String, path: String, value: String, isOfOtherType: Bool)] = [
        (#""message":{}"#, "message", "{}", true), (#""reasonCode":7"#, "reasonCode", "7", true),
        (#""transactionHash":1.0"#, "transactionHash", "1.0", true),
        (#""transactionHash":[ "0x" ]"#, "transactionHash", #"["0x"]"#, true),
        (#""confirmedRound":"x""#, "confirmedRound", #""x""#, true),
        (#""confirmedRound":-1"#, "confirmedRound", "-1", false),
        (#""confirmedRound":18446744073709551616"#, "confirmedRound", "18446744073709551616", false),
        (#""durationFromPreviousStatusMs":60001.5"#, "durationFromPreviousStatusMs", "60001.5", false),
        (#""durationFromPreviousStatusMs":1e400"#, "durationFromPreviousStatusMs", "1e400", false),
        (#""durationFromPreviousStatusMs":true"#, "durationFromPreviousStatusMs", "true", true),
        (#""errorDetails":"timeout""#, "errorDetails", #""timeout""#, true),
        (#""errorDetails":{"category":10}"#, "errorDetails.category", "10", false),
        (#""errorDetails":{"category":"Odd"}"#, "errorDetails.category", #""Odd""#, false),
        (#""errorDetails":{"category":true}"#, "errorDetails.category", "true", true),
        (#""errorDetails":{"isRetryable":"false"}"#, "errorDetails.isRetryable", #""false""#, true),
        (#""errorDetails":{"timestamp":"yesterday"}"#, "errorDetails.timestamp", #""yesterday""#, false),
        (#""errorDetails":{"timestamp":7.0}"#, "errorDetails.timestamp", "7.0", true),
        (#""errorDetails":{"errorCode":7}"#, "errorDetails.errorCode", "7", true),
        (#""errorDetails":{"context":[]}"#, "errorDetails.context", "[]", true),
        (#""metadata":[]"#, "metadata", "[]", true),
        (#""metadata":{"errorCategory":"networkerror"}"#, "metadata.errorCategory", #""networkerror""#, false),
        (#""metadata":{"isRetryable":0}"#, "metadata.isRetryable", "0", true),
        (
            #""metadata":{"suggestedRetryDelaySeconds":-5}"#, "metadata.suggestedRetryDelaySeconds", "-5", false
        ),
        (
            #""metadata":{"suggestedRetryDelaySeconds":"soon"}"#, "metadata.suggestedRetryDelaySeconds", #""soon""#,
            true
        ),
        (#""complianceChecks":"none""#, "complianceChecks", #""none""#, true),
        (#""complianceChecks":[{"passed":true},7]"#, "complianceChecks[1]", "7", true),
        (#""complianceChecks":[{"passed":"true"}]"#, "complianceChecks[0].passed", #""true""#, true),
        (#""complianceChecks":[{"passed":true,"checkName":1.0}]"#, "complianceChecks[0].checkName", "1.0", true),
        (
            #""complianceChecks":[{"passed":true,"checkedAt":"2026-02-30T00:00:00Z"}]"#,
            "complianceChecks[0].checkedAt", #""2026-02-30T00:00:00Z""#, false
        ),
        (#""statusHistory":{"0":{}}"#, "statusHistory", #"{"0":{}}"#, true),
    ]

    @Test("a claim that cannot be read is kept as it came, and noted with its value", arguments: unreadable.indices)
    func noted(_ row: Int) throws {
        let (given, path, value, isOfOtherType) = Self.unreadable[row]
        let record = try Reading.transition(Reading.with(given))
        #expect(record.notes.unreadableMembers.map(\.path) == [path], "\(given)")
        #expect(record.notes.unreadableMembers.map(\.value) == [value], "\(given)")
        #expect(record.notes.leavesUnread == isOfOtherType, "\(given)")
        // What a ledger keeps of it tells the same.
        let told = try #require(record.notes.unreadableMembers.first)
        #expect(
            UnreadableMember.leftUnread(expected: told.expected, actual: "\(told.path): \(told.value)")
                == isOfOtherType, "\(given)")
        #expect(record.id == "t-1")
    }

    @Test("reading the content of such a record again gives the same content and the same facts")
    func idempotence() throws {
        for (given, _, _, _) in Self.unreadable {
            let first = try Reading.transition(Reading.with(given))
            let second = try Reading.transition(first.content)
            #expect(second.content == first.content, "\(given)")
            #expect(second.transactionHash == first.transactionHash, "\(given)")
            #expect(second.checks == first.checks, "\(given)")
            let one = first.transition
            let two = second.transition
            #expect(one.hasConfirmedRound == two.hasConfirmedRound, "\(given)")
            #expect(one.statedDurationMs == two.statedDurationMs, "\(given)")
            #expect(one.isRetryable == two.isRetryable, "\(given)")
            #expect(one.retryDelaySeconds == two.retryDelaySeconds, "\(given)")
            #expect(one.detailsCategory == two.detailsCategory, "\(given)")
            #expect(one.metadataCategory == two.metadataCategory, "\(given)")
        }
    }

    @Test(
        "what can be read is not noted",
        arguments: [
            #""message":"x","reasonCode":null,"transactionHash":"""#, #""confirmedRound":18446744073709551615"#,
            #""confirmedRound":"7""#, #""confirmedRound":7.0"#, #""durationFromPreviousStatusMs":6e5"#,
            #""errorDetails":{"category":1e0,"isRetryable":null,"context":{},"timestamp":"2026-02-19T10:17:01"}"#,
            #""metadata":{"errorCategory":"Unknown","isRetryable":false,"other":[1]}"#,
            #""complianceChecks":[null,{"passed":false,"checkName":"K","context":{"a":1}},{}]"#,
            #""statusHistory":[],"network":7"#,
        ])
    func readable(_ members: String) throws {
        let notes = try Reading.transition(Reading.with(members)).notes
        #expect(notes.unreadableMembers == [], "\(members)")
        #expect(!notes.leavesUnread)
    }

    static let wholeNumbers: [(text: String, value: Int64?)] = [
        ("6e5", 600_000), ("3600.0", 3_600), ("36.0e2", 3_600), ("3600000e-3", 3_600), ("-0", 0),
        ("0.0e999999999999999999999", 0), ("9223372036854775807", .max), ("-9223372036854775808", .min),
        ("9223372036854775807.000", .max), ("922337203685477580700e-2", 9_223_372_036_854_775_807),
        ("\"6e5\"", 600_000), ("\"007\"", 7), ("9223372036854775808", nil), ("1e400", nil), ("1e-400", nil),
        ("60001.5", nil), ("15e-1", nil), ("1e19", nil), ("1e99999999999999999999999", nil), ("\"\"", nil),
        ("\"1e\"", nil), ("\" 1\"", nil), ("\"+1\"", nil), ("\"1.\"", nil), ("\"-\"", nil), ("\"0x10\"", nil),
    ]

    @Test("a whole number is read in any form, exactly; any other number is not", arguments: wholeNumbers.indices)
    func wholeNumber(_ row: Int) throws {
        let (text, value) = Self.wholeNumbers[row]
        let record = try Reading.transition(Reading.with(#""durationFromPreviousStatusMs":\#(text)"#))
        #expect(record.transition.statedDurationMs == value, "\(text)")
        let again = try Reading.transition(record.content)
        #expect(again.transition.statedDurationMs == value, "\(text)")
        #expect(again.content == record.content)
    }

    @Test("a delay beyond 64 bits is the longest there is, one that cannot be read none")
    func delays() throws {
        func delay(_ text: String) throws -> Int64? {
            let member = #""metadata":{"suggestedRetryDelaySeconds":\#(text)}"#
            return try Reading.transition(Reading.with(member)).transition.retryDelaySeconds
        }
        #expect(try delay("3600.0") == 3_600)
        #expect(try delay("18446744073709551615") == .max)
        #expect(try delay("1e400") == nil)
        #expect(try delay("-1") == nil)
    }

    /// A deployment record, its content, and the claim that cannot be read in it.
    static let deployments: [(given: String, content: String, path: String)] = [
        (#"{"deploymentId":"d","currentStatus":8}"#, #"{"currentStatus":8,"deploymentId":"d"}"#, "currentStatus"),
        (
            #"{"deploymentId":"d","currentStatus":8.0}"#, #"{"currentStatus":"8.0","deploymentId":"d"}"#,
            "currentStatus"
        ),
        (
            #"{"deploymentId":"d","currentStatus":"\u004fdd"}"#, #"{"currentStatus":"Odd","deploymentId":"d"}"#,
            "currentStatus"
        ),
        (
            #"{"deploymentId":"d","statusHistory":{"0":{"id":"t"}}}"#,
            #"{"deploymentId":"d","statusHistory":{"0":{"id":"t"}}}"#, "statusHistory"
        ),
        (
            #"{"deploymentId":"d","status\u0048istory":"none"}"#, #"{"deploymentId":"d","statusHistory":"none"}"#,
            "statusHistory"
        ),
        (#"{"deploymentId":"d","statusHistory":5}"#, #"{"deploymentId":"d","statusHistory":5}"#, "statusHistory"),
        (#"{"deploymentId":"d","network":7}"#, #"{"deploymentId":"d","network":7}"#, "network"),
        (
            #"{"deploymentId":"d","totalDurationMs":1.5}"#, #"{"deploymentId":"d","totalDurationMs":1.5}"#,
            "totalDurationMs"
        ),
        (
            #"{"deploymentId":"d","assetIdentifier":true}"#, #"{"assetIdentifier":true,"deploymentId":"d"}"#,
            "assetIdentifier"
        ),
    ]

    @Test("a deployment record keeps a claim that cannot be read", arguments: deployments.indices)
    func deployment(_ row: Int) throws {
        let (given, content, path) = Self.deployments[row]
        let record = try Reading.deployment(given)
        #expect(record.content == content)
        #expect(record.notes.unreadableMembers.map(\.path) == [path])
        #expect(try Reading.deployment(content).content == content)
    }

    @Test("a number is read as a status in any form, and the number of an asset as its identifier")
    func readableDeployments() throws {
        for text in ["3", "3.0", "30e-1", "\"Confirmed\""] {
            let record = try Reading.deployment(
                #"{"deploymentId":"d","currentStatus":\#(text),"assetIdentifier":7,"statusHistory":null}"#)
            #expect(record.content == #"{"assetIdentifier":7,"currentStatus":"Confirmed","deploymentId":"d"}"#)
            #expect(record.notes.unreadableMembers == [])
        }
    }

    @Test("of a record with many such claims the first are noted and the rest are counted")
    func many() throws {
        let checks = Array(repeating: "7", count: 1_000).joined(separator: ",")
        let notes = try Reading.transition(Reading.with(#""complianceChecks":[\#(checks)]"#)).notes
        #expect(notes.unreadableMembers.count == 16)
        #expect(notes.unlistedUnreadable == 984)
        #expect(notes.leavesUnread)
    }

    @Test("a long value is cut between characters")
    func longValues() throws {
        let text = String(repeating: "\u{20AC}", count: 100)
        let value = try Reading.deployment(#"{"deploymentId":"d","currentStatus":"\#(text)"}"#).notes
            .unreadableMembers.first?.value
        #expect(value == "\"" + String(repeating: "\u{20AC}", count: 66) + "… (302 bytes)")
    }
}
