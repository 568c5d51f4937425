import AuditModel
import BundleExport
import BundleFormat
import BundleVerifier
import Foundation
import Ledger
import RecordAnalysis
import RecordIntake
import StrictJSON
import Testing

/// Rejected records of a deployment that can name another one (docs/bundle-format.md, 7.1).
@Suite("Rejected records that name other deployments")
struct ForeignNamesTests {
    private static let time = "2026-02-10T09:00:01Z"

    private static func odd(_ more: String) -> String { Text.transition("o", "A-1", "Odd", time, more) }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    /// Records that name `SECRETB-2`, in every way that is known.
    static let foreign: [String] = [
        #"{"deploymentId":"A-1","currentStatus":"Queued","statusHistory":["#
            + #"{"jobId":"SECRETB-2","status":0,"timestamp":"\#(time)","message":"SECRET"}]}"#,
        odd(#","jobId":"SECRETB-2""#), odd(#","deployment_id":"SECRETB-2""#),
        odd(#","metadata":{"jobId":"SECRETB-2"}"#),
        odd(#","metadata":{"DeploymentId":"SECRETB-2"}"#), odd(#","message":"{\"deploymentId\":\"SECRETB-2\"}""#),
        odd(#","message":"\"{\\\"jobId\\\":\\\"SECRETB-2\\\"}\"""#),
        odd(#","message":"{\"a\":[\"deploymentId SECRETB-2"#)
            + #""}"#,
        odd(#","message":"{\"\\u006aobId\":\"SECRETB-2\"}""#), odd(#","message":"{\"\\u006aobId\":\"SECRETB-2\"""#),
        odd(#","j\u006fbId":"SECRETB-2""#), odd(#","parentDeploymentId":["SECRETB-2"]"#),
        odd(#","deployment":{"id":"SECRETB-2"}"#), odd(#","job":"SECRETB-2""#), odd(#","jobId":{"id":["SECRETB-2"]}"#),
        odd(#","jobIds":["A-1","SECRETB-2"]"#), odd(#","message":"DeploymentId,Status SECRETB-2,Queued""#),
        odd(#","message":"%7B%22deploymentId%22%3A%22SECRETB-2%22%7D""#), odd(#","deploymentId = SECRETB-2":"A-1""#),
        odd(#","message":"\#(base64(#"{"jobId":"SECRETB-2"}"#))""#),
        odd(#","message":"\#(base64(#"{"deploymentId":"SECRETB-2","x":1}"#))""#),
    ]

    /// Records that name their own deployment alone.
    static let own: [String] = [
        odd(""), odd(#","jobId":"A-1""#), odd(#","jobId":null"#), odd(#","deployment":{"id":"A-1","name":"x"}"#),
        odd(#","message":"{\"deploymentId\":\"A-1\"}""#), odd(#","message":"connection to [node-3] refused""#),
        odd(#","transactionHash":"0x9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08""#),
        odd(#","metadata":{"nodes":["a",{"b":1}],"ids":["A-1"]}"#), odd(#","jobs":["A-1",null]"#),
    ]

    private static func bundle(_ text: String) async throws -> MadeBundle {
        let base = Text.lines(Text.deployment("A-1"), Text.transition("q", "A-1"))
        return try await MadeBundle.make(texts: [base, text]) { options in
            options.name = "test-partial"
            options.analysis.selection.deployments = ["A-1"]
        }
    }

    private static func check(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let report = try await SealedLedger.verify(path)
        let faults = report.checks.filter { $0.status != .passed }
        #expect(report.verdict == .valid, "\(faults)", sourceLocation: sourceLocation)
        #expect(try LeakSearch.differences(path) == nil, sourceLocation: sourceLocation)
    }

    @Test("a filtered bundle shows no record that can name another deployment", arguments: foreign)
    func withheld(text: String) async throws {
        let bundle = try await Self.bundle(text)
        let rejected = bundle.result.analysis.rejections
        #expect(rejected.count == 1 && rejected.allSatisfy { $0.isWithheld })
        let leaks = bundle.files.filter { String(decoding: $0.value, as: UTF8.self).contains("SECRET") }
        #expect(leaks.keys.sorted() == [])
        #expect(!bundle.text("rejected.json").contains("\"raw\""))
        let folder = try Folder()
        let path = folder.path + "/test-partial.zip"
        try Data(bundle.bytes).write(to: URL(fileURLWithPath: path))
        try await Self.check(path)
    }

    @Test("a record that names its own deployment alone is shown whole", arguments: own)
    func shown(text: String) async throws {
        let bundle = try await Self.bundle(text)
        let rejected = bundle.result.analysis.rejections
        #expect(rejected.count == 1 && rejected.allSatisfy { $0.deploymentID == "A-1" && $0.rawBase64 != nil })
    }

    @Test("an answer from a ledger withholds the same records")
    func ledger() async throws {
        let sealed = try SealedLedger()
        try await sealed.ledger.ingest(
            ([Text.deployment("A-1"), Text.transition("q", "A-1")] + Self.foreign + Self.own).joined(separator: "\n"))
        let answer = try await sealed.export(nil) { options in
            options.isResponse = true
            options.export.analysis.selection.deployments = ["A-1"]
        }[0]
        let rejected = try SealedLedger.text(answer.path, "data/rejected.json")
        #expect(rejected.split(separator: "\n").count { $0.contains("\"raw\"") } == Self.own.count)
        for file in ["rejected.json", "findings.json", "audit-trail.json", "log.csv"] {
            #expect(try !SealedLedger.text(answer.path, "data/\(file)").contains("SECRET"), "\(file)")
        }
        try await Self.check(answer.path)
    }

    @Test("a row of CSV whose other column or cell names another deployment is withheld")
    func rows() async throws {
        let header = "DeploymentId,JobId,Status,Timestamp,Message\n"
        for (cells, isShown) in [
            ("SECRETB-2,Odd,\(Self.time),x", false), ("A-1,Odd,\(Self.time),x", true), (",Odd,\(Self.time),x", true),
            (#","# + #"Odd,\#(Self.time),"{""jobId"":""SECRETB-2""}""#, false),
            (",Odd,\(Self.time),deploymentId SECRETB-2", false),
        ] {
            let bundle = try await Self.bundle(header + "A-1,\(cells)\n")
            #expect(bundle.text("rejected.json").contains("\"raw\"") == isShown, "\(cells)")
            #expect(!bundle.text("findings.json").contains("SECRET"))
        }
    }

    @Test("both verifiers judge a record that is shown alike")
    func verifiersAgree() throws {
        let texts =
            Self.foreign + Self.own + [
                "A-1,Odd,x", "A-1,{,x", "B,Odd", #""A-1","a""b""#, #"{"deploymentId":"A-1","deploymentId":"A-1"}"#,
                "[A-1",
                #"{"jobId":5}"#, #"{"a":"\\\\x"}"#, #"{"a":NaN}"#,
            ]
        let judged = texts.map { text in
            let raw = Array(text.utf8)
            return RejectedRecord(
                code: .malformedRecord, reason: "x", position: SourcePosition(source: 0, line: 1, offset: 0),
                sha256: ContentDigest.hexadecimal(of: raw), byteCount: raw.count, raw: raw, deploymentID: "A-1"
            ).isWhollyOfItsDeployment
        }
        #expect(judged.prefix(Self.foreign.count).dropFirst().allSatisfy { !$0 })
        #expect(judged.dropFirst(Self.foreign.count).prefix(Self.own.count).allSatisfy { $0 })
        let list = JSONValue.array(texts.map(JSONValue.string)).bytes
        let (status, output) = try LeakSearch.python([
            "-c",
            """
            import base64, json, runpy, sys
            shown = runpy.run_path(sys.argv[1], run_name="x")["is_shown"]
            for text in json.loads(sys.argv[2]):
                raw = text.encode()
                print(shown({"raw": base64.b64encode(raw), "bytes": len(raw), "deploymentId": "A-1"}))
            """, Repository.root.appending(path: "docs/reference_verifier.py").path,
            String(decoding: list, as: UTF8.self),
        ])
        #expect(status == 0)
        #expect(output.split(separator: "\n").map { $0 == "True" } == judged)
    }
}
