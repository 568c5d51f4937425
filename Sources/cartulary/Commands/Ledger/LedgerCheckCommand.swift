import ArgumentParser
import CommandLineInterface
import FileSystem
import Ledger
import LedgerFiles
import LedgerUpkeep
import StrictJSON

struct LedgerCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a ledger against its signed checkpoint and for consistency.",
        discussion: """
            --quick, the default, checks the structure of the file, the root, the checkpoint and the small tables that the \
            log binds, and says what it leaves out. --full recomputes every entry, run and deployment, and names each one \
            that was altered. Exit status: 0 sound, 13 not sound.
            """)

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    enum Depth: String, EnumerableFlag { case quick, full }

    @Flag(exclusivity: .exclusive, help: "How much is recomputed.")
    var depth = Depth.quick

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let report: LedgerCheck.Report
        do {
            report = try LedgerCheck.run(ledger.path, isFull: depth == .full)
        } catch var error as EnvironmentError where error.kind == .brokenChain {
            // What is damaged sends its reader here, so from here the way has to go on.
            error.hint = wayBack
            throw error
        }
        if json { Console.answer(Answer(value(report))) } else { show(report) }
        guard report.problemCount > 0 else { return }
        if !json {
            let problems = Console.count(report.problemCount, "problem")
            Console.error("ledger \"\(ledger.path)\" is not sound: \(problems)", hint: wayBack)
        }
        throw ExitCode(ExitStatus.brokenChain.rawValue)
    }

    private var wayBack: Hint { LedgerFailure.wayBack(to: ledger.path) }

    private func value(_ report: LedgerCheck.Report) -> JSONValue {
        .object([
            "checks": .array(report.checks.map(JSONValue.string)), "entries": .integer(Int64(report.size)),
            "hint": report.problemCount == 0 ? .null : .string(wayBack.description),
            "problemCount": .integer(Int64(report.problemCount)),
            "problems": .array(report.problems.map(JSONValue.string)), "root": .string(report.root),
            "unchecked": .array(report.unchecked.map(JSONValue.string)),
        ])
    }

    private func show(_ report: LedgerCheck.Report) {
        for problem in report.problems { Console.result("wrong: \(Console.safe(problem))") }
        if report.problemCount > report.problems.count {
            Console.result("and \(report.problemCount - report.problems.count) more")
        }
        Console.result("checked: \(report.checks.joined(separator: "; "))")
        if !report.unchecked.isEmpty { Console.result("not checked: \(report.unchecked.joined(separator: "; "))") }
        Console.result(report.problemCount == 0 ? "sound" : "not sound")
    }
}
