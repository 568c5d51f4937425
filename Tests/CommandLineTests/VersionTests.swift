import CommandAnswers
import CommandLineInterface
import Foundation
import StrictJSON
import Testing

@Suite("Versions")
struct VersionTests {
    @Test("docs/upgrade.md has the number of each format that the programs write")
    func numbers() throws {
        let text = try String(contentsOf: CommandFolder.root.appending(path: "docs/upgrade.md"), encoding: .utf8)
        let rows = text.split(separator: "\n").compactMap { line -> [String]? in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            return cells.count == 3 && cells[1].hasPrefix("`") ? Array(cells.prefix(2)) : nil
        }
        #expect(rows == Formats.all.map { [$0.name, "`\($0.number)`"] })
        #expect(Set(Formats.all.map(\.number)).count == Formats.all.count)
    }

    @Test("verify names the version of before 1.0 that made a bundle")
    func development() throws {
        let place = try CommandFolder.withKey()
        #expect(try place.export().status == 0)
        for (program, words) in [("cartulary", ["verify"]), ("cartulary-verify", [])] {
            let verify = words + ["out/audit-all.zip", "--trust", "key.pub"]
            let answer = try place.run(verify + ["--json"], program: program)
            #expect(answer.json["toolVersion"]?.string == Version.text)
            #expect(answer.json["isDevelopment"] == .bool(Version.text.hasPrefix("0.")))
            let line = "made by version \(Version.text), before 1.0"
            #expect(try place.run(verify + ["-v"], program: program).output.contains(line))
            #expect(try !place.run(verify, program: program).output.contains(line))
        }
    }

    @Test("a configuration states its version or not, and another one is refused", arguments: ["", "1", "2", "0", "x"])
    func configuration(version: String) throws {
        let site = try SealedSite()
        let text = try site.folder.read("site/cartulary.yaml")
        if !version.isEmpty { _ = try site.folder.write("version: \(version)\n" + text, to: "site/cartulary.yaml") }
        let ran = try site.check()
        #expect(ran.status == (["", "1"].contains(version) ? 0 : 64), "\(ran.messages)")
        if ran.status == 64 { #expect(ran.messages.contains("version")) }
    }
}
