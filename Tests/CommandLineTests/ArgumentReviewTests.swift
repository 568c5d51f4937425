import Foundation
import Testing

@Suite("Arguments that are given twice, mistyped or out of place")
struct ArgumentReviewTests {
    /// Commands with an option for one value, given twice.
    static let repeated: [(program: String, arguments: [String], option: String)] = [
        ("cartulary", ["verify", "a.zip", "--trust", "a", "--trust", "b"], "--trust"),
        ("cartulary-verify", ["a.zip", "--trust", "a", "--trust=b"], "--trust"),
        ("cartulary-verify", ["--archive", "a", "--archive", "b", "--trust", "t"], "--archive"),
        ("cartulary", ["verify", "--archive", "a", "--archive", "a", "--trust", "t"], "--archive"),
        ("cartulary", ["export", "x", "--key", "k", "--out", "o", "--out", "p"], "--out"),
        ("cartulary", ["export", "x", "--key=k", "--key", "k", "--out", "o"], "--key"),
        ("cartulary", ["export", "x", "--key=k", "--out", "o", "--threads", "1", "--threads", "2"], "--threads"),
        ("cartulary", ["validate", "x", "--fail-on", "error", "--fail-on", "never"], "--fail-on"),
        ("cartulary", ["metrics", "x", "--period", "2026", "--period", "2025"], "--period"),
        ("cartulary", ["ingest", "x", "--ledger", "l", "--ledger", "l", "--key", "k"], "--ledger"),
        ("cartulary", ["ledger", "status", "--ledger", "l", "--ledger", "m"], "--ledger"),
        ("cartulary", ["ledger", "backup", "--ledger", "l", "--to", "a", "--to", "b"], "--to"),
        ("cartulary", ["list", "networks", "--ledger", "l", "--ledger", "m"], "--ledger"),
        ("cartulary", ["init", "f", "--begin", "2026-01", "--begin", "2026-02"], "--begin"),
        ("cartulary", ["run", "--config", "a", "--config", "b"], "--config"),
        ("cartulary", ["config", "show", "--config", "a", "--config", "b"], "--config"),
        ("cartulary", ["catalogue", "--archive", "a", "--archive", "b"], "--archive"),
        ("cartulary", ["prune", "--archive", "a", "--archive", "b"], "--archive"),
        ("cartulary", ["keygen", "--out", "a", "--out", "b"], "--out"),
    ]

    @Test("an option for one value that is given twice is an error, in every command", arguments: repeated)
    func repetition(program: String, arguments: [String], option: String) throws {
        let folder = try CommandFolder()
        let ran = try folder.run(arguments, program: program)
        #expect(ran.status == 64)
        #expect(
            ran.messages.hasPrefix("\(program): error: \(option) is given 2 times, expected once\n"), "\(ran.messages)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test("what may be repeated, or stands behind -- or in a value, is no repetition")
    func noRepetition() throws {
        let folder = try CommandFolder()
        let records = CommandFolder.records("audit-trail-bulk.json")
        let filters = ["--network", "base-mainnet", "--network", "base-sepolia"]
        #expect(!(try folder.run(["metrics", records] + filters).messages.contains("times, expected once")))
        let limits = ["--threshold", "p95-seconds=1", "--threshold", "pending-deployments=1"]
        #expect(try folder.run(["validate", records, "--fail-on", "never"] + limits).status == 0)
        let files = try folder.run("validate", "--threads", "1", "--", "--threads", "--threads")
        #expect(files.status == 66, "\(files.messages)")
    }

    @Test(
        "a mistyped command or option is answered with the one that is meant",
        arguments: [
            (["exprot"], "unknown command \"exprot\", did you mean export?", "cartulary export"),
            (
                ["ledger", "chekc", "--ledger", "a b"], "unknown command \"chekc\", did you mean check?",
                "cartulary ledger check --ledger 'a b'"
            ),
            (
                ["exprot", "$(touch pwned)"], "unknown command \"exprot\", did you mean export?",
                "cartulary export '$(touch pwned)'"
            ),
            (["xyzzyxyzzy"], "unknown command \"xyzzyxyzzy\", expected one of export, verify,", "cartulary --help"),
            (["export", "--bogus", "--ledger", "x"], "unknown option --bogus", "cartulary export --help"),
            (
                ["export", "a", "--bogus", "--ledger", "x", "--key", "k", "--out", "o"], "unknown option --bogus",
                "cartulary export --help"
            ),
            (
                ["ledger", "status", "--leger", "x"], "unknown option --leger, did you mean --ledger?",
                "cartulary ledger status --ledger x"
            ),
        ])
    func suggestions(arguments: [String], message: String, hint: String) throws {
        let ran = try CommandFolder().run(arguments)
        #expect(ran.status == 64)
        #expect(ran.messages.hasPrefix("cartulary: error: \(message)"), "\(ran.messages)")
        #expect(ran.line("hint: ") == hint)
    }

    @Test("help and version are no mistakes")
    func help() throws {
        let folder = try CommandFolder()
        for arguments in [
            ["--help"], ["export", "--help"], ["help", "export"], ["--version"], ["ledger", "check", "-h"],
        ] {
            #expect(try folder.run(arguments).status == 0)
        }
    }
}
