import Foundation
import StrictJSON
import Testing

@testable import cartulary

@Suite("Programs that a run starts")
struct RunNoticesTests {
    @Test("a program gets its own variables beside the inherited ones; the environment of this one stays as it is")
    func environment() async throws {
        let folder = try CommandFolder()
        let script = "printf '%s %s' \"$CARTULARY_TEST\" \"${PATH:+inherited}\" > \"$0\"; exit 3"
        let process = ChildProcess(
            program: .path("/bin/sh"), arguments: ["-c", script, "\(folder.path)/out"],
            variables: ["CARTULARY_TEST": "a=b \u{E9}\n"])
        #expect(await process.run() == 3)
        #expect(try folder.read("out") == "a=b \u{E9}\n inherited")
        #expect(ProcessInfo.processInfo.environment["CARTULARY_TEST"] == nil)
    }

    @Test(
        "a program that cannot be started, or is ended by a signal, has a shell's status",
        arguments: [
            (ChildProcess.Program.name("no-such-program-of-cartulary"), [], 127),
            (.path("/no/such/program"), [], 127), (.path("/"), [], 127),
            (.name("sh"), ["-c", "kill -TERM $$"], 128 + 15), (.name("sh"), ["-c", "exit 255"], 255),
        ] as [(ChildProcess.Program, [String], Int32)])
    func statuses(_ program: ChildProcess.Program, _ arguments: [String], _ status: Int32) async {
        #expect(await ChildProcess(program: program, arguments: arguments, isQuiet: true).run() == status)
    }

    @Test(
        "the on-failure command has the status and the message; what it prints is no result, and its status counts for nothing"
    )
    func onFailure() throws {
        let folder = try CommandFolder()
        #expect(try folder.run("init", "site", "--begin", "2026-02").status == 0)
        let notify = """
            notify:
              metrics: run.prom
              on-failure: 'printf "%s %s" "$CARTULARY_STATUS" "$CARTULARY_MESSAGE" > site/notice; echo noise; exit 9'

            """
        _ = try folder.write(try folder.read("site/cartulary.yaml") + notify, to: "site/cartulary.yaml")
        let ran = try folder.run("run", "--config", "site/cartulary.yaml", "--now", "2026-03-05T00:00:00Z", "-v")
        #expect(ran.status == 15, "\(ran.messages)")
        #expect(ran.output == "")
        #expect(ran.messages.contains("noise\n"))
        #expect(ran.messages.contains("cartulary: warning: the on-failure command exited with 9\n"))
        #expect(try folder.read("site/notice").hasPrefix("15 audit: 1 period due and not sealed\n"))
        #expect(try folder.read("site/notice").contains("\narchive audit: 2026-02 is not sealed: "))
        let metrics = try folder.read("site/run.prom")
        #expect(metrics.contains("\ncartulary_last_run_status 15\n"))
        #expect(metrics.contains("\ncartulary_last_success_timestamp_seconds 0\n"))
        #expect(metrics.contains("\ncartulary_periods_missing{archive=\"audit\"} 1\n"))
    }

    @Test(
        "each message of a run is an event, files are named, and a notice that fails is a warning that changes nothing")
    func events() throws {
        let site = try SealedSite()
        let folder = site.folder
        _ = try folder.write(
            try folder.read("site/cartulary.yaml")
                + "notify:\n  metrics: none/run.prom\n  ping: http://127.0.0.1:9/\n  on-failure: exit 7\n",
            to: "site/cartulary.yaml")
        try site.record("b", month: "02")
        _ = try folder.write("{\n", to: "site/spool/broken.ndjson")
        let run = ["run", "--config", "site/cartulary.yaml", "--now", "2026-03-02T00:00:00Z"]
        let ran = try folder.run(run + ["--log-json"])
        let events = try ran.messages.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        let named = { (name: String) in events.filter { $0["event"]?.string == name } }
        #expect(ran.status == 65 && events.last?["event"]?.string == "result")
        #expect(events.last?["status"]?.integer == 65)
        let files = named("ingested").flatMap { $0["files"]?.array ?? [] }
        let taken = try #require(files.first { $0["file"]?.string == "b.ndjson" })
        #expect(taken["accepted"]?.integer == 1 && taken["readBefore"] == .bool(false))
        #expect(taken["sha256"]?.string?.count == 64)
        let refused = try #require(named("not-taken").first)
        #expect(refused["file"]?.string?.hasPrefix("broken.ndjson") == true && refused["reason"]?.string != nil)
        #expect(refused["source"]?.string == "records")
        let notices = named("notice-failed")
        #expect(notices.allSatisfy { $0["level"]?.string == "warning" && $0["message"]?.string != nil })
        #expect(Set(notices.compactMap { $0["notice"]?.string }) == ["metrics", "ping", "on-failure"])
        let word = try folder.shell("cat site/records.ledger.last-run.json 2>/dev/null || cat site/*last*").output
        #expect(word.contains("source records: ") && word.contains("broken.ndjson"), "\(word)")
        let again = try folder.run(run)
        #expect(again.status == 15, "\(again.messages)")
        for notice in ["cannot write metrics: ", "the ping to ", "the on-failure command exited with 7"] {
            #expect(again.messages.contains("cartulary: warning: \(notice)"), "where nobody watches, too")
        }
    }

    @Test("an error that ends a run is an event, and so is its status")
    func failure() throws {
        let site = try SealedSite()
        #expect(try site.folder.shell("rm site/archive-key").status == 0)
        let ran = try site.folder.run("run", "--config", "site/cartulary.yaml", "--log-json")
        let events = try ran.messages.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(ran.status == 66 && events.map { $0["event"]?.string } == ["failed", "result"])
        #expect(events[0]["message"]?.string?.contains("archive-key") == true && events[0]["part"]?.string == "run")
        #expect(events[1]["status"]?.integer == 66)
    }

    /// Gives the same bits again and again.
    private struct Repeating: RandomNumberGenerator {
        var bits: UInt64
        mutating func next() -> UInt64 { bits }
    }

    @Test("the identifier of a run is a random UUID, version 4", arguments: [0, .max] as [UInt64])
    func identifier(_ bits: UInt64) {
        var generator = Repeating(bits: bits)
        let expected = bits == 0 ? "00000000-0000-4000-8000-000000000000" : "ffffffff-ffff-4fff-bfff-ffffffffffff"
        #expect(RandomUUID.text(using: &generator) == expected)
    }
}
