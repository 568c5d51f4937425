import Foundation
import StrictJSON
import Testing

/// What `repair` promises with `--dry-run`, beside what it then does.
@Suite("What repair promises and does")
struct RepairTests {
    /// Something that happens to a site with one sealed bundle, and what a repair ends with.
    struct Loss: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let commands: String
        var options: [String] = []
        var status: Int32 = 0

        init(_ text: String, _ commands: String, options: [String] = [], status: Int32 = 0) {
            testDescription = text
            self.commands = commands
            self.options = options
            self.status = status
        }
    }

    private static let bundle = "archive/2026/audit-2026-01.zip"
    private static let losesKey = "cartulary key rotate --key archive-key -q && rm archive-key.1"
    private static let otherKey = "rm archive-key* && cartulary keygen --out archive-key -q"

    static let losses = [
        Loss("a bundle", "rm \(bundle)"),
        Loss("a year", "rm -r archive/2026"),
        Loss("all of the folder and what is known of it", "rm -r archive/* records.ledger.archive*"),
        Loss("the checkpoint", "rm archive/checkpoint"),
        Loss("the catalogue and its page", "rm archive/catalogue.*"),
        Loss("catalogues, pages and checkpoint", "rm archive/checkpoint archive/cat* archive/2026/cat*"),
        Loss("a catalogue that is none", "echo x > archive/catalogue.json && rm \(bundle)"),
        Loss("a bundle that is cut", "truncate -s 100 \(bundle)"),
        Loss("a bundle and its key", "\(losesKey) && rm \(bundle)", status: 13),
        Loss("a year and its key", "\(losesKey) && rm -r archive/2026", status: 13),
        Loss(
            "a catalogue, a bundle and its key", "\(losesKey) && echo x > archive/catalogue.json && rm \(bundle)",
            status: 13),
        Loss("a bundle that is cut, and its key", "\(losesKey) && truncate -s 100 \(bundle)", status: 13),
        Loss("a bundle, and another key", "\(otherKey) && rm \(bundle)", status: 13),
        Loss("the checkpoint, and another key", "\(otherKey) && rm archive/checkpoint"),
        Loss(
            "a bundle and its key, and a copy", "cp -a archive kept && \(losesKey) && rm \(bundle)",
            options: ["--from", "site/kept"]),
        Loss(
            "a bundle and its key, and a damaged copy",
            "cp -a archive kept && \(losesKey) && rm \(bundle) && truncate -s 9 kept/2026/*.zip",
            options: ["--from", "site/kept"],
            status: 13),
        Loss(
            "a bundle and the ledger, and a copy", "cp -a archive kept && rm \(bundle) records.ledger*",
            options: ["--from", "site/kept"]),
        Loss("a link in the place of a year", "mv archive/2026 kept && ln -s ../kept archive/2026", status: 13),
    ]

    @Test("a dry run of repair promises what repair then does, and changes nothing", arguments: losses)
    func promises(_ loss: Loss) throws {
        let site = try SealedSite()
        let lost = try site.folder.shell("cd site && \(loss.commands)")
        try #require(lost.status == 0, "\(lost.messages)")
        let state = "find site ! -name '*.lock' | sort; find site -type f ! -name '*.lock' | sort | xargs sha256sum"
        let words = ["repair", "--config", "site/cartulary.yaml"] + loss.options
        let before = try site.folder.shell(state).output
        let promised = try site.folder.run(words + ["--dry-run"])
        #expect(try site.folder.shell(state).output == before)
        let done = try site.folder.run(words)
        #expect(done.status == loss.status, "\(done.messages)")
        #expect(promised.status == done.status && promised.messages == done.messages, "\(promised.messages)")
        let text = promised.output.replacing("would make", with: "made").replacing("would copy", with: "copied")
        #expect(text.replacing("would rename", with: "renamed") == done.output)
        guard loss.status == 0 else { return }
        let again = try site.folder.run(words)
        #expect(again.status == 0 && again.output == "" && again.messages == "nothing is missing\n", "\(again.output)")
    }

    @Test("a bundle whose key is lost is named with that key, and comes back with it, wherever a rotation kept it")
    func lostKey() throws {
        let site = try SealedSite()
        let lost = try site.folder.shell(
            """
            cd site && cartulary key rotate --key archive-key -q && cartulary key rotate --key archive-key -q \
            && mv archive-key.1 kept && rm \(Self.bundle) && ssh-keygen -l -f kept | cut -d ' ' -f 2
            """)
        try #require(lost.status == 0, "\(lost.messages)")
        let fingerprint = try #require(lost.output.split(separator: "\n").last)
        let repair = ["repair", "--config", "site/cartulary.yaml"]
        let refused = try site.folder.run(repair)
        #expect(
            refused.status == 13 && refused.messages.contains("it was sealed with key \(fingerprint)"),
            "\(refused.messages)")
        #expect(refused.messages.contains("else put the key back as site/archive-key.1"), "\(refused.messages)")
        // A gap in the numbers hides no key behind it.
        try #require(try site.folder.shell("cd site && mv kept archive-key.7").status == 0)
        let repaired = try site.folder.run(repair)
        #expect(
            repaired.status == 0 && repaired.output.contains("made 2026/audit-2026-01.zip again"),
            "\(repaired.messages)")
    }
}

/// What is remembered of the bundles that `verify-share` read.
@Suite("Damage that is remembered")
struct RememberedDamageTests {
    /// A site with January to March sealed, of which each run reads one bundle; then a byte of January's description changes.
    private static func site() throws -> SealedSite {
        let site = try SealedSite()
        try site.replace("    begin: ", with: "    verify-share: 1\n    begin: ")
        for (id, month, next) in [("b", "02", "03"), ("c", "03", "04")] {
            try site.record(id, month: month)
            try #require(try site.run("2026-\(next)-02").status == 0)
        }
        let spoilt = try site.folder.shell(
            "printf '\\377\\376' | dd of=site/archive/2026/audit-2026-01.zip bs=1 seek=5000 conv=notrunc")
        try #require(spoilt.status == 0)
        return site
    }

    @Test(
        "damage that was found is found again, whatever is lost of what remembers it",
        arguments: [
            "true", "rm records.ledger.archive-*", "rm archive/catalogue.json",
            "echo x > records.ledger.archive-audit.json",
            ": > records.ledger.archive-audit.json",
            "rm records.ledger.archive-* archive/catalogue.json archive/2026/cat*",
        ])
    func isFoundAgain(_ loss: String) throws {
        let site = try Self.site()
        // One bundle a run: within three runs January's is read.
        var found = try site.run("2026-04-03")
        for day in 4...5 where found.status == 0 { found = try site.run("2026-04-0\(day)") }
        let text = "2026/audit-2026-01.zip\" is not the bundle that was sealed"
        try #require(found.status == 13 && found.messages.contains(text), "\(found.messages)")
        try #require(try site.folder.shell("cd site && \(loss)").status == 0)
        let again = try site.run("2026-04-07")
        #expect(again.status != 0 && again.messages.contains("audit-2026-01.zip"), "\(again.messages)")
        let repaired = try site.folder.run("repair", "--config", "site/cartulary.yaml", "--full")
        #expect(
            repaired.status == 0 && repaired.output.contains("made 2026/audit-2026-01.zip again"),
            "\(repaired.messages)")
        let well = try site.run("2026-04-08")
        #expect(well.status == 0, "\(well.messages)")
        #expect(try site.verify().status == 0)
        let status = try site.folder.run("status", "--config", "site/cartulary.yaml", "--json").json
        #expect(status["archives"]?.array?.first?["damaged"]?.array == [])
    }

    @Test(
        "a file beside the ledger that is too long is named, and the hint moves it away",
        arguments: ["json", "tombstones"])
    func tooLong(_ ending: String) throws {
        let site = try SealedSite()
        #expect(try site.folder.shell("truncate -s 300M site/records.ledger.archive-audit.\(ending)").status == 0)
        let ran = try site.run("2026-02-03")
        #expect(ran.status == 65 && ran.messages.contains("archive-audit.\(ending)"), "\(ran.messages)")
        let line = try #require(ran.messages.split(separator: "\n").first { $0.hasPrefix("cartulary: hint: ") })
        #expect(try site.folder.shell(String(line.dropFirst("cartulary: hint: ".count))).status == 0)
        #expect(try site.run("2026-02-03").status == 0)
    }

    @Test("numbers agree with their nouns", arguments: [(1, "1 name that does not"), (2, "2 names that do not")])
    func agrees(_ count: Int, _ text: String) throws {
        let site = try SealedSite()
        for number in 0..<count { _ = try site.folder.write("x", to: "site/archive/x\(number).ZIP") }
        let ran = try site.run("2026-02-03")
        #expect(ran.status == 13 && ran.messages.contains(text), "\(ran.messages)")
        let lost = try SealedSite()
        #expect(try lost.folder.shell("rm site/archive/2026/*.zip").status == 0)
        #expect(try lost.run("2026-02-03").messages.contains("lacks 1 of 1 sealed bundle: "))
    }
}
