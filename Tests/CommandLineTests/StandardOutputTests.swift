import Foundation
import Testing

@Suite("Standard output that takes nothing")
struct StandardOutputTests {
    @Test(
        "what cannot be printed is no success, a help text or the version neither",
        arguments: [
            "cartulary --version", "cartulary --help", "cartulary export --help", "cartulary help run",
            "cartulary state-machine", "cartulary state-machine --json", "cartulary-verify --version",
            "cartulary-verify --help", "cartulary --generate-completion-script bash",
        ])
    func full(command: String) throws {
        let folder = try CommandFolder()
        for (target, reason) in [("/dev/full", "No space left on device"), ("&-", "it is closed")] {
            let ran = try folder.shell("\(command) >\(target)")
            #expect(ran.status == 74, "\(command) >\(target)")
            #expect(ran.messages.contains("error: cannot write to standard output: \(reason)"), "\(ran.messages)")
        }
        let printed = try folder.shell(command)
        #expect(printed.status == 0 && !printed.output.isEmpty && printed.messages.isEmpty)
    }

    @Test("a closed stream is never a file that the command opens")
    func closed() throws {
        let folder = try CommandFolder.withKey()
        let line = #"{"id":"1","deploymentId":"d","status":"Queued","timestamp":"2026-02-10T10:00:00Z"}"#
        _ = try folder.write(line + "\n", to: "r.ndjson")
        let ingest = "cartulary ingest r.ndjson --ledger l --key key --json"
        #expect(try folder.shell(ingest + " <&- >&- 2>&-").status == 74)
        let check = try folder.run("ledger", "check", "--ledger", "l", "--full")
        #expect(check.status == 0 && check.output.hasSuffix("sound\n"), "\(check.output) \(check.messages)")
        let export = try folder.shell("cartulary export r.ndjson --key key --out out 2>&-")
        #expect(export.status == 0 && export.output == "out/audit-all.zip\n")
        #expect(try folder.run("verify", "out/audit-all.zip", "--trust", "key.pub").status == 0)
    }
}
