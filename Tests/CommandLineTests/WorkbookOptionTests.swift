import Foundation
import StrictJSON
import Testing

/// Bundles with and without `tables.xlsx`, as `--workbook` and the configuration choose.
@Suite("--workbook")
struct WorkbookOptionTests {
    private static let workbook = "tables.xlsx"

    private static func holdsWorkbook(_ bundle: String, in folder: CommandFolder) throws -> Bool {
        let listed = try folder.shell("unzip -Z1 \(bundle)")
        try #require(listed.status == 0, "\(listed.messages)")
        return listed.output.contains("/data/\(workbook)\n")
    }

    @Test(
        "auto and always make the same bytes; never leaves the workbook out, and both verifiers find that bundle valid")
    func choices() throws {
        let place = try CommandFolder.withKey()
        #expect(try place.export("--name", "b").status == 0)
        let auto = try place.bytes("\(place.path)/out/b.zip")
        let always = try place.export("--name", "b", "--workbook", "always", "--json", "-q")
        #expect(always.json["result"]?.string == "already-there", "\(always.messages)")
        #expect(try place.bytes("\(place.path)/out/b.zip") == auto)
        #expect(try Self.holdsWorkbook("out/b.zip", in: place))

        #expect(try place.export("--name", "n", "--workbook", "never").status == 0)
        #expect(try !Self.holdsWorkbook("out/n.zip", in: place))
        for program in ["cartulary", "cartulary-verify"] {
            let words = ["out/n.zip", "--trust", "key.allowed_signers", "--json"]
            let verified = try place.run((program == "cartulary" ? ["verify"] : []) + words, program: program)
            #expect(verified.status == 0 && verified.json["verdict"]?.string == "valid", "\(verified.output)")
        }
        let refused = try place.export("--workbook", "sometimes")
        #expect(refused.status == 64 && refused.messages.contains("auto"), "\(refused.messages)")
    }

    @Test("a workbook that was taken away is missed, and the words that would excuse it are signed")
    func takenAway() throws {
        let place = try CommandFolder.withKey()
        #expect(try place.export("--name", "b").status == 0)
        #expect(try place.shell("unzip -q out/b.zip && rm b/data/tables.xlsx").status == 0)
        let missing = try place.run("verify", "b", "--trust", "key.allowed_signers")
        #expect(missing.status == 10 && missing.output.contains("data/tables.xlsx is missing"), "\(missing.output)")
        let edit = #"s/"command":\["export"\([^]]*\)\]/"command":["export"\1,"--workbook","never"]/"#
        #expect(try place.shell("sed -i '\(edit)' b/data/bundle.json && grep -q never b/data/bundle.json").status == 0)
        #expect(try place.run("verify", "b", "--trust", "key.allowed_signers").status == 10)
    }

    @Test("a series goes on without the workbook until always is said; a sealed bundle stays as it was sealed")
    func series() throws {
        let place = try CommandFolder.withKey()
        for month in ["01", "02", "03"] {
            let id = "d\(month)"
            _ = try place.write(
                #"{"id":"\#(id)","deploymentId":"\#(id)","status":"Queued","timestamp":"2026-\#(month)-10T10:00:00Z"}"#
                    + "\n", to: "\(id).ndjson")
        }
        func ingest(_ name: String, _ received: String) throws {
            let ran = try place.run("ingest", name, "--ledger", "l", "--key", "key", "--received", received, "-q")
            try #require(ran.status == 0, "\(ran.messages)")
        }
        func export(_ period: String, _ more: String..., now: String = "2026-05-01") throws -> Ran {
            try place.run(
                [
                    "export", "--ledger", "l", "--key", "key", "--out", "out", "--period", period, "--now",
                    "\(now)T00:00:00Z",
                ]
                    + more)
        }
        try ingest("d01.ndjson", "2026-04-01T00:00:00Z")
        try ingest("d03.ndjson", "2026-04-01T00:00:00Z")
        #expect(try export("2026-01", "--workbook", "never").status == 0)
        #expect(try export("2026-02").status == 0, "as the one before")
        #expect(try !Self.holdsWorkbook("out/audit-2026-02.zip", in: place))

        let other = try export("2026-02", "--workbook", "always")
        #expect(other.status == 64, "\(other.messages)")
        #expect(
            other.messages.contains("--workbook always was given: it was sealed without a workbook"),
            "\(other.messages)")
        #expect(try export("2026-02", "--workbook", "never").status == 0)
        let sealed = try place.bytes("\(place.path)/out/audit-2026-02.zip")
        #expect(try place.shell("rm out/audit-2026-02.zip").status == 0)
        #expect(try export("2026-02").status == 0)
        #expect(try place.bytes("\(place.path)/out/audit-2026-02.zip") == sealed, "made again from the log")

        #expect(try export("2026-03", "--workbook", "always").status == 0)
        #expect(try Self.holdsWorkbook("out/audit-2026-03.zip", in: place))
        #expect(try export("2026-03", "--workbook", "never").messages.contains("sealed with a workbook"))
        // A correction is as the latest bundle of the series.
        try ingest("d02.ndjson", "2026-06-01T00:00:00Z")
        #expect(try export("2026-02", now: "2026-06-02").status == 0)
        #expect(try Self.holdsWorkbook("out/audit-2026-02-r1.zip", in: place))
        #expect(
            try export("2026-01", "--response", "--workbook", "never", "--name", "answer", now: "2026-06-02").status
                == 0)
        #expect(try !Self.holdsWorkbook("out/answer.zip", in: place))
        let verified = try place.shell("cartulary verify out/*.zip --trust key.allowed_signers")
        #expect(verified.status == 0, "\(verified.output)")
    }

    @Test("an archive of the configuration seals with and without the workbook")
    func configuration() throws {
        let site = try SealedSite()
        #expect(try Self.holdsWorkbook("site/archive/2026/audit-2026-01.zip", in: site.folder))
        try site.replace("    begin: ", with: "    workbook: never\n    begin: ")
        try site.record("b", month: "02")
        #expect(try site.run("2026-03-02").status == 0)
        #expect(try !Self.holdsWorkbook("site/archive/2026/audit-2026-02.zip", in: site.folder))
        let shown = try site.folder.run("config", "show", "--config", "site/cartulary.yaml")
        #expect(shown.output.contains("workbook: never"), "\(shown.output)")
        let json = try site.folder.run("config", "show", "--config", "site/cartulary.yaml", "--json").json
        #expect(json["archives"]?.array?.first?["workbook"]?.string == "never")

        try site.replace("workbook: never", with: "workbook: auto")
        try site.record("c", month: "03")
        #expect(try site.run("2026-04-02").status == 0)
        #expect(try !Self.holdsWorkbook("site/archive/2026/audit-2026-03.zip", in: site.folder))
        // What is made again is what was sealed.
        #expect(try site.folder.shell("mv site/archive/2026/audit-2026-02.zip kept").status == 0)
        let again = try site.folder.run("repair", "--config", "site/cartulary.yaml")
        #expect(again.status == 0, "\(again.messages)")
        #expect(try site.folder.shell("cmp site/archive/2026/audit-2026-02.zip kept").status == 0)
        #expect(try site.verify(at: "2026-04-02T00:00:00Z").status == 0)

        try site.replace("workbook: auto", with: "workbook: sometimes")
        let check = try site.check()
        #expect(check.status == 64 || check.status == 78 || check.status == 65, "\(check.messages)")
        #expect(check.messages.contains("expected one of auto, always, never"), "\(check.messages)")
    }
}
