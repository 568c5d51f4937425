import Foundation
import Testing

@Suite("cartulary verify and cartulary-verify")
struct VerifyProgramsTests {
    /// The part of a help text that lists arguments and options.
    private static func sections(_ help: String) -> Substring {
        help.firstRange(of: "ARGUMENTS:").map { help[$0.lowerBound...] } ?? ""
    }

    @Test("both programs have the same arguments and options, with the same help")
    func help() throws {
        let folder = try CommandFolder()
        let command = try folder.run("verify", "--help")
        let program = try folder.run(["--help"], program: "cartulary-verify")
        #expect(command.status == 0 && program.status == 0)
        let sections = Self.sections(command.output)
        #expect(sections.contains("--trust <file>") && sections.contains("--resume <file>"))
        #expect(sections == Self.sections(program.output))
    }

    @Test("both programs print the same and end with the same status")
    func results() throws {
        let folder = try CommandFolder.withKey()
        _ = try folder.export("-q")
        _ = try folder.run("keygen", "--out", "other", "-q")
        _ = try folder.write("not a bundle", to: "none.zip")
        _ = try folder.write("not a key", to: "none.pub")
        let bundle = "out/audit-all.zip"
        let time = ["--verify-time", "2026-05-01T00:00:00Z"]
        let cases: [(arguments: [String], status: Int32)] = [
            ([bundle, "--trust", "key.pub"], 0), ([bundle, "--trust", "key.allowed_signers", "-v"] + time, 0),
            ([bundle, "--trust", "key.pub", "-q"], 0), ([bundle, "none.zip", "--trust", "key.pub", "--json"], 14),
            ([bundle, "--trust", "key.pub", "--threads", "1", "--no-color"], 0),
            ([bundle, "--trust", "other.pub"], 12), (["none.zip", "--trust", "key.pub"], 14),
            (["missing.zip", "--trust", "key.pub"], 66), ([bundle, "--trust", "missing"], 66),
            ([bundle, "--trust", "none.pub"], 64), ([bundle], 64), (["--trust", "key.pub"], 64),
            ([bundle, "--trust", "key.pub", "--resume", "seen"], 64),
            ([bundle, "--trust", "key.pub", "--archive", "out"], 64),
            (["--archive", "out", "--subset", "4/3", "--trust", "key.pub"], 64),
            (["--archive", "out", "--resume", "missing/seen", "--trust", "key.pub"], 73),
            (["--archive", "missing", "--trust", "key.pub"], 66),
            ([bundle, "--trust", "key.pub", "--verify-time", "yesterday"], 64),
            ([bundle, "--trust", "key.pub", "-q", "-v"], 64), ([bundle, "--trust", "key.pub", "--threads", "0"], 64),
        ]
        for (arguments, status) in cases {
            let command = try folder.run(["verify"] + arguments)
            let program = try folder.run(arguments, program: "cartulary-verify")
            #expect(command.status == status, "\(arguments): \(command.output)\(command.messages)")
            #expect(program.status == command.status && program.output == command.output, "\(arguments)")
            if status != 64 {
                #expect(
                    program.messages.replacing("cartulary-verify: ", with: "cartulary: ") == command.messages,
                    "\(arguments): \(program.messages)")
            }
        }
    }

    @Test("an archive has the same verdict by both programs, in parts and resumed")
    func archive() throws {
        let folder = try CommandFolder()
        #expect(try folder.run("init", "site", "--begin", "2026-02", "--covers-until", "unchecked").status == 0)
        _ = try folder.write(HostileInputTests.good + "\n", to: "site/spool/a.ndjson")
        let run = try folder.run("run", "--config", "site/cartulary.yaml", "--now", "2026-03-05T00:00:00Z")
        #expect(run.status == 0, "\(run.messages)")
        let archive = ["--archive", "site/archive", "--trust", "site/archive-key.pub"]
        for more in [[], ["--json"], ["-v"], ["--subset", "2/2"], ["--resume"], ["--resume"]] {
            let results = try [("cartulary", ["verify"]), ("cartulary-verify", [])].map { program, words in
                let file = more == ["--resume"] ? ["seen-\(program)"] : []
                return try folder.run(words + archive + more + file, program: program)
            }
            #expect(results[0].status == 0, "\(more): \(results[0].output)\(results[0].messages)")
            #expect(results[0].output == results[1].output && results[1].status == 0, "\(more)")
        }
        let resumed = try folder.run(["verify"] + archive + ["--resume", "seen-cartulary-verify"])
        #expect(resumed.output.contains("expected 1 bundle, found 1, 0 of 0 valid, 1 valid in an earlier run"))
    }
}
