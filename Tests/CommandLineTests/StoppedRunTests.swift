import Foundation
import Testing

/// A run that ended between the ledger's commit and the note of what its files said: the next one knows it from the ledger.
@Suite("Runs that ended before they noted what they read")
struct StoppedRunTests {
    private static let history = #"{"id":"h","deploymentId":"dh","status":"Queued","timestamp":"2026-02-10T10:00:00Z"}"#

    /// Files of which not everything is read, though each of their records counts.
    static let unread = [
        #"{"success":true,"deployments":[{"deploymentId":"dx","currentStatus":0,"statusHistory":{"0":\(history)}}]}"#,
        #"{"success":true,"deployments":[{"deploymentId":"dx","currentStatus":0,"metadata":[\(history)],"statusHistory":[]}]}"#,
        #"{"id":"x","deploymentId":"dx","status":"Queued","timestamp":"2026-02-10T10:00:00Z","metadata":{"events":[\(history)]}}"#
            + "\n",
        #"{"id":"x","deploymentId":"dx","status":"Queued","timestamp":"2026-02-10T10:00:00Z","reasonCode":{}}"# + "\n",
    ].map { $0.replacingOccurrences(of: #"\(history)"#, with: history) }

    private static func isBlocked(_ ran: Ran, _ site: SealedSite) {
        #expect(ran.status == 65, "\(ran.messages)")
        #expect(ran.messages.contains("x.json") && ran.messages.contains("expected"), "\(ran.messages)")
        #expect(!site.exists("site/archive/2026/audit-2026-02.zip"))
    }

    @Test("a file in a spool of which not everything was read fails again", arguments: unread, [true, false])
    func spool(text: String, isGone: Bool) throws {
        let site = try SealedSite()
        #expect(try site.folder.shell("cp site/records.ledger.coverage.json before").status == 0)
        _ = try site.folder.write(text, to: "site/spool/x.json")
        Self.isBlocked(try site.run("2026-03-02"), site)
        let undo = isGone ? "rm site/records.ledger.coverage.json" : "cp before site/records.ledger.coverage.json"
        let stopped = try site.folder.shell(
            "mv site/spool/failed/x.json site/spool/.taking/ && rm -r site/spool/failed site/spool/done/originals && \(undo)"
        )
        #expect(stopped.status == 0, "\(stopped.messages)")
        Self.isBlocked(try site.run("2026-03-02"), site)
        #expect(site.exists("site/spool/failed/x.json") && !site.exists("site/spool/.taking/x.json"))
    }

    @Test("a file of files: of which not everything was read is named again", arguments: unread, [true, false])
    func files(text: String, isGone: Bool) throws {
        let site = try SealedSite()
        #expect(try site.folder.shell("mkdir site/in && mv site/spool/done/* site/in/").status == 0)
        try site.replace("spool: spool\n", with: "files: in\n")
        #expect(try site.run("2026-02-20").status == 0)
        #expect(try site.folder.shell("cp site/records.ledger.coverage.json before").status == 0)
        _ = try site.folder.write(text, to: "site/in/x.json")
        Self.isBlocked(try site.run("2026-03-02"), site)
        let undo = isGone ? "rm site/records.ledger.coverage.json" : "cp before site/records.ledger.coverage.json"
        #expect(try site.folder.shell(undo).status == 0)
        Self.isBlocked(try site.run("2026-03-02"), site)
    }

    @Test("a claim that is only wrong blocks neither then nor later", arguments: [true, false])
    func wrongClaim(isGone: Bool) throws {
        let site = try SealedSite()
        #expect(try site.folder.shell("mkdir site/in && mv site/spool/done/* site/in/").status == 0)
        try site.replace("spool: spool\n", with: "files: in\n")
        let text =
            #"{"id":"x","deploymentId":"dx","status":"Queued","timestamp":"2026-02-10T10:00:00Z","confirmedRound":-1}"#
        _ = try site.folder.write(text + "\n", to: "site/in/x.json")
        #expect(try site.run("2026-02-20").status == 1)
        if isGone { #expect(try site.folder.shell("rm site/records.ledger.coverage.json").status == 0) }
        let ran = try site.run("2026-03-02")
        #expect(ran.status == 0 && site.exists("site/archive/2026/audit-2026-02.zip"), "\(ran.messages)")
    }
}
