import ArgumentParser
import AuditModel
import CommandLineInterface
import Ledger
import RecordAnalysis
import RecordIngest
import StrictJSON

struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Look at a ledger, check it, and copy it.",
        discussion: """
            EXAMPLES
              cartulary ledger status --ledger records.ledger
              cartulary ledger check --ledger records.ledger --full
              cartulary ledger quarantine --ledger records.ledger
              cartulary ledger resolve 4 --accept 0 --reason "Confirmed by the source" --by "A. Auditor" \
                --ledger records.ledger --key archive-key
              cartulary ledger backup --ledger records.ledger --to backup/records.ledger
            """,
        subcommands: [
            LedgerStatus.self, LedgerCheckCommand.self, LedgerQuarantine.self, LedgerResolve.self, LedgerBackup.self,
            LedgerRecover.self,
            LedgerDeclareBreak.self,
        ])
}

struct LedgerStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say how much a ledger holds, and whether its checkpoint fits.")

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let status = try LedgerView.status(ledger.path)
        let counts: [(name: String, label: String, value: Int)] = [
            ("entries", "entries", status.entries), ("runs", "runs", status.runs),
            ("sources", "sources", status.sources), ("deployments", "deployments", status.deployments),
            ("records", "records", status.records), ("quarantined", "in quarantine", status.quarantined),
            ("disputes", "open disputes", status.disputes), ("sealedPeriods", "sealed periods", status.sealedPeriods),
            ("sealedBundles", "sealed bundles", status.seals), ("bytes", "bytes", status.bytes),
            ("superseded", "superseded rows", status.superseded),
        ]
        if json {
            var members = Dictionary(uniqueKeysWithValues: counts.map { ($0.name, JSONValue.integer(Int64($0.value))) })
            members["checkpoint"] = status.checkpoint.map { .integer(Int64($0)) } ?? .null
            members["lastReceived"] = status.lastReceived.map { .string($0.text) } ?? .null
            members["latePeriods"] = .array(status.latePeriods.map(JSONValue.string))
            (members["origin"], members["root"]) = (.string(status.origin), .string(status.root))
            return Console.result(String(decoding: JSONValue.object(members).bytes, as: UTF8.self))
        }
        for count in counts { Console.row(count.label, "\(count.value)") }
        Console.row("late records in", status.latePeriods.isEmpty ? "none" : status.latePeriods.joined(separator: ", "))
        Console.row("last run", status.lastReceived?.text ?? "none")
        Console.row("root", status.root)
        Console.row("checkpoint", status.checkpoint.map { "signed at \($0) entries" } ?? "none yet")
    }
}

struct LedgerCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Compare a ledger with its signed checkpoint, and with itself.",
        discussion: """
            --quick, the default, looks at the structure of the file, the root and the checkpoint. --full computes every
            entry, run and deployment again and names each that was altered. Exit status: 0 sound, 13 not.
            """)

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    enum Depth: String, EnumerableFlag { case quick, full }

    @Flag(exclusivity: .exclusive, help: "How much is computed again.")
    var depth = Depth.quick

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let report = try LedgerView.check(ledger.path, isFull: depth == .full)
        if json {
            Console.result(
                String(
                    decoding: JSONValue.object([
                        "checks": .array(report.checks.map(JSONValue.string)),
                        "entries": .integer(Int64(report.size)),
                        "problemCount": .integer(Int64(report.problemCount)),
                        "problems": .array(report.problems.map(JSONValue.string)), "root": .string(report.root),
                    ]).bytes, as: UTF8.self))
        } else {
            for problem in report.problems { Console.result("wrong: \(Console.safe(problem))") }
            if report.problemCount > report.problems.count {
                Console.result("and \(report.problemCount - report.problems.count) more")
            }
            Console.result("checked: \(report.checks.joined(separator: "; "))")
            Console.result(report.problemCount == 0 ? "sound" : "not sound")
        }
        if report.problemCount > 0 { throw ExitCode(ExitStatus.brokenChain.rawValue) }
    }
}

struct LedgerQuarantine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "List what was rejected or contradicts what was accepted, one JSON object a line.")

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    func run() throws {
        for entry in try LedgerView.quarantine(ledger.path) {
            Console.result("{\"number\":\(entry.number),\"record\":\(String(decoding: entry.body, as: UTF8.self))}")
        }
    }
}

struct LedgerResolve: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Settle a disputed record by a decision that stands in the log.",
        discussion: """
            EXAMPLES
              cartulary ledger resolve 4 --accept 4 --reason "Corrected by the source" --by "A. Auditor" \
                --ledger records.ledger --key archive-key

            A dispute is named by the number in quarantine of a record that contradicts one in the history. All
            contradictions of the same record are settled together. Sealed periods whose content that changes are
            corrected by the next export. Nothing is deleted, and a decision cannot be taken back.
            """)

    @Argument(help: ArgumentHelp("The number in quarantine that names the dispute.", valueName: "number"))
    var dispute: Int

    @Option(
        help: ArgumentHelp(
            "The number in quarantine of the record to accept, or 0 for the one in the history.", valueName: "number"))
    var accept: Int

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var reason: String

    @Option(help: ArgumentHelp("Who decides.", valueName: "name"))
    var by: String

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    @OptionGroup(title: "Ledger") var signer: LedgerSignerOptions

    @OptionGroup(title: "Ledger") var wait: WaitOptions

    mutating func validate() throws {
        try LedgerText.check([("reason", reason), ("by", by)])
    }

    func run() throws {
        var options = LedgerDecision.Options(key: try signer.privateKey(), received: try signer.time())
        (options.ledger, options.dispute, options.accept) = (ledger.path, dispute, accept)
        (options.reason, options.by, options.wait) = (reason, by, wait.seconds)
        let settled = try LedgerDecision.run(options)
        Console.result("settled: \(settled.map { "\($0)" }.joined(separator: ", "))")
    }
}

struct LedgerBackup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy a ledger as it is at one moment, with its checkpoint, while it is in use.")

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    @Option(help: ArgumentHelp("The new file; never one that is there.", valueName: "file"), completion: .file())
    var to: String

    func run() throws {
        try LedgerView.backup(ledger.path, to: to)
        Console.result(to)
    }
}

struct LedgerRecover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Make a lost ledger again from its journal and the sources it was fed with.",
        discussion: """
            EXAMPLES
              cartulary ledger recover --journal records.ledger.journal --sources incoming/ --ledger new.ledger \
                --key archive-key

            Every run is made again with its time of acceptance, and has to give the root that the journal names. Files are
            found by their SHA-256, whatever they are called now. Compare the root with a copy of the checkpoint.
            """)

    @Option(help: ArgumentHelp("The journal of the lost ledger.", valueName: "file"), completion: .file())
    var journal: String

    @Option(
        help: ArgumentHelp("A file or directory with sources; may be repeated.", valueName: "file"),
        completion: .file())
    var sources: [String]

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    @Option(help: ArgumentHelp("The key that signed the ledger last.", valueName: "file"), completion: .file())
    var key: String

    func run() async throws {
        var options = LedgerRecovery.Options(key: try KeyFile.read(key))
        options.journal = journal
        options.sources = try InputList.expand(sources, Console())
        options.ledger = ledger.path
        let result = try await LedgerRecovery.run(options)
        Console.result(ledger.path)
        Console().note("\(result.runs) runs, \(result.size) entries, root \(result.root): as the journal says")
    }
}

struct LedgerDeclareBreak: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "declare-break",
        abstract: "Begin a ledger in the place of one that is lost with its sources, and say so for good.",
        discussion: """
            EXAMPLES
              cartulary ledger declare-break --checkpoint copies/records.ledger.checkpoint --reason "Disk lost, no sources" \
                --by "O. Operator" --ledger new.ledger --key archive-key

            The first entries of the new ledger name the lost one's entries and root, as its last known checkpoint has them.
            Every bundle that is made from it shows the break, and verify says so. Where the sources are there, take
            recover instead.
            """)

    @Option(
        help: ArgumentHelp("The last known checkpoint of the lost ledger.", valueName: "file"), completion: .file())
    var checkpoint: String

    @Option(help: ArgumentHelp("What happened.", valueName: "text"))
    var reason: String

    @Option(help: ArgumentHelp("Who declares it.", valueName: "name"))
    var by: String

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    @OptionGroup(title: "Ledger") var signer: LedgerSignerOptions

    mutating func validate() throws {
        try LedgerText.check([("reason", reason), ("by", by)])
    }

    func run() throws {
        var options = LedgerRecovery.Break(key: try signer.privateKey(), received: try signer.time())
        options.checkpoint = try SmallFile.contents(checkpoint)
        (options.reason, options.by, options.ledger) = (reason, by, ledger.path)
        let origin = try LedgerRecovery.declare(options)
        Console.result(ledger.path)
        Console().note("log \(origin) begins; next: cartulary ingest FILE --ledger \(ledger.path) --key \(signer.key)")
    }
}

/// Texts that people enter into a log.
enum LedgerText {
    static func check(_ texts: [(name: String, text: String)]) throws {
        for (name, text) in texts {
            guard (1...1000).contains(text.utf8.count),
                text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
            else { throw ValidationError("--\(name) is not 1 to 1000 bytes without control characters") }
        }
    }
}

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the values in a ledger with the number of deployments that have them.",
        discussion: """
            EXAMPLES
              cartulary list networks --ledger records.ledger
              cartulary list periods --ledger records.ledger --json
            """)

    @Argument(help: "networks, token-types, deployers, or periods (months).")
    var subject: LedgerView.Subject

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let values = try LedgerView.list(subject, ledger.path)
        if json {
            let list = values.map { entry in
                JSONValue.object([
                    "deployments": .integer(Int64(entry.count)), "value": entry.value.map(JSONValue.string) ?? .null,
                ])
            }
            return Console.result(String(decoding: JSONValue.array(list).bytes, as: UTF8.self))
        }
        for entry in values { Console.row(Console.safe(entry.value ?? "(not stated)"), "\(entry.count)") }
    }
}

extension LedgerView.Subject: ExpressibleByArgument {}
