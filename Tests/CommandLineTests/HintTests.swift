import Foundation
import Testing

extension CommandFolder {
    /// Runs a line in bash, in the folder, where the built programs are found by their names.
    func shell(_ line: String, program: String = "/bin/bash") throws -> Ran {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["-c", line]
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        var variables = ProcessInfo.processInfo.environment
        variables["PATH"] = CommandFolder.programs.path + ":" + (variables["PATH"] ?? "/usr/bin:/bin")
        variables["SOURCE_DATE_EPOCH"] = nil
        process.environment = variables
        let output = Pipe()
        let messages = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = messages
        try process.run()
        let out = try output.fileHandleForReading.readToEnd() ?? Data()
        let err = try messages.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Ran(
            status: process.terminationStatus, output: String(decoding: out, as: UTF8.self),
            messages: String(decoding: err, as: UTF8.self))
    }
}

extension Ran {
    /// The text behind the mark of a line on standard error, such as `hint:`.
    func line(_ mark: String) -> String? {
        messages.split(separator: "\n").first { $0.contains(mark) }.map { line in
            line.range(of: mark).map { String(line[$0.upperBound...]) } ?? ""
        }
    }
}

@Suite("Hints that are pasted into a shell")
struct HintTests {
    /// Names that a shell, a terminal or an option parser would take for something else.
    static let names = [
        "mein archiv 100%", "$(touch pwned)", "`touch pwned`", "a; touch pwned #", "it's \"quoted\"",
        "a\ntouch pwned\nb",
        "\u{1B}[2J", "größe", "-dash", "'$(touch pwned)'\u{7}", "~", "*",
    ]

    @Test(
        "the hint for a folder that is not there makes it, whatever its name; the next step verifies", arguments: names)
    func folderAndNextStep(_ name: String) throws {
        let folder = try CommandFolder.withKey()
        let export = ["export", CommandFolder.records("audit-trail-bulk.json"), "--key=key", "--out=\(name)"]
        let refused = try folder.run(export)
        #expect(refused.status == 73)
        let hint = try #require(refused.line("hint: "))
        #expect(try folder.shell(hint).status == 0, "\(hint)")
        let made = try folder.run(export)
        #expect(made.status == 0, "\(made.messages)")
        let next = try #require(made.line("next: "))
        let verified = try folder.shell(next)
        #expect(verified.status == 0, "\(next) \(verified.messages)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/pwned"))
        let shown = refused.messages + made.messages
        #expect(!shown.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x7F })
    }

    @Test("a key of any name stands in the next step, and its hint when it is there already", arguments: names)
    func key(_ name: String) throws {
        let folder = try CommandFolder.withKey()
        #expect(try folder.run("keygen", "--out=\(name)").status == 0)
        let out = try folder.run(
            "export", CommandFolder.records("audit-trail-bulk.json"), "--key=\(name)", "--out", "out", "-v")
        #expect(out.status == 0, "\(out.messages)")
        #expect(try folder.shell(try #require(out.line("next: "))).status == 0)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/pwned"))
    }

    @Test("a ledger of any name is begun by its first ingest", arguments: names)
    func ledger(_ name: String) throws {
        let folder = try CommandFolder.withKey()
        let records = CommandFolder.records("audit-trail-bulk.json")
        let missing = try folder.run("ledger", "status", "--ledger=\(name)")
        #expect(missing.status == 66)
        let hint = try #require(missing.line("hint: "))
        #expect(hint.hasSuffix(": cartulary ingest --help"), "\(hint)")
        #expect(try folder.run("ingest", records, "--ledger=\(name)", "--key=key").status == 0)
        #expect(try folder.run("ledger", "status", "--ledger=\(name)").status == 0)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/pwned"))
    }

    @Test("a file that is no record is looked at by the hint, whatever its name", arguments: names)
    func unreadableRecords(_ name: String) throws {
        let folder = try CommandFolder.withKey()
        _ = try folder.write("{\"a\":1}\n", to: name)
        let refused = try folder.run(["metrics", "--", name])
        #expect(refused.status == 65, "\(refused.messages)")
        let looked = try folder.shell(try #require(refused.line("hint: ")))
        #expect(looked.status == 1 && looked.messages.contains("rejected 1"), "\(looked.messages)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/pwned"))
    }

    @Test("a name that is not UTF-8 can be looked at with the hint")
    func nameNotUTF8() throws {
        let folder = try CommandFolder.withKey()
        #expect(try folder.shell("mkdir d && touch $'d/caf\\351'").status == 0)
        let refused = try folder.run("validate", "d")
        #expect(refused.status == 74)
        let hint = try #require(refused.line("hint: "))
        #expect(hint == "ls -ld $'d/caf\\351'")
        #expect(try folder.shell(hint).status == 0)
    }

    @Test("the command in the report makes the same bundle when it is pasted")
    func madeBy() throws {
        let folder = try CommandFolder.withKey()
        let entity = "Müller & \"Söhne\" $(touch pwned) <b>"
        let made = try folder.export("--entity", entity, "--name", "a")
        #expect(made.status == 0, "\(made.messages)")
        let page = try folder.shell("unzip -p out/a.zip a/data/report.html").output
        let text = page.replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&gt;", with: ">")
            .replacingOccurrences(of: "&quot;", with: "\"").replacingOccurrences(of: "&#39;", with: "'")
            .replacingOccurrences(of: "&amp;", with: "&")
        #expect(text.contains("cartulary export --name a --entity 'Müller & \"Söhne\" $(touch pwned) <b>'"))
    }
}
