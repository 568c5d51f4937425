import Foundation
import StrictJSON
import Testing

/// Periods of a series that a run keeps, sealed by `cartulary export`.
@Suite("Sealing by hand beside a run")
struct HandSealTests {
    private static func site() throws -> SealedSite {
        let site = try SealedSite()
        try site.replace("    # entity: Example Ltd", with: "    entity: Example Ltd")
        try site.record("b", month: "02")
        try #require(try site.run("2026-03-02").status == 0)
        return site
    }

    private static func export(_ site: SealedSite, _ period: String, with more: String...) throws -> Ran {
        try site.folder.run(
            [
                "export", "--ledger", "site/records.ledger", "--period", period, "--key", "site/archive-key", "--now",
                "2026-04-02T00:00:00Z", "-q",
            ] + (more.contains("--out") ? [] : ["--out", "site/archive/2026"]) + more)
    }

    private static func catalogue(_ site: SealedSite) throws -> String {
        try site.folder.run("catalogue", "--archive", "site/archive").output
    }

    @Test(
        "a new position needs a reason, whatever tells that a run keeps the ledger or the folder",
        arguments: [
            "", "site/records.ledger.coverage.json", "site/records.ledger.coverage.json site/records.ledger.run.lock",
        ])
    func refused(lost: String) throws {
        let site = try Self.site()
        if !lost.isEmpty { #expect(try site.folder.shell("rm \(lost)").status == 0) }
        let checkpoint = try site.folder.read("site/records.ledger.checkpoint")
        let ran = try Self.export(site, "2026-03")
        #expect(
            ran.status == 64 && ran.messages.contains("2026-03 of archive audit is not sealed yet"), "\(ran.messages)")
        #expect(ran.messages.contains(": cartulary run --config site/cartulary.yaml\n"), "\(ran.messages)")
        #expect(!site.exists("site/archive/2026/audit-2026-03.zip"))
        #expect(try site.folder.read("site/records.ledger.checkpoint") == checkpoint)
        // Neither another folder nor another series of that ledger is a way around.
        guard !lost.contains("lock") else { return }
        #expect(try site.folder.shell("mkdir out").status == 0)
        #expect(try Self.export(site, "2026-03", with: "--out", "out").status == 64)
        #expect(try Self.export(site, "2026-03", with: "--out", "out", "--archive", "other").status == 64)
    }

    @Test(
        "with a reason it is sealed: bundle, verifier and catalogue show the reason, and the entity of the series stays"
    )
    func reason() throws {
        let site = try Self.site()
        let sealed = try Self.export(site, "2026-03", with: "--uncovered", "closed early")
        #expect(sealed.status == 0, "\(sealed.messages)")
        let description = try site.description("audit-2026-03")
        #expect(
            description.contains(#""declared":{"entity":"Example Ltd","uncovered":"closed early"}"#), "\(description)")
        let verified = try site.folder.run(
            "verify", "site/archive/2026/audit-2026-03.zip", "--trust", "site/archive-key.allowed_signers", "--json")
        #expect(verified.status == 0 && verified.json["uncovered"]?.string == "closed early", "\(verified.output)")
        try site.record("c", month: "04")
        #expect(try site.run("2026-05-02").status == 0)
        let catalogue = try Self.catalogue(site)
        #expect(catalogue.contains("uncovered  2026/audit-2026-03.zip"), "\(catalogue)")
        #expect(try site.verify(at: "2026-05-02T00:00:00Z").status == 0)
        // What is made again is what was sealed.
        #expect(try site.folder.shell("mv site/archive/2026/audit-2026-03.zip kept").status == 0)
        let again = try site.folder.run("repair", "--config", "site/cartulary.yaml")
        #expect(again.status == 0, "\(again.messages)")
        #expect(try site.folder.shell("cmp site/archive/2026/audit-2026-03.zip kept").status == 0)
    }

    @Test("another basis or other filters than those of the series are refused, and the hint has the right ones")
    func otherSeries() throws {
        let site = try Self.site()
        for (option, value) in [("--basis", "created"), ("--network", "mainnet-v1.0")] {
            let ran = try Self.export(site, "2026-02", with: option, value)
            #expect(ran.status == 64, "\(ran.messages)")
            #expect(ran.messages.contains("have other filters, or another basis"), "\(ran.messages)")
            #expect(
                ran.messages.contains("hint: use the same basis and filters: --basis activity\n"), "\(ran.messages)")
        }
        let ran = try Self.export(site, "2026-02", with: "--basis", "activity")
        #expect(ran.status == 0, "\(ran.messages)")
        #expect(try site.verify(at: "2026-04-02T00:00:00Z").status == 0)
    }

    @Test("corrections are left to the run, also with a reason; sealed bundles and answers are made as before")
    func corrections() throws {
        let site = try Self.site()
        try site.record("late", month: "01")
        let ingest = try site.folder.run(
            "ingest", "site/spool/late.ndjson", "--ledger", "site/records.ledger", "--key", "site/archive-key",
            "--received", "2026-03-03T00:00:00Z", "-q")
        #expect(ingest.status == 0, "\(ingest.messages)")
        for period in ["2026-01", "2026-03"] {
            let ran = try Self.export(site, period, with: "--uncovered", "closed early")
            #expect(ran.status == 64, "\(ran.messages)")
        }
        let ran = try Self.export(site, "2026-03", with: "--uncovered", "closed early")
        #expect(ran.messages.contains("2026-01 of archive audit has changed since it was sealed"), "\(ran.messages)")
        #expect(ran.messages.contains("hint: cartulary run --config site/cartulary.yaml\n"), "\(ran.messages)")
        #expect(!site.exists("site/archive/2026/audit-2026-01-r1.zip"))
        let first = try Self.export(site, "2026-01", with: "--revision", "0")
        #expect(first.status == 0 && first.output.hasSuffix("audit-2026-01.zip\n"), "\(first.messages)")
        #expect(try Self.export(site, "2026-01", with: "--response", "--out", ".").status == 0)
        #expect(try site.run("2026-03-03").status == 0 && site.exists("site/archive/2026/audit-2026-01-r1.zip"))
        #expect(try Self.export(site, "2026-03", with: "--uncovered", "closed early").status == 0)
    }

    @Test(
        "the run that is proposed has the configuration that names the ledger, wherever it is",
        arguments: [true, false])
    func configurationElsewhere(isNoted: Bool) throws {
        let site = try Self.site()
        // What lies beside the ledger and where the command is typed names another ledger.
        let moved = try site.folder.shell(
            "mkdir etc && sed 's#: \\(records.ledger\\|spool\\|archive\\|archive-key\\)$#: ../site/\\1#' site/cartulary.yaml > 'etc/my site.yaml'"
                + " && sed -i 's/records.ledger$/other.ledger/' site/cartulary.yaml && cp site/cartulary.yaml .")
        #expect(moved.status == 0, "\(moved.messages)")
        if isNoted {
            let ran = try site.folder.run("run", "--config", "etc/my site.yaml", "--now", "2026-03-03T00:00:00Z")
            #expect(ran.status == 0, "\(ran.messages)")
        } else {
            #expect(try site.folder.shell("rm site/records.ledger.last-run.json").status == 0)
        }
        let refused = try Self.export(site, "2026-03")
        #expect(refused.status == 64, "\(refused.messages)")
        let hint = try #require(refused.messages.split(separator: "\n").first { $0.contains("hint: ") })
        guard isNoted else {
            #expect(hint.hasSuffix(": cartulary run, with the configuration that names this ledger"), "\(hint)")
            return
        }
        let command = try #require(hint.firstRange(of: "cartulary run --config "))
        #expect(hint[command.lowerBound...].hasSuffix("/etc/my site.yaml'"), "\(hint)")
        let typed = try site.folder.shell("\(hint[command.lowerBound...]) --now 2026-04-02T00:00:00Z")
        #expect(typed.status == 0 && site.exists("site/archive/2026/audit-2026-03.zip"), "\(typed.messages)")
    }

    @Test("a dry run says that another one writes to the ledger, as the run does")
    func locked() throws {
        let site = try Self.site()
        let run = "cartulary run --config site/cartulary.yaml --now 2026-03-03T00:00:00Z"
        for more in ["", " --dry-run"] {
            let ran = try site.folder.shell("flock site/records.ledger.lock \(run)\(more)")
            #expect(ran.status == 75 && ran.messages.contains("is in use by another run"), "\(ran.messages)")
            #expect(try site.folder.shell(run + more).status == 0)
        }
    }
}
