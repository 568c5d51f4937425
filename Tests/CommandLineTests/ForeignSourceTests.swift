import Foundation
import StrictJSON
import Testing

@Suite("Sources of other shapes, through the whole program")
struct ForeignSourceTests {
    @Test("a member of an envelope that was not read is an error, and keeps its period from being sealed")
    func unreadMember() throws {
        let place = try CommandFolder()
        #expect(try place.run("init", "site", "--begin", "2026-02").status == 0)
        _ = try place.write(HostileInputTests.good + "\n", to: "site/spool/a.ndjson")
        let envelope = #"{"success":true,"deployments":[],"items":[\#(HostileInputTests.good)]}"#
        let path = try place.write(envelope, to: "site/spool/b.json")
        let validated = try place.run("validate", path, "--json")
        #expect(validated.status == 65 || validated.status == 1)
        let whole = try place.run("validate", "site/spool", "--json")
        #expect(whole.status == 1 && whole.output.contains("unread-member") && whole.output.contains("items"))
        for _ in 0..<2 {
            let ran = try place.run(["run", "--config", "site/cartulary.yaml", "--now", "2026-03-05T00:00:00Z"])
            #expect([15, 65].contains(ran.status), "\(ran.status) \(ran.messages)")
            #expect(!FileManager.default.fileExists(atPath: "\(place.path)/site/archive/2026/audit-2026-02.zip"))
        }
    }

    @Test("a bundle among the inputs is refused by name, and what its reason says to do works")
    func bundle() throws {
        let place = try CommandFolder.withKey()
        #expect(try place.export().status == 0)
        let zip = "out/\(place.bundles[0])"
        let refused = try place.run("validate", zip)
        #expect(refused.status == 1)
        #expect(refused.output.contains("a bundle, expected JSON, NDJSON or CSV"), "\(refused.output)")
        let unpack = Process()
        unpack.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        unpack.arguments = ["-m", "zipfile", "-e", "\(place.path)/\(zip)", "\(place.path)/unpacked"]
        try unpack.run()
        unpack.waitUntilExit()
        let name = zip.dropFirst(4).dropLast(4)
        let trail = "unpacked/\(name)/data/audit-trail.json"
        let read = try place.run("validate", trail, "--json").json["counts"]
        #expect(read?["accepted"]?.integer == 241 && read?["rejected"]?.integer == 0)
    }

    @Test("the reason of an envelope that failed is shown")
    func failure() throws {
        let place = try CommandFolder()
        for (text, words) in [
            (#"{"success":false,"errorMessage":"timeout"}"#, "timeout"),
            (#"{"title":"Unauthorized","status":401}"#, "Unauthorized"),
        ] {
            let path = try place.write(text, to: "a.json")
            let ran = try place.run("validate", path)
            #expect(ran.status == 1 && (ran.output + ran.messages).contains(words), "\(ran.output) \(ran.messages)")
        }
    }

    @Test("what an envelope says does not reach a terminal as a command to it")
    func escapes() throws {
        let place = try CommandFolder()
        let path = try place.write(
            #"{"success":false,"errorMessage":"\u001b[2Jgone"}"# + "\n" + #"{"success":true,"\u001b[31mx":[1]}"# + "\n",
            to: "a.json")
        let ran = try place.run("validate", path)
        #expect(ran.status == 1 || ran.status == 65)
        #expect(!(ran.output + ran.messages).contains("\u{1B}"))
    }
}
