import Foundation
import StrictJSON
import Testing

/// Directories with names that are no readable files, and files that are none, in every place where a program opens one.
@Suite("What cannot be read")
struct UnreadableInputTests {
    static let record = ValidateCommandTests.good

    /// The commands that read records; what they make goes to `out`.
    static let commands: [[String]] = [
        ["validate", "--fail-on", "never"], ["metrics"], ["export", "--key", "key", "--out", "out"],
        ["ingest", "--key", "key", "--ledger", "out/ledger"],
    ]

    /// A folder with a key, and a directory `d` with two files of which one lies deeper.
    static func place() throws -> CommandFolder {
        let place = try CommandFolder.withKey()
        try FileManager.default.createDirectory(atPath: "\(place.path)/d/sub", withIntermediateDirectories: true)
        _ = try place.write(record, to: "d/a.json")
        _ = try place.write(record.replacing("\"q\"", with: "\"r\""), to: "d/sub/b.json")
        return place
    }

    static func makePipe(_ place: CommandFolder, _ name: String) throws {
        try #require(mkfifo("\(place.path)/\(name)", 0o644) == 0)
    }

    static func link(_ place: CommandFolder, _ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: "\(place.path)/\(name)", withDestinationPath: target)
    }

    @Test("every entry of a directory that cannot be read is named, before anything is made", arguments: commands)
    func directories(_ command: [String]) throws {
        let place = try Self.place()
        try Self.link(place, "d/dangling.json", to: "nowhere")
        try Self.makePipe(place, "d/sub/pipe")
        try Self.link(place, "d/device", to: "/dev/null")
        let name = Array("\(place.path)/d/caf".utf8CString.dropLast()) + [CChar(bitPattern: 0xE9), 0]
        close(open(name, O_CREAT | O_WRONLY, 0o644))
        let ran = try place.run(command + ["d", "gone.json"], limit: 20)
        #expect(ran.status == 74)
        for line in [
            "cannot open \"d/dangling.json\": it is a link to a file that does not exist",
            "cannot open \"d/sub/pipe\": it is a FIFO, expected a regular file",
            "cannot open \"d/device\": it is a character device, expected a regular file",
            "cannot open \"d/caf\\xE9\": it has a name that is not UTF-8",
            "cannot open \"gone.json\": No such file or directory",
        ] {
            #expect(ran.messages.contains("cartulary: error: \(line)\n"), "\(line)")
        }
        #expect(ran.output == "")
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(place.path)/out") == [])
    }

    @Test("what is not there is 66, in a directory too", arguments: commands)
    func missing(_ command: [String]) throws {
        let place = try Self.place()
        try Self.link(place, "d/dangling.json", to: "nowhere")
        #expect(try place.run(command + ["d"]).status == 66)
        try FileManager.default.removeItem(atPath: "\(place.path)/d/dangling.json")
        try FileManager.default.createDirectory(atPath: "\(place.path)/d/empty", withIntermediateDirectories: true)
        let empty = try place.run(command + ["d"])
        #expect(empty.status == 66)
        #expect(empty.messages.contains("\"d/empty\": it is a directory without files"))
        #expect(place.bundles == [])
    }

    @Test("a loop of links ends: each directory is read once, and the second name is reported", arguments: commands)
    func loops(_ command: [String]) throws {
        let place = try Self.place()
        try Self.link(place, "d/self", to: ".")
        try Self.link(place, "d/sub/up", to: "..")
        let ran = try place.run(command + ["d"])
        #expect(ran.status == 0, "\(ran.messages)")
        for name in ["d/self", "d/sub/up"] {
            let line = "not read again: \"\(name)\" leads to a directory that is read already\n"
            #expect(ran.messages.contains(line), "\(ran.messages)")
        }
    }

    @Test("a directory that links back to itself is read once")
    func selfLink() throws {
        let place = try Self.place()
        try Self.link(place, "d/self", to: ".")
        _ = try place.write("not a record", to: "d/.hidden")
        let ran = try place.run("validate", "d", "--json")
        #expect(ran.json["counts"]?["read"]?.integer == 2)
        #expect(ran.json["counts"]?["accepted"]?.integer == 2)
        #expect(ran.messages == "not read again: \"d/self\" leads to a directory that is read already\n")
        #expect(try place.run("validate", "d", "-q").messages == "")
    }

    @Test(
        "what this user may not read is 74 and named; a key or trust file 77",
        .enabled(if: CommandFolder.canBeNobody, "needs to run as root with setpriv, or as another user"))
    func permissions() throws {
        let place = try Self.place()
        let closed = ["d/closed.json", "closed", "key.pub"]
        for name in closed {
            _ = try place.write(Self.record, to: name)
            try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: "\(place.path)/\(name)")
        }
        try FileManager.default.createDirectory(
            atPath: "\(place.path)/d/dark", withIntermediateDirectories: false, attributes: [.posixPermissions: 0])
        let ran = try place.run(["validate", "d", "closed"], asNobody: true)
        #expect(ran.status == 74)
        for name in ["d/closed.json", "d/dark"] {
            #expect(ran.messages.contains("cannot open \"\(name)\": it cannot be read: Permission denied"), "\(name)")
        }
        #expect(ran.messages.contains("cannot open \"closed\": Permission denied"))
        #expect(try place.run(["validate", "d/dark"], asNobody: true).status == 74)
        for program in ["cartulary", "cartulary-verify"] {
            let words = (program == "cartulary" ? ["verify"] : []) + ["d/a.json", "--trust", "key.pub"]
            #expect(try place.run(words, program: program, asNobody: true).status == 77)
        }
        #expect(try place.run(["export", "d/a.json", "--key", "closed", "--out", "out"], asNobody: true).status == 77)
    }

    /// A ledger with a sealed period, and the files that a program opens.
    private static func ledger() throws -> CommandFolder {
        let place = try Self.place()
        #expect(try place.run("ingest", "d/a.json", "--ledger", "l", "--key", "key").status == 0)
        #expect(
            try place.run(
                "export", "--ledger", "l", "--key", "key", "--out", "out", "--period", "2026-02", "--name", "b"
            ).status == 0)
        return place
    }

    static let places: [(name: String, words: [String])] = [
        ("l.checkpoint", ["ledger", "status", "--ledger", "l"]),
        ("l.checkpoint", ["ledger", "check", "--ledger", "l"]),
        ("l.checkpoint", ["ingest", "d/sub/b.json", "--ledger", "l", "--key", "key"]),
        ("l.journal", ["ledger", "check", "--ledger", "l", "--full"]),
        ("l.journal", ["ingest", "d/sub/b.json", "--ledger", "l", "--key", "key"]),
        ("l.lock", ["ingest", "d/sub/b.json", "--ledger", "l", "--key", "key"]),
        ("l-journal", ["ledger", "status", "--ledger", "l"]), ("l-wal", ["ledger", "status", "--ledger", "l"]),
        ("l", ["ledger", "status", "--ledger", "l"]), ("l", ["list", "periods", "--ledger", "l"]),
        ("l", ["ingest", "d/sub/b.json", "--ledger", "l", "--key", "key"]),
        ("key", ["export", "d/a.json", "--key", "key", "--out", "out"]),
        ("key.pub", ["verify", "out/b.zip", "--trust", "key.pub"]),
        ("out/b.zip", ["verify", "out/b.zip", "--trust", "key.pub"]),
        ("d/a.json", ["validate", "d/a.json"]), ("c.yaml", ["run", "--config", "c.yaml"]),
        ("c.yaml", ["config", "check", "--config", "c.yaml"]),
        ("out/catalogue.json", ["catalogue", "--archive", "out"]),
        ("memory", ["verify", "--archive", "out", "--resume", "memory", "--trust", "key.pub"]),
        ("j", ["ledger", "recover", "--journal", "j", "--sources", "d", "--ledger", "n", "--key", "key"]),
        (
            "c",
            [
                "ledger", "declare-break", "--checkpoint", "c", "--reason", "r", "--by", "b", "--ledger", "n", "--key",
                "key",
            ]
        ),
    ]

    @Test("a FIFO in the place of a file is an error at once, in every place", arguments: places.indices)
    func pipes(_ row: Int) throws {
        let (name, words) = Self.places[row]
        let place = try Self.ledger()
        try? FileManager.default.removeItem(atPath: "\(place.path)/\(name)")
        try Self.makePipe(place, name)
        let ran = try place.run(words, limit: 20)
        #expect(ran.status == 74, "\(ran.messages)")
        #expect(ran.messages.contains("FIFO"), "\(ran.messages)")
    }

    @Test("the small verifier does not wait for a FIFO either", arguments: ["out/b.zip", "key.pub"])
    func verifierPipes(_ name: String) throws {
        let place = try Self.ledger()
        try FileManager.default.removeItem(atPath: "\(place.path)/\(name)")
        try Self.makePipe(place, name)
        let ran = try place.run(["out/b.zip", "--trust", "key.pub"], program: "cartulary-verify", limit: 20)
        #expect(ran.status == 74)
        #expect(ran.messages.contains("FIFO"))
    }

    @Test("a FIFO where a bundle is to stand is other content")
    func bundleName() throws {
        let place = try Self.place()
        try Self.makePipe(place, "out/b.zip")
        let ran = try place.run(["export", "d", "--key", "key", "--out", "out", "--name", "b"], limit: 20)
        #expect(ran.status == 73)
        #expect(ran.messages.contains("a file with other content is there"))
    }

    @Test("a pipe that a shell hands over by its descriptor is read, for records, keys and trust files")
    func handedOver() throws {
        let place = try Self.ledger()
        let programs = CommandFolder.programs.path
        for (command, status) in [
            ("'\(programs)/cartulary' validate <(cat d/a.json) --fail-on never", 0),
            ("cat d/a.json | '\(programs)/cartulary' validate /dev/stdin --fail-on never", 0),
            ("'\(programs)/cartulary' verify out/b.zip --trust <(cat key.allowed_signers)", 0),
            ("'\(programs)/cartulary-verify' out/b.zip --trust <(cat key.allowed_signers)", 0),
            ("'\(programs)/cartulary' export d --key <(cat key) --out out --name other", 0),
        ] as [(String, Int32)] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            process.arguments = ["-c", command]
            process.currentDirectoryURL = URL(fileURLWithPath: place.path)
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == status, "\(command)")
        }
    }
}
