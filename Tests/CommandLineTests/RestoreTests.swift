import Foundation
import StrictJSON
import Testing

/// A configured folder in which things are lost and put back; every hint that is printed is typed in a shell.
@Suite("Ledgers and bundles that were put back")
struct RestoreTests {
    /// A site with January to March sealed; the ledger's files as they were after January are kept in `old`.
    private static func site() throws -> CommandFolder {
        let folder = try CommandFolder()
        #expect(try folder.run("init", "site", "--begin", "2026-01").status == 0)
        for (month, now) in [("01", "2026-02-06"), ("02", "2026-03-06"), ("03", "2026-04-06")] {
            _ = try folder.write(
                #"{"id":"\#(month)","deploymentId":"d\#(month)","status":"Queued","timestamp":"2026-\#(month)-10T10:00:00Z"}"#
                    + "\n", to: "site/spool/\(month).ndjson")
            _ = try folder.write("2026-\(month)\n", to: "site/records-cover")
            let ran = try run(folder, now)
            #expect(ran.status == 0, "\(ran.messages)")
            if month == "01" {
                let backup = try folder.run("ledger", "backup", "--ledger", "site/records.ledger", "--to", "old")
                #expect(backup.status == 0, "\(backup.messages)")
            }
        }
        return folder
    }

    private static func run(_ folder: CommandFolder, _ now: String, more: String...) throws -> Ran {
        try folder.run(["run", "--config", "site/cartulary.yaml", "--now", "\(now)T00:00:00Z"] + more)
    }

    /// Types the hint of a command into a shell.
    private static func typeHint(_ ran: Ran, in folder: CommandFolder) throws -> Ran {
        let mark = "cartulary: hint: "
        let line = try #require(ran.messages.split(separator: "\n").first { $0.hasPrefix(mark) })
        return try folder.shell(String(line.dropFirst(mark.count)))
    }

    private static func removeLedger(_ folder: CommandFolder) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path + "/site")
        where name.hasPrefix("records.ledger") {
            try FileManager.default.removeItem(atPath: folder.path + "/site/" + name)
        }
    }

    @Test("a restored older ledger is refused by each command, and the hint says what to do")
    func olderLedger() throws {
        let folder = try Self.site()
        let drill = ["ledger", "restore-drill", "--config", "site/cartulary.yaml"]
        let sound = try folder.run(drill)
        #expect(sound.status == 0 && sound.output.contains("belong together"), "\(sound.messages)")
        try Self.removeLedger(folder)
        #expect(
            try folder.run("ledger", "backup", "--ledger", "old", "--to", "site/records.ledger").status == 0)
        for words in [
            ["run", "--config", "site/cartulary.yaml"], ["run", "--config", "site/cartulary.yaml", "--dry-run"],
            ["config", "check", "--config", "site/cartulary.yaml"], drill,
        ] {
            let ran = try folder.run(words)
            #expect(ran.status == 13, "\(words): \(ran.messages)")
            #expect(ran.messages.contains("older copy"), "\(ran.messages)")
        }
        let told = try Self.typeHint(try folder.run("run", "--config", "site/cartulary.yaml"), in: folder)
        #expect(told.status == 13 && told.output.contains("put back a newer copy of the ledger"), "\(told.output)")
        // The log cannot be made again without its sources; with the newer files in place all fits again.
        let bundles = try folder.run("verify", "--archive", "site/archive", "--trust", "site/archive-key.pub")
        #expect(bundles.status == 0, "\(bundles.output)")
    }

    @Test("a bundle is made again however long the ledger was not written")
    func repairsLater() throws {
        let folder = try CommandFolder()
        #expect(try folder.run("init", "site", "--begin", "2024-01").status == 0)
        _ = try folder.write(
            #"{"id":"a","deploymentId":"d","status":"Queued","timestamp":"2024-01-10T10:00:00Z"}"# + "\n",
            to: "site/spool/a.ndjson")
        _ = try folder.write("2024-01\n", to: "site/records-cover")
        #expect(try Self.run(folder, "2024-02-06").status == 0)
        let bundle = folder.path + "/site/archive/2024/audit-2024-01.zip"
        let bytes = try Data(contentsOf: URL(fileURLWithPath: bundle))
        try FileManager.default.removeItem(atPath: bundle)
        let repaired = try folder.run("repair", "--config", "site/cartulary.yaml")
        #expect(repaired.status == 0, "\(repaired.messages)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: bundle)) == bytes)
    }

    @Test(
        "a ledger and an archive put back from before the last files, and no mark: the drill names them, and the hint takes them in again"
    )
    func filesOfAfter() throws {
        let folder = try Self.site()
        #expect(try folder.shell("mkdir kept && cp -a site/archive site/records.ledger* kept").status == 0)
        _ = try folder.write(
            #"{"id":"04","deploymentId":"d04","status":"Queued","timestamp":"2026-04-10T10:00:00Z"}"# + "\n",
            to: "site/spool/04.ndjson")
        _ = try folder.write("2026-04\n", to: "site/records-cover")
        #expect(try Self.run(folder, "2026-05-06").status == 0)
        #expect(
            try folder.shell("rm -r site/archive site/records.ledger* site/spool/.ledger.json && cp -a kept/. site")
                .status == 0)
        let drill = try folder.run("ledger", "restore-drill", "--config", "site/cartulary.yaml")
        #expect(drill.status == 1 && drill.output.contains("1 file in "), "\(drill.output)\(drill.messages)")
        let line = try #require(drill.output.split(separator: "\n").first { $0.contains("before the next run: ") })
        #expect(try folder.shell(String(line.split(separator: "run: ").last ?? "")).status == 0)
        #expect(try Self.run(folder, "2026-05-07").status == 0)
        #expect(try folder.run("ledger", "restore-drill", "--config", "site/cartulary.yaml").status == 0)
        let listed = try folder.run("catalogue", "--archive", "site/archive")
        #expect(listed.output.contains("2026/audit-2026-04.zip              1 deployment"), "\(listed.output)")
    }

    @Test("whoever verifies a bundle that was sealed uncovered is told why, by both programs")
    func uncovered() throws {
        let folder = try Self.site()
        let ran = try folder.run([
            "run", "--config", "site/cartulary.yaml", "--now", "2026-05-06T00:00:00Z", "--uncovered", "audit/2026-04",
            "--reason", "feed was off",
        ])
        #expect(ran.status == 0, "\(ran.messages)")
        let words = ["site/archive/2026/audit-2026-04.zip", "--trust", "site/archive-key.allowed_signers"]
        for (program, first) in [("cartulary", ["verify"]), ("cartulary-verify", [])] {
            let told = try folder.run(first + words, program: program)
            #expect(told.output.contains("Sealed though a source did not cover it: feed was off"), "\(told.output)")
            let json = try folder.run(first + words + ["--json"], program: program)
            #expect(json.json["uncovered"]?.string == "feed was off")
        }
        let covered = try folder.run(
            ["verify", "site/archive/2026/audit-2026-03.zip"] + words.dropFirst() + ["--json"])
        #expect(covered.json["uncovered"] == .null)
    }

    @Test("an export seals into an archive only from the ledger that the archive is of, and into a folder of a year")
    func exportsIntoArchive() throws {
        let folder = try Self.site()
        let export = ["export", "--key", "site/archive-key", "--now", "2026-05-06T00:00:00Z"]
        let remade = try folder.run(
            export + ["--ledger", "site/records.ledger", "--period", "2026-03", "--out", "site/archive/2026"])
        #expect(remade.status == 0, "\(remade.messages)")
        let beside = try folder.run(
            export + ["--ledger", "site/records.ledger", "--period", "2026-04", "--out", "site/archive"])
        #expect(beside.status == 64 && beside.messages.contains("hint: --out site/archive/2026"), "\(beside.messages)")
        let older = try folder.run(export + ["--ledger", "old", "--period", "2026-02", "--out", "site/archive/2026"])
        #expect(older.status == 13 && older.messages.contains("older copy"), "\(older.messages)")
        let other = try folder.run(
            export + [
                "--ledger", "site/records.ledger", "--archive", "other", "--period", "2026-02", "--out",
                "site/archive/2026",
            ])
        #expect(other.status == 13 && other.messages.contains("another archive is kept there"), "\(other.messages)")
        #expect(
            try folder.run("ledger", "check", "--ledger", "old", "--full").output.contains("sound")
                && folder.run("verify", "--archive", "site/archive", "--trust", "site/archive-key.allowed_signers")
                    .status == 0
        )
    }

    @Test("a dry run prints its plan as JSON: steps, obstacles and status")
    func printsPlan() throws {
        let folder = try Self.site()
        _ = try folder.write(
            #"{"id":"l","deploymentId":"d01","status":"Submitted","timestamp":"2026-01-11T10:00:00Z"}"# + "\n",
            to: "site/spool/late.ndjson")
        _ = try folder.write("no record\n", to: "site/spool/bad.ndjson")
        let words = ["run", "--config", "site/cartulary.yaml", "--now", "2026-05-06T00:00:00Z"]
        let plan = try folder.run(words + ["--dry-run", "--json"])
        let steps = plan.json["plan"]?.array ?? []
        #expect(steps.compactMap { $0["event"]?.string } == ["planned", "doubtful", "not-taken", "planned", "waiting"])
        #expect(steps.compactMap { $0["step"]?.string } == ["ingest", "correct"], "\(plan.output)")
        let ran = try folder.run(words)
        #expect(plan.json["status"]?.integer == Int64(ran.status) && plan.status == ran.status, "\(ran.messages)")
        #expect(try folder.run(words + ["--json"]).status == 64)
    }

    @Test("no ledger beside an archive: nothing is begun", arguments: [true, false])
    func noLedger(isDryRun: Bool) throws {
        let folder = try Self.site()
        try Self.removeLedger(folder)
        let ran = try Self.run(folder, "2026-05-06", more: isDryRun ? "--dry-run" : "-v")
        #expect(ran.status == 13, "\(ran.messages)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/site/records.ledger"))
    }

    /// What happens to a folder: what a run ends with, and what it says.
    struct Loss: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: Int32
        let text: String
        let make: @Sendable (String) throws -> Void
    }

    static let losses = [
        Loss(testDescription: "a bundle", status: 66, text: "lacks 1 of 3 sealed bundles") {
            try FileManager.default.removeItem(atPath: $0 + "/2026/audit-2026-02.zip")
        },
        Loss(testDescription: "a year with its catalogue", status: 65, text: "lacks 3 of 3 sealed bundles") {
            try FileManager.default.removeItem(atPath: $0 + "/2026")
        },
        Loss(testDescription: "the end of a bundle", status: 13, text: "has 900 bytes, expected") { folder in
            let path = folder + "/2026/audit-2026-02.zip"
            try Data(try Data(contentsOf: URL(fileURLWithPath: path)).prefix(900)).write(
                to: URL(fileURLWithPath: path))
        },
        Loss(testDescription: "the end of a catalogue", status: 65, text: "is no catalogue") { folder in
            try Data("{".utf8).write(to: URL(fileURLWithPath: folder + "/2026/catalogue.json"))
        },
    ]

    @Test("what is lost is named before anything is sealed, and the hint puts it back", arguments: losses)
    func restores(_ loss: Loss) throws {
        let folder = try Self.site()
        let archive = folder.path + "/site/archive"
        let before = try Data(contentsOf: URL(fileURLWithPath: archive + "/2026/audit-2026-02.zip"))
        try loss.make(archive)
        _ = try folder.write("2026-04\n", to: "site/records-cover")
        for more in ["--dry-run", "-v"] {
            let ran = try Self.run(folder, "2026-05-06", more: more)
            #expect(ran.status == loss.status, "\(ran.messages)")
            #expect(ran.messages.contains(loss.text), "\(ran.messages)")
        }
        let planned = try folder.run("repair", "--config", "site/cartulary.yaml", "--dry-run")
        #expect(planned.status == 0 && planned.output.contains("would make "), "\(planned.messages)")
        let typed = try Self.typeHint(try Self.run(folder, "2026-05-06"), in: folder)
        #expect(typed.status == 0, "\(typed.messages)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: archive + "/2026/audit-2026-02.zip")) == before)
        // By the machine's clock, since the hint has none: what came meanwhile is due.
        let ran = try folder.run("run", "--config", "site/cartulary.yaml", "-v")
        #expect(ran.status == 15 && ran.messages.contains("sealed: "), "\(ran.messages)")
        let verified = try folder.run("verify", "--archive", "site/archive", "--trust", "site/archive-key.pub")
        #expect(verified.status == 0, "\(verified.output)")
        let again = try folder.run("repair", "--config", "site/cartulary.yaml")
        #expect(again.status == 0 && again.output == "" && again.messages.contains("nothing is missing"))
    }
}

/// What is proposed for a ledger of which files are lost.
@Suite("Ways on from a lost ledger")
struct LostLedgerTests {
    /// The lines of the drill's answer behind the ledger's.
    private static func drill(_ site: SealedSite, json: Bool = false) throws -> Ran {
        try site.folder.run(
            ["ledger", "restore-drill", "--config", "site/cartulary.yaml"] + (json ? ["--json"] : []))
    }

    @Test(
        "the drill proposes to recover only where there is a journal, and a way on where there is none",
        arguments: [
            "journal", "journal site/records.ledger", "journal site/records.ledger.checkpoint",
            "journal site/records.ledger.checkpoint site/records.ledger",
        ])
    func noJournal(_ lost: String) throws {
        let site = try SealedSite()
        #expect(try site.folder.shell("rm site/records.ledger.\(lost)").status == 0)
        let drill = try Self.drill(site)
        // Without its journal alone a ledger is whole: the next run writes it anew.
        if lost == "journal" { #expect(drill.status == 0, "\(drill.messages)") }
        guard lost != "journal" else { return }
        #expect(drill.status == 13 && !drill.output.contains("--journal"), "\(drill.output)")
        #expect(drill.output.contains("\"site/records.ledger.journal\", is gone too"), "\(drill.output)")
        #expect(drill.output.contains("data/bundle.json") == lost.contains("checkpoint"), "\(drill.output)")
        let json = try Self.drill(site, json: true)
        #expect(json.status == 13 && json.json["isWell"] == .bool(false))
        let ways = json.json["ways"]?.array ?? []
        #expect(ways.count == 3 && ways[0]["command"] == .null, "\(json.output)")
        for command in ways.compactMap({ $0["command"]?.string }) {
            // Where the drill is proposed again, it is for when the journal is back.
            let typed = try site.folder.shell(command)
            #expect(typed.status == (command.contains("--help") ? 0 : 13), "\(typed.messages)")
        }
    }

    @Test(
        "a lost or spoilt checkpoint leads on, by a copy of it or by the journal", arguments: ["rm", "truncate -s 9"])
    func noCheckpoint(_ command: String) throws {
        let site = try SealedSite()
        let path = "site/records.ledger.checkpoint"
        #expect(try site.folder.shell("cp \(path) old && \(command) \(path)").status == 0)
        for words in [["ledger", "status"], ["ledger", "check", "--full"]] {
            let ran = try site.folder.run(words + ["--ledger", "site/records.ledger"])
            #expect(ran.status == 13 && ran.messages.contains("cartulary ledger recover --help"), "\(ran.messages)")
        }
        let checked = try site.folder.run("ledger", "check", "--ledger", "site/records.ledger", "--json")
        #expect(checked.messages == "" && checked.json["hint"]?.string?.contains("recover") == true)
        #expect(try site.run("2026-02-03").messages.contains("hint: cartulary ledger restore-drill"))
        let ways = try Self.drill(site, json: true).json["ways"]?.array ?? []
        #expect(ways.first?["text"]?.string?.contains("from any copy") == (command == "rm"))
        let recover = try #require(ways.compactMap { $0["command"]?.string }.first { $0.contains(" recover ") })
        let recovered = try site.folder.shell(recover)
        #expect(recovered.status == 0, "\(recovered.messages)")
        #expect(try site.run("2026-02-03").status == 0 && Self.drill(site).status == 0)
        // An older copy does too: what is behind it the ledger's key signed.
        #expect(try site.folder.shell("cp old \(path)").status == 0)
        #expect(try site.run("2026-02-03").status == 0)
    }

    @Test("a ledger whose file is damaged: check and drill say how it is had again")
    func damagedFile() throws {
        let site = try SealedSite()
        #expect(
            try site.folder.shell("dd if=/dev/zero of=site/records.ledger bs=8192 seek=1 count=1 conv=notrunc").status
                == 0)
        let checked = try site.folder.run("ledger", "check", "--ledger", "site/records.ledger", "--full")
        #expect(
            checked.status == 13 && checked.messages.contains("cartulary ledger recover --help"), "\(checked.messages)")
        let drill = try Self.drill(site)
        #expect(drill.status == 13 && drill.output.contains("2. make it again"), "\(drill.output)\(drill.messages)")
    }
}

/// What one screen says of a configured folder.
@Suite("The status of a schedule")
struct StatusTests {
    @Test("a new site, a run that went well, a failed file, a lost bundle: each shows")
    func shows() throws {
        let folder = try CommandFolder()
        #expect(try folder.run("init", "site", "--begin", "2026-01").status == 0)
        let words = ["status", "--config", "site/cartulary.yaml", "--now", "2026-02-06T00:00:00Z"]
        let new = try folder.run(words)
        #expect(new.status == 15 && new.output.contains("none yet"), "\(new.messages)")
        #expect(new.output.contains("1 period due and not sealed"))
        _ = try folder.write(
            #"{"id":"1","deploymentId":"d","status":"Queued","timestamp":"2026-01-10T10:00:00Z"}"# + "\n",
            to: "site/spool/a.ndjson")
        _ = try folder.write("2026-01\n", to: "site/records-cover")
        #expect(try folder.run(words).output.contains("1 file to take in"))
        let run = ["run", "--config", "site/cartulary.yaml", "--now", "2026-02-06T00:00:00Z"]
        #expect(try folder.run(run).status == 0)
        let well = try folder.run(words)
        #expect(well.status == 0 && well.messages == "", "\(well.output)\(well.messages)")
        #expect(well.output.contains("2026-02-06T00:00:00.0000000Z, status 0"))
        _ = try folder.write("nonsense\n", to: "site/spool/b.ndjson")
        #expect(try folder.run(run).status == 65)
        try FileManager.default.removeItem(atPath: folder.path + "/site/archive/2026/audit-2026-01.zip")
        let json = try folder.run(words + ["--json"])
        #expect(json.status == 15)
        #expect(json.json["lastRun"]?["status"]?.integer == 65)
        #expect(json.json["sources"]?.array?.first?["failedFiles"]?.integer == 1)
        #expect(json.json["archives"]?.array?.first?["problems"]?.array?.count == 1)
        #expect(json.json["isWell"] == .bool(false))
    }
}
