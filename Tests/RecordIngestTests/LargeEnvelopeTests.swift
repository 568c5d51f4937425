import AuditModel
import RecordContent
import RecordIngest
import Testing

/// What is beyond the limit of a record is read member by member: by the same rules as what is held.
@Suite("Envelopes above and below the limit of a record", .serialized)
struct LargeEnvelopeTests {
    private static let record = Text.deployment("a", history: [Text.transition("q", "a")])
    private static let cut = String(record.dropLast(30)).replacing("\"", with: "\\\"")

    static let members = [
        #""success":true,"data":\#(record)"#, #""success":true,"data":5"#,

        #""success":true,"items":[\#(record)]"#,
        #""success":true,"d\u0061ta":[\#(record)]"#, #""success":true,"payload":"[\#(cut)""#,

        #""success":true,"data":"[{\"deploymentId\":\"a\",\"currentStatus\":0}]""#,
        #""success":false,"errorMessage":"no","errors":[{"a":1}],"deployments":[\#(record)]"#,
        #""deployments":[\#(record)]"#, #""data":[\#(record)],"Success":true"#,
        #""success":true,"totalCount":7,"page":1,"pageSize":1,"deployments":[\#(record)]"#,
        #""success":true,"data":{"items":[\#(record)]}"#,
        #""success":true,"data":null,"metrics":{"totalDeployments":1,"deployments":[\#(record)]}"#,

        #""success":true,"jobId":"a","status":0,"statusHistory":[{"jobId":"b","status":0,"timestamp":"2026-02-19T10:17:01Z"}]"#,
        #""deploymentId":"a","currentStatus":0,"statusHistory":[\#(Text.transition("q", "b"))]"#,
        #""deploymentId":"a","status":0,"statusHistory":[\#(Text.transition("q", "a"))]"#,
        #""success":true,"deployments":[\#(record)],"deployments":[]"#,
        #""success":true,"deployments":["a",7,[]]"#,
    ]

    /// What a source says, without the positions.
    private static func said(_ seen: SeenSource) -> [String] {
        let notes = seen.notes.map { "\($0.code.rawValue) \($0.actual ?? "")" }
        let rejections = seen.rejections.map { rejection in
            // Of a large object members are not held, so their names are not listed.
            let reason = rejection.problem.reason.replacing(#/( at byte [0-9]+|; its members are .*)/#, with: "")
            return "\(rejection.problem.code.rawValue) \(reason)"
        }
        let envelopes = seen.envelopes.map { "\($0.failure ?? "") \($0.totalCount ?? -1) \($0.isFullPage)" }
        let lists = seen.unreadLists.keys.map { "list \($0)" }
        return (notes + rejections + envelopes + lists).sorted()
    }

    @Test("the same envelope gets the same findings, padded or not", arguments: members)
    func same(_ members: String) throws {
        // Nearly all of the time goes into the padding, of which one kind is enough for each.
        let isPaddedBySpace = members.utf8.count % 2 == 0 || !members.contains(/"(items|payload|deployments|data)":/)
        let small = try Source.read("{\(members)}")
        let piece = [UInt8](repeating: 0x20, count: 1 << 16)
        let text = String(repeating: "p", count: 1 << 16)
        let large = try Source.read(pieces: 302) { number in
            switch number {
            case 0: Array("{\(members)".utf8)
            case 301: Array("}".utf8)
            default: isPaddedBySpace ? piece : Array(",\"p\(number)\":\"\(text)\"".utf8)
            }
        }
        #expect(Self.said(large) == Self.said(small), "\(members)")
        #expect(large.of("t").count == small.of("t").count || !small.rejections.isEmpty)
    }

    @Test("a member that is over the limit alone is told like a small one, and what follows is read")
    func longMember() throws {
        for (before, after, codes) in [
            (#""items":[{"a":""#, #""}]"#, [FindingCode.unreadMember]), (#""data":{"x":""#, #""}"#, [.malformedRecord]),
            (#""note":""#, "\"", []), (#""note":"[{\"a\":\""#, #"\"}]""#, [.unreadMember]),
            (#""note":""#, #"{\"deploymentId\":\"a\",\"status\":0}""#, [.unreadMember]),
        ] {
            let seen = try LargeSourceTests.large(
                #"{"success":true,"# + before, after + #","deployments":[\#(Self.record)]}"#)
            #expect(seen.codes == codes, "\(before) \(seen.reasons)")
            #expect(seen.counts["t"] == 1)
            let kept = seen.rejections.filter { $0.problem.code == .unreadMember }
            #expect(kept.allSatisfy { $0.byteCount > 17 << 20 && $0.raw.count == Rejection.maximumRawBytes })
        }
    }

    @Test("an object over the limit that is broken between members is told", arguments: [" ", ",,", ",", ":"])
    func broken(_ separator: String) throws {
        let seen = try LargeSourceTests.large(
            #"{"success":true,"deployments":[],"note":""#, "\"" + separator + "\"a\":1}")
        #expect(seen.codes == (separator == "," ? [] : [.malformedRecord]))
    }

    @Test("entries before their deployment's identifier have to agree with it", arguments: ["a", "b"])
    func lateOwner(_ id: String) throws {
        let message = String(repeating: "m", count: 1 << 16)
        let seen = try Source.read(
            pieces: 302,
            { number in
                switch number {
                case 0: Array("{\"statusHistory\":[".utf8)
                case 301: Array("],\"deploymentId\":\"\(id)\",\"currentStatus\":0}".utf8)
                default:
                    Array(
                        ((number > 1 ? "," : "")
                            + Text.transition(
                                "t\(number)", number == 7 ? "c" : "a", more: ",\"message\":\"\(message)\""))
                            .utf8)
                }
            }, keep: false)
        #expect(seen.of("t").count == 299 && seen.of("t").allSatisfy { $0.deploymentID == "a" })
        #expect(seen.of("x").count == (id == "a" ? 1 : 2))
        #expect(seen.of("d").count == (id == "a" ? 1 : 0))
    }
}
