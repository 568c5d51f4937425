import AuditModel
import RecordIngest
import Testing

@Suite("Envelopes")
struct EnvelopeTests {
    static let record = Text.deployment("a", history: [Text.transition("q", "a")])

    @Test(
        "a member of an envelope that is not known and holds something is kept as it came",
        arguments: [
            (#""items":[\#(record)]"#, "items"), (#""history":[1]"#, "history"), (#""result":{"a":1}"#, "result"),
            (#""deployments":[],"archivedDeployments":[\#(record)]"#, "archivedDeployments"),
            (#""deployments":[],"a\u0062c":[[]]"#, "abc"), (#""payload":"[{\"a\":1}]""#, "payload"),
            (#""data":5"#, "data"), (#""deployments":true"#, "deployments"),
        ])
    func unread(_ members: String, _ name: String) throws {
        let seen = try Source.read(#"{"success":true,\#(members)}"#)
        #expect(seen.codes == [.unreadMember])
        #expect(seen.reasons[0].contains("\"\(name)\""))
        #expect(seen.records.map(\.kind) == ["x"])
        let raw = String(decoding: seen.rejections[0].raw, as: UTF8.self)
        #expect(members.hasSuffix(raw) && !raw.isEmpty, "the value alone, as it came")
    }

    @Test("each unread member has its place in the source")
    func places() throws {
        let text = "{\"success\":true,\n\"a\":[1],\n\n\"b\":{\"c\":1}}"
        let seen = try Source.read(text)
        #expect(seen.of("x").map(\.line) == [2, 4])
        #expect(
            seen.of("x").map(\.offset) == [
                Text.offsets(of: "[1]", in: text)[0], Text.offsets(of: "{\"c\"", in: text)[0],
            ])
    }

    @Test(
        "a member that holds nothing, and the reasons of a failure, are not asked for",
        arguments: [
            #""success":true,"items":[],"result":{},"x":null"#, #""success":true,"note":"a text","n":1,"b":false"#,
            #""success":false,"errorDetails":{"a":1},"errors":[{"b":2}],"details":{"c":[3]}"#,
        ])
    func nothingUnread(_ members: String) throws {
        #expect(try Source.read("{\(members)}").records.isEmpty)
    }

    @Test(
        "an envelope that failed says why",
        arguments: [
            (#"{"success":false,"errorMessage":"timeout"}"#, #"success: false ("timeout")"#),
            (#"{"success":false,"error":"x","errorMessage":null}"#, #"success: false ("x")"#),
            (#"{"success":false}"#, "success: false"), (#"{"success":0}"#, "success: 0"),
            (
                #"{"success":false,"deploymentId":"d","errorMessage":"no","timestamp":"2026-02-01T00:00:00Z"}"#,
                #"success: false ("no")"#
            ),
            (
                #"{"success":false,"jobId":"j","status":null,"statusHistory":[],"errorMessage":"Deployment not found"}"#,
                #"success: false ("Deployment not found")"#
            ),
            (
                #"{"type":"https://tools.ietf.org/html/rfc9110#section-15.5.1","title":"Bad Request","status":400,"#
                    + #""detail":"page is 0","errors":{"page":["0"]},"traceId":"t"}"#,
                #"status 400 ("Bad Request: page is 0")"#
            ),
            (
                #"{"timestamp":"2026-02-01T00:00:00Z","status":503,"error":"Service Unavailable","path":"/x"}"#,
                #"status 503 ("Service Unavailable")"#
            ),
        ])
    func failures(_ text: String, _ failure: String) throws {
        for source in [text, "[\(text)]", text + "\n" + Text.transition("a") + "\n"] {
            let seen = try Source.read(source)
            #expect(seen.envelopes.map(\.failure) == [failure])
            #expect(seen.rejections.isEmpty)
        }
    }

    @Test("a long reason is shortened, not dropped")
    func longReason() throws {
        let reason = String(repeating: "why ", count: 200)
        let failure = try Source.read(#"{"success":false,"errorMessage":"\#(reason)"}"#).envelopes.first?.failure
        #expect(failure?.hasPrefix("success: false (\"why why") == true)
        #expect(failure?.count ?? 0 < 300)
    }

    @Test(
        "what looks like the details of a problem and is none is rejected, not passed over",
        arguments: [
            #"{"title":"x","status":7}"#, #"{"title":"x","status":200}"#,
            #"{"title":1,"status":400}"#, #"{"title":"x"}"#, #"{"title":"x","status":4000}"#,
        ])
    func noFailure(_ text: String) throws {
        let seen = try Source.read(text)
        #expect(seen.counts == ["x": 1] && seen.envelopes.isEmpty)
    }

    static let job =
        #"{"success":true,"jobId":"j-1","status":"Submitted","tokenType":"ASA","network":"n","tokenName":"T","#
        + #""tokenSymbol":null,"assetIdentifier":"7","transactionHash":null,"statusHistory":["#
        + #"{"status":"Queued","timestamp":"2026-02-19T10:17:01Z","message":"m"},"#
        + #"{"status":"Submitted","timestamp":"2026-02-19T10:17:02Z","message":null}],"errorMessage":null,"#
        + #""createdAt":"2026-02-19T10:17:00Z","updatedAt":"2026-02-19T10:17:02Z","correlationId":"c","#
        + #""timestamp":"2026-02-19T10:20:00Z"}"#

    @Test("the status of a job is the deployment of that identifier, with its history")
    func jobStatus() throws {
        for text in [Self.job, "[\(Self.job)]", Self.job + "\n", #"{"success":true,"deployment":\#(Self.job)}"#] {
            let seen = try Source.read(text)
            #expect(seen.counts == ["d": 1, "t": 2], "\(seen.reasons)")
            #expect(seen.records.allSatisfy { $0.deploymentID == "j-1" })
            #expect(seen.unknownMembers.isEmpty)
            #expect(
                seen.contents.contains(
                    #"{"assetIdentifier":"7","createdAt":"2026-02-19T10:17:00.0000000Z","currentStatus":"Submitted","#
                        + #""deploymentId":"j-1","network":"n","tokenName":"T","tokenType":"ASA","#
                        + #""updatedAt":"2026-02-19T10:17:02.0000000Z"}"#))
            #expect(
                seen.contents.contains(
                    #"{"deploymentId":"j-1","message":"m","status":"Queued","timestamp":"2026-02-19T10:17:01.0000000Z"}"#
                ))
            #expect(seen.of("t").map(\.offset) == Text.offsets(of: "{\"status\":", in: text))
        }
    }

    @Test("the list of a user's jobs is a list of deployments")
    func jobList() throws {
        let text =
            #"{"success":true,"deployments":[{"jobId":"j","status":"Completed","tokenType":"ASA","network":"n","#
            + #""createdAt":"2026-02-19T10:17:00Z","updatedAt":"2026-02-19T10:17:02Z"}],"totalCount":1}"#
        let seen = try Source.read(text)
        #expect(seen.counts == ["d": 1])
        #expect(
            seen.contents[0].hasPrefix(#"{"createdAt":"2026-02-19T10:17:00.0000000Z","currentStatus":"Completed","#))
    }

    @Test(
        "a job is read under each of its names once, or rejected",
        arguments: [
            (#"{"jobId":"j","deploymentId":null,"status":"Queued"}"#, ["d": 1]),
            (#"{"job\u0049d":"j","st\u0061tus":"Queued"}"#, ["d": 1]),
            (#"{"jobId":"j","currentStatus":"Queued","status":"x"}"#, ["d": 1]),
            (#"{"jobId":"j","deploymentId":"d","currentStatus":"Queued"}"#, ["d": 1]),
            (#"{"jobId":7,"status":"Queued"}"#, ["x": 1]), (#"{"jobId":"","status":"Queued"}"#, ["x": 1]),
            (#"{"jobId":"j","status":"Queued","jobId":"k"}"#, ["x": 1]), (#"{"jobId":"j"}"#, ["x": 1]),
            (#"{"jobId":"j","statusHistory":[{"status":0,"timestamp":"2026-02-19T10:17:01Z"}]}"#, ["d": 1, "t": 1]),
            (#"{"success":true,"jobId":"j","statusHistory":[]}"#, ["d": 1]),
        ])
    func jobNames(_ text: String, _ counts: [String: Int]) throws {
        #expect(try Source.read(text).counts == counts)
    }

    @Test("a job that failed and has a history is read, and its failure is told")
    func failedJob() throws {
        let seen = try Source.read(Self.job.replacing("\"success\":true", with: "\"success\":false"))
        #expect(seen.counts == ["d": 1, "t": 2])
        #expect(seen.envelopes.map(\.failure) == ["success: false"])
    }

    @Test("a job with a history over 16 MiB is read member by member")
    func largeJob() throws {
        let message = String(repeating: "m", count: 1 << 16)
        let seen = try Source.read(
            pieces: 302,
            { number in
                switch number {
                case 0: Array("{\"success\":true,\"jobId\":\"j\",\"status\":\"Queued\",\"statusHistory\":[".utf8)
                case 301: Array("],\"network\":\"n\"}".utf8)
                default:
                    Array(
                        ((number > 1 ? "," : "")
                            + #"{"status":"Queued","timestamp":"2026-02-19T10:17:01Z","message":"\#(message)\#(number)"}"#)
                            .utf8)
                }
            }, keep: false)
        #expect(seen.counts == ["d": 1, "t": 300])
        #expect(seen.records.allSatisfy { $0.deploymentID == "j" })
    }

    @Test("members of an envelope over 16 MiB that are not known are kept too")
    func largeEnvelope() throws {
        let message = String(repeating: "m", count: 1 << 16)
        let seen = try Source.read(
            pieces: 302,
            { number in
                switch number {
                case 0: Array("{\"success\":true,\"extra\":[{\"a\":1}],\"deployments\":[".utf8)
                case 301: Array("],\"data\":{\"b\":2},\"totalCount\":300}".utf8)
                default:
                    Array(
                        ((number > 1 ? "," : "") + Text.transition("t\(number)", more: ",\"message\":\"\(message)\""))
                            .utf8)
                }
            }, keep: false)
        #expect(seen.counts == ["t": 300, "x": 2])
        #expect(Set(seen.codes) == [.unreadMember, .malformedRecord])
        #expect(seen.envelopes.map(\.totalCount) == [300])
    }
}
