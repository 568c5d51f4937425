import Foundation
import StrictJSON

/// The outcome of one run of a program.
struct Ran {
    var status: Int32
    var output: String
    var messages: String

    var json: JSONValue { (try? JSONValue(parsing: Array(output.utf8.dropLast()))) ?? .null }
}

/// A folder for one test, removed with the value, and the programs that are run in it.
final class CommandFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "cli-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// What to begin a command with so that it runs as a user who owns nothing.
    private static let nobody = getuid() == 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []

    /// Whether commands can be run as a user whom permissions stop.
    static let canBeNobody = getuid() != 0 || FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")

    /// The folder of the built programs: the one that the running tests stand in.
    static let programs: URL = {
        var url = URL(
            fileURLWithPath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/")
        while url.path != "/", !FileManager.default.isExecutableFile(atPath: url.appending(path: "cartulary").path) {
            url.deleteLastPathComponent()
        }
        return url
    }()

    static let root: URL = {
        var directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while directory.path != "/",
            !FileManager.default.fileExists(atPath: directory.appending(path: "Package.swift").path)
        {
            directory.deleteLastPathComponent()
        }
        return directory
    }()

    static func records(_ name: String) -> String { root.appending(path: "fixtures/records/\(name)").path }

    /// Runs a program in the folder, without a terminal.
    ///
    /// After `limit` seconds, or beyond 4 GiB of addresses, it is ended by a signal: a program that hangs fails its test.
    func run(
        _ arguments: [String], program: String = "cartulary", input: String = "", environment: [String: String] = [:],
        limit: Int = 120, asNobody: Bool = false
    ) throws -> Ran {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        process.arguments =
            ["--signal=KILL", "\(limit)", "prlimit", "--as=\(4 << 30)"] + (asNobody ? CommandFolder.nobody : [])
            + [CommandFolder.programs.appending(path: program).path] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        var variables = ProcessInfo.processInfo.environment
        // Ledgers that are made alike are compared.
        variables["CARTULARY_LEDGER_IDENTITY"] = "0123456789abcdef"
        for name in ["SOURCE_DATE_EPOCH", "NO_COLOR"] { variables[name] = nil }
        process.environment = variables.merging(environment) { $1 }
        let name = "\(path)/\(UUID().uuidString)"
        for suffix in ["in", "out", "err"] {
            _ = FileManager.default.createFile(
                atPath: "\(name).\(suffix)", contents: Data(suffix == "in" ? input.utf8 : "".utf8))
        }
        process.standardInput = FileHandle(forReadingAtPath: "\(name).in")
        process.standardOutput = FileHandle(forWritingAtPath: "\(name).out")
        process.standardError = FileHandle(forWritingAtPath: "\(name).err")
        try process.run()
        process.waitUntilExit()
        defer {
            for suffix in ["in", "out", "err"] { try? FileManager.default.removeItem(atPath: "\(name).\(suffix)") }
        }
        func text(_ suffix: String) throws -> String {
            try String(contentsOfFile: "\(name).\(suffix)", encoding: .utf8)
        }
        return Ran(status: process.terminationStatus, output: try text("out"), messages: try text("err"))
    }

    func run(_ arguments: String...) throws -> Ran { try run(arguments) }

    func write(_ text: String, to name: String) throws -> String {
        guard FileManager.default.createFile(atPath: "\(path)/\(name)", contents: Data(text.utf8)) else {
            throw CocoaError(.fileWriteUnknown)
        }
        return "\(path)/\(name)"
    }

    func read(_ name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }

    func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    /// A folder with a key in it and a place for bundles.
    static func withKey() throws -> CommandFolder {
        let place = try CommandFolder()
        _ = try place.run("keygen", "--out", "key", "-q")
        try FileManager.default.createDirectory(atPath: "\(place.path)/out", withIntermediateDirectories: true)
        return place
    }

    /// Exports the samples' audit trails.
    func export(_ more: String..., records: String = CommandFolder.records("audit-trail-bulk.json")) throws -> Ran {
        try run(["export", records, "--key", "key", "--out", "out"] + more)
    }

    var bundles: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: "\(path)/out")) ?? []).sorted() }
}
