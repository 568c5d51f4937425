import AuditModel
import RecordIngest
import Testing

@Suite("Entries of a history that belong elsewhere")
struct HistoryOwnerTests {
    private static func entry(_ owner: String) -> String {
        #"{\#(owner)"status":"Queued","timestamp":"2026-02-19T10:17:01Z"}"#
    }

    static let cases: [(owner: String, entry: String, isOwn: Bool)] = [
        (#""jobId":"j""#, "", true), (#""jobId":"j""#, #""jobId":"j","#, true),
        (#""jobId":"j""#, #""jobId":null,"#, true), (#""jobId":"j""#, #""deploymentId":"j","#, true),
        (#""jobId":"j""#, #""jobId":"k","#, false), (#""jobId":"j""#, #""deploymentId":"k","#, false),
        (#""jobId":"j""#, #""jobId":7,"#, false), (#""jobId":"j""#, #""jobId":"","#, false),
        (#""jobId":"j""#, #""j\u006fbId":"k","#, false), (#""jobId":"\u006a""#, #""jobId":"j","#, true),
        (#""deploymentId":"d""#, #""jobId":"d","#, true), (#""deploymentId":"d""#, #""jobId":"k","#, false),
        (#""deploymentId":"d","jobId":"j""#, #""jobId":"j","#, true),
        (#""deploymentId":"d","jobId":"j""#, #""jobId":"k","#, false),
        (#""deploymentId":"d","jobId":"j""#, #""deploymentId":"j","#, false),
    ]

    @Test(
        "an entry that names another job or deployment is rejected, not counted for this one", arguments: cases.indices)
    func owners(_ row: Int) throws {
        let (owner, entry, isOwn) = Self.cases[row]
        let text = #"{\#(owner),"currentStatus":"Queued","statusHistory":[\#(Self.entry(entry))]}"#
        for source in [text, "[\(text)]", #"{"success":true,"deployments":[\#(text)]}"#] {
            let seen = try Source.read(source)
            #expect(seen.counts == ["d": 1, isOwn ? "t" : "x": 1], "\(source) \(seen.reasons)")
            #expect(seen.codes == (isOwn ? [] : [.malformedRecord]))
            #expect(seen.reasons.allSatisfy { $0.contains("differs from that of the") })
        }
    }

    @Test("so it is in a line of a bundle's audit trail, and with the deployment that it shows")
    func trail() throws {
        func line(_ deployment: String, _ record: String) -> String {
            #"{"deployment":{"currentStatus":"Queued","deploymentId":"\#(deployment)"},"deploymentId":"d","#
                + #""derived":{"attempts":1,"disputed":false,"recordCount":1},"row":0,"transitions":[{"disposition":"in-history","#
                + #""inPeriod":true,"record":\#(Text.transition("q", record))}]}"#
        }
        #expect(try Source.read(line("d", "d")).counts == ["d": 1, "t": 1])
        #expect(try Source.read(line("d", "e")).counts == ["d": 1, "x": 1])
        #expect(try Source.read(line("e", "d")).counts == ["x": 1, "t": 1])
        let more = line("d", "d").replacing(#""row":0"#, with: #""row":0,"findings":[{"deploymentId":"z"}]"#)
        #expect(try Source.read(more).codes == [.unreadMember])
    }
}
