import Foundation
import StrictJSON
import Testing

/// What the verdict on an archive says of it, and what it is held against, by both programs.
@Suite("An archive as a recipient verifies it again and again")
struct ArchiveMemoryTests {
    /// An archive of two months, its first state kept in `before`, with the checkpoint of then.
    static func archive() throws -> CommandFolder {
        let folder = try CommandFolder()
        #expect(try folder.run("init", "site", "--begin", "2026-02", "--covers-until", "unchecked").status == 0)
        _ = try folder.write(HostileInputTests.good + "\n", to: "site/spool/a.ndjson")
        for (month, copy) in [("03", "before"), ("04", "now")] {
            let run = try folder.run("run", "--config", "site/cartulary.yaml", "--now", "2026-\(month)-05T00:00:00Z")
            #expect(run.status == 0, "\(run.messages)")
            try folder.prepare("cp -r site/archive \(copy)")
        }
        return folder
    }

    static let signed = ["--trust", "site/archive-key.pub", "--verify-time", "2026-04-06T00:00:00Z"]

    @Test("two ledgers of the same name, key and records never share an origin; one ledger keeps its own")
    func origins() throws {
        var origins: Set<String> = []
        for name in ["one", "two"] {
            let folder = try CommandFolder()
            _ = try folder.write(HostileInputTests.good + "\n", to: "a.ndjson")
            #expect(try folder.run("keygen", "--out", "key").status == 0)
            for _ in 0..<2 {
                let words = ["ingest", "a.ndjson", "--ledger", "records.ledger", "--key", "key"]
                #expect(try folder.run(words, environment: ["CARTULARY_LEDGER_IDENTITY": ""]).status == 0, "\(name)")
                let note = try folder.read("records.ledger.checkpoint")
                origins.insert(String(note.prefix { $0 != "\n" }))
            }
        }
        #expect(
            origins.count == 2
                && origins.allSatisfy { $0.wholeMatch(of: /cartulary\/ledger\/records\.ledger\/[0-9a-f]{16}/) != nil })
    }

    @Test(
        "an identity that is none is an error of use",
        arguments: ["1", "0123456789ABCDEF", "0123456789abcdef0", "x/../"])
    func noIdentity(_ text: String) throws {
        let folder = try CommandFolder()
        _ = try folder.write(HostileInputTests.good + "\n", to: "a.ndjson")
        #expect(try folder.run("keygen", "--out", "key").status == 0)
        let words = ["ingest", "a.ndjson", "--ledger", "records.ledger", "--key", "key"]
        #expect(try folder.run(words, environment: ["CARTULARY_LEDGER_IDENTITY": text]).status == 64)
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/records.ledger"))
    }

    @Test("a line that somebody else wrote into the file of --resume ends the command")
    func forgedMemory() throws {
        let folder = try Self.archive()
        let archive = ["--archive", "now", "--resume", "seen"] + Self.signed
        #expect(try folder.run(["verify"] + archive).status == 0)
        let seen = try folder.read("seen")
        #expect(seen.contains("\nbundle 1 ") && seen.contains("\ncheckpoint cartulary/archive/"))
        let forged = seen.replacing("bundle 1 ", with: "bundle 3 ")
        for text in [forged, seen + "bundle 3 \(String(repeating: "0", count: 64))\n"] {
            _ = try folder.write(text, to: "seen")
            let result = try folder.runBoth(archive)
            #expect(
                result.status == 64 && result.messages.contains("was not written with the secret"), "\(result.messages)"
            )
        }
        _ = try folder.write(seen, to: "seen")
        #expect(try folder.runBoth(archive).status == 0)
        let secret = try folder.read("seen.secret")
        _ = try folder.write(String(secret.reversed()), to: "seen.secret")
        #expect(try folder.runBoth(archive).status == 64)
        try folder.prepare("rm seen.secret")
        #expect(try folder.runBoth(archive).status == 66)
        #expect(try folder.runBoth(Array(["--archive", "now", "--since", "seen"]) + Self.signed).status == 64)
    }

    @Test("an archive that went back, was forked or lost a bundle is told by --resume and by --since, in both programs")
    func memory() throws {
        let folder = try Self.archive()
        #expect(try folder.run(["verify", "--archive", "now", "--resume", "seen"] + Self.signed).status == 0)
        try folder.prepare("cp now/checkpoint kept; cp before/checkpoint kept-before")
        func check(_ archive: String, _ more: [String], gives status: Int32, saying words: String) throws {
            let result = try folder.runBoth(["--archive", archive] + more + Self.signed)
            #expect(
                result.status == status && result.output.contains(words), "\(archive) \(more): \(result.output)")
        }
        try check("now", ["--resume", "seen"], gives: 0, saying: "2 valid in an earlier run")
        try check("now", ["--since", "kept"], gives: 0, saying: "Archive now: valid")
        try check("now", ["--since", "kept-before"], gives: 0, saying: "Archive now: valid")
        // By itself an older copy is in order.
        try check("before", [], gives: 0, saying: "Archive before: valid")
        try check(
            "before", ["--since", "kept"], gives: 13, saying: "went back: the checkpoint of --since has 2 bundles")
        try check("before", ["--resume", "seen"], gives: 13, saying: "went back: an earlier run has 2 bundles")
        // A byte that was altered since is found though the bundle was valid then.
        try folder.prepare(
            "cp -r now altered; f=$(ls altered/2026/*02.zip); s=$(($(stat -c %s $f) / 2)); printf x | dd of=$f bs=1 seek=$s conv=notrunc"
        )
        try check("altered", ["--resume", "seen"], gives: 10, saying: "0 of 0 valid, 1 valid in an earlier run")
        try folder.prepare("cp -r now lost; rm lost/2026/*02.zip")
        try check("lost", ["--resume", "seen"], gives: 13, saying: "position 1, which an earlier run saw, is gone")
    }

    @Test("the answer says of which archive it is, as text and as JSON, and names a promise that is overdue")
    func identity() throws {
        let folder = try Self.archive()
        let now = ["--archive", "now", "--trust", "site/archive-key.pub"]
        let text = try folder.runBoth(now + ["--verify-time", "2026-04-06T00:00:00Z"])
        for words in [
            "  archive: audit, ledger cartulary/ledger/", "  key: SHA256:", "newest audit-2026-03",
            "  next: 2026-04-01",
        ] { #expect(text.output.contains(words), "\(words) in \(text.output)") }
        #expect(!text.output.contains("overdue"))
        let late = try folder.runBoth(now + ["--verify-time", "2035-01-01T00:00:00Z"])
        #expect(
            late.status == 0 && late.output.contains("warning: overdue: the bundle of 2026-04-01"), "\(late.output)")
        let json = try folder.runBoth(now + ["--verify-time", "2035-01-01T00:00:00Z", "--json"])
        let answer = try JSONValue(parsing: Array((json.output.split(separator: "\n").last ?? "").utf8))
        #expect(answer["name"]?.string == "audit" && answer["newest"]?["name"]?.string == "audit-2026-03")
        #expect(answer["isOverdue"] == .bool(true) && answer["keys"]?.array?.count == 1)
        #expect(answer["ledger"]?.string?.hasPrefix("cartulary/ledger/") == true && answer["uncovered"] == .array([]))
        // An archive's folder in the place of a bundle is named for what it is.
        let folderAlone = try folder.runBoth(["now", "--trust", "site/archive-key.pub"])
        #expect(folderAlone.status == 14 && folderAlone.output.contains("verify it with --archive"))
    }
}
