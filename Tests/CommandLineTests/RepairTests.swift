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

        init(_ text: String, _ commands: String, _ options: [String] = [], status: Int32 = 0) {
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
            ["--from", "site/kept"]),
        Loss(
            "a bundle and its key, and a damaged copy",
            "cp -a archive kept && \(losesKey) && rm \(bundle) && truncate -s 9 kept/2026/*.zip",
            ["--from", "site/kept"],
            status: 13),
        Loss(
            "a bundle and the ledger, and a copy", "cp -a archive kept && rm \(bundle) records.ledger*",
            ["--from", "site/kept"]),
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
        let fingerprint = lost.output.trimmingCharacters(in: .whitespacesAndNewlines)
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
