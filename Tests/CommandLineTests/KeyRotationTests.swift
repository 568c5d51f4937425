import Foundation
import Testing

@Suite("Replacing the key that signs")
struct KeyRotationTests {
    @Test("an archive verifies before, during and after a rotation, and the new key signs")
    func rotation() throws {
        let site = try SealedSite()
        let folder = site.folder
        #expect(try site.verify().status == 0)
        let before = try folder.read("site/archive-key.pub")
        let rotated = try folder.run("key", "rotate", "--key", "site/archive-key")
        #expect(rotated.status == 0 && rotated.output == "site/archive-key\n", "\(rotated.messages)")
        #expect(try folder.read("site/archive-key.pub") != before)
        #expect(try site.verify().status == 0, "before the next run")
        #expect(try site.run("2026-02-03").status == 0)
        #expect(try site.verify().status == 0, "after a run that seals nothing")
        try site.record("b", month: "02")
        #expect(try site.run("2026-03-02").status == 0)
        #expect(try site.verify().status == 0, "after the new key has sealed")
        let end = try #require(
            rotated.messages.split(separator: " ").first { $0.hasPrefix("20") && $0.hasSuffix("Z,") })
        let later = "\((Int(end.prefix(4)) ?? 0) + 2)-01-01"
        #expect(try site.verify(at: later).status == 0, "after the old key has ended")
        let lines = rotated.messages.split(separator: "\n")
        let new = try #require(lines.first { $0.hasPrefix("new key ") }?.dropFirst("new key ".count))
        #expect(try site.description("audit-2026-02").contains(new) && !site.description("audit-2026-01").contains(new))
        #expect(try site.check().messages.contains("key \(new) signs"))
    }

    @Test("ssh-keygen verifies the statement with either key, by the trust file of before and of after")
    func statement() throws {
        let site = try SealedSite()
        let folder = site.folder
        #expect(try folder.shell("cp site/archive-key.allowed_signers old").status == 0)
        #expect(try folder.run("key", "rotate", "--key", "site/archive-key", "-q").messages == "")
        for (trust, signature, status) in [
            ("old", "sig", 0), ("site/archive-key.allowed_signers", "sig", 0),
            ("site/archive-key.allowed_signers", "new.sig", 0), ("old", "new.sig", 255),
        ] as [(String, String, Int32)] {
            let ran = try folder.shell(
                "ssh-keygen -Y verify -f \(trust) -I audit -n cartulary-approval -s site/archive-key.1.rotation.\(signature) "
                    + "< site/archive-key.1.rotation")
            #expect(ran.status == status, "\(trust) \(signature) \(ran.messages) \(ran.output)")
        }
        let mode = try folder.shell("stat -c %a site/archive-key site/archive-key.1").output
        #expect(mode == "600\n600\n")
        #expect(!site.exists("site/archive-key.next"))
    }

    @Test("two rotations keep both old keys; other lines of the trust file stay")
    func twice() throws {
        let site = try SealedSite()
        let folder = site.folder
        _ = try folder.run("keygen", "--out", "other", "--identity", "other")
        let note = "# ours\n"
        let trust = "site/archive-key.allowed_signers"
        _ = try folder.write(note + folder.read("other.allowed_signers") + folder.read(trust), to: trust)
        for _ in 0..<2 { #expect(try folder.run("key", "rotate", "--key", "site/archive-key").status == 0) }
        let lines = try folder.read(trust).split(separator: "\n").map(String.init)
        let others = ["# ours"] + (try folder.read("other.allowed_signers")).split(separator: "\n").map(String.init)
        #expect(lines.count == 5 && Array(lines.prefix(2)) == others)
        #expect(lines[2...].filter { $0.contains("valid-before") }.count == 2)
        #expect(!lines[4].contains("valid-after") && !lines[4].contains("valid-before"))
        #expect(try folder.read("site/archive-key.1.pub") != folder.read("site/archive-key.2.pub"))
        #expect(try site.verify().status == 0)
    }

    @Test("a period that ended before the rotation, and is sealed after it, verifies as of its end with every tool")
    func endedBefore() throws {
        let site = try SealedSite()
        let folder = site.folder
        try site.record("b", month: "02")
        #expect(try folder.run("key", "rotate", "--key", "site/archive-key").status == 0)
        #expect(try site.run("2026-03-02").status == 0)
        let trust = "site/archive-key.allowed_signers"
        for program in ["cartulary verify", "cartulary-verify"] {
            let words = program.split(separator: " ").map(String.init)
            let ran = try folder.run(
                Array(words.dropFirst()) + [
                    "site/archive/2026/audit-2026-02.zip", "--trust", trust, "--verify-time", "2026-03-01T00:00:00Z",
                ], program: words[0])
            #expect(ran.status == 0, "\(program): \(ran.output)\(ran.messages)")
        }
        let stock = try folder.shell(
            "cd site && unzip -q archive/2026/audit-2026-02.zip && ssh-keygen -Y find-principals -f archive-key.allowed_signers "
                + "-Overify-time=20260301000000Z -s audit-2026-02/signatures/tagmanifest-sha256.txt.sig")
        #expect(stock.status == 0, "\(stock.output)\(stock.messages)")
    }

    @Test("a rotation that was interrupted is completed with the same key", arguments: [1, 2])
    func interrupted(_ rotation: Int) throws {
        let site = try SealedSite()
        let folder = site.folder
        if rotation == 2 { #expect(try folder.run("key", "rotate", "--key", "site/archive-key").status == 0) }
        #expect(try folder.shell("cp site/archive-key before && mkdir site/archive-key.pem.new").status == 0)
        #expect(try folder.run("key", "rotate", "--key", "site/archive-key").status != 0)
        #expect(try folder.read("site/archive-key") == folder.read("before"), "the old key signs on")
        let next = try folder.read("site/archive-key.next")
        #expect(try site.check().status == 0 && site.verify().status == 0)
        #expect(try folder.shell("rmdir site/archive-key.pem.new").status == 0)
        #expect(try folder.run("key", "rotate", "--key", "site/archive-key").status == 0)
        #expect(try folder.read("site/archive-key") == next)
        let lines = try folder.read("site/archive-key.allowed_signers").split(separator: "\n")
        #expect(lines.count == rotation + 1)
        #expect(!site.exists("site/archive-key.\(rotation + 1)"))
        #expect(try site.verify().status == 0)
    }
}
