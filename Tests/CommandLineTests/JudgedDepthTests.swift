import Foundation
import StrictJSON
import Testing

/// How much of a bundle was checked stands beside its verdict.
@Suite("Depth of a verification")
struct JudgedDepthTests {
    private static let programs = [("cartulary", ["verify"]), ("cartulary-verify", [])]

    private static func answer(_ ran: Ran) throws -> JSONValue {
        try JSONValue(parsing: Array((ran.output.split(separator: "\n").first ?? "").utf8))
    }

    private static func leavesContent(_ answer: JSONValue) -> Bool {
        (answer["notCompared"]?.array ?? []).contains { $0.string?.hasPrefix("content: ") == true }
    }

    @Test("a bundle outside of the subset is not said to be valid without a word", arguments: programs.indices)
    func subset(_ index: Int) throws {
        let (program, verb) = Self.programs[index]
        let site = try SealedSite()
        let words = verb + ["--archive", "site/archive", "--trust", "site/archive-key.allowed_signers"]
        for (part, judged) in [("1/2", "whole"), ("2/2", "signature-and-position")] {
            let ran = try site.folder.run(words + ["--subset", part, "--json"], program: program)
            let answer = try Self.answer(ran)
            #expect(ran.status == 0 && answer["judged"]?.string == judged, "\(ran.output)")
            #expect(Self.leavesContent(answer) == (judged != "whole"), "\(ran.output)")
            let text = try site.folder.run(words + ["--subset", part, "-v"], program: program).output
            #expect(text.contains("Seal: intact: valid") == (judged == "whole"), "\(text)")
            let says = text.contains("Seal: signature and position are valid, content not checked")
            #expect(says == (judged != "whole"), "\(text)")
        }
    }

    @Test("a bundle that an earlier run found valid is said to be so", arguments: programs.indices)
    func resumed(_ index: Int) throws {
        let (program, verb) = Self.programs[index]
        let site = try SealedSite()
        let words =
            verb + ["--archive", "site/archive", "--trust", "site/archive-key.allowed_signers", "--resume", "seen"]
        let first = try Self.answer(try site.folder.run(words + ["--json"], program: program))
        #expect(first["judged"]?.string == "whole" && !Self.leavesContent(first))
        let second = try Self.answer(try site.folder.run(words + ["--json"], program: program))
        #expect(second["judged"]?.string == "signature-and-bytes" && Self.leavesContent(second))
        let text = try site.folder.run(words + ["-v"], program: program).output
        #expect(text.contains("Seal: intact: every byte is as in an earlier run") && !text.contains("intact: valid"))
    }
}
