import AuditModel
import BundleExport
import BundleFormat
import CommandAnswers
import CommandLineInterface
import FileSystem
import Glibc
import Ledger
import RunConfiguration
import Schedule
import StrictJSON

/// The messages of a scheduled run: text for people, or one JSON object a line.
struct ScheduleLog: Sendable {
    let console: Console
    let isJSON: Bool
    let isDryRun: Bool
    /// Whether the steps of a dry run are printed as text; else they come as one JSON object at the end.
    var printsSteps = true
    /// For the commands that hints propose.
    let configuration: Configuration

    func write(_ event: ScheduleEvent) {
        if isJSON { return writeJSON(event.members, event: event.name, level: event.level) }
        switch event {
        case .ingested(let source, let result): writeIngested(source, result)
        case .notTaken(let source, let path, let reason, _):
            let look = ShellCommand("cartulary", "validate", .file(path))
            Console.error("source \(source): cannot ingest \"\(path)\": \(reason)", hint: Hint(look))
        case .doubtful(let source, let rejected, let conflicts):
            Console.error(
                "source \(source): \(ScheduleLog.quarantined(rejected, conflicts)) in quarantine",
                // A dry run has no ledger that could be asked.
                hint: isDryRun && !FileStatus.exists(configuration.ledger.value)
                    ? nil : .command("cartulary", "ledger", "quarantine", "--ledger", .file(configuration.ledger.value))
            )
        case .flawed(let source, let reason, let count):
            Console.error("source \(source): \(Console.count(count, "finding")) at error level: \(reason)", hint: nil)
        case .sealed(_, let result): console.note("sealed: \(Console.safe(result.path))")
        case .corrected(_, let result): console.note("corrected: \(Console.safe(result.path))")
        case .removed(let archive, let path):
            console.note("archive \(archive): removed \(Console.safe(path)): retention expired")
        case .remade(let archive):
            Console.warning(
                "archive \(archive): somebody else changed its catalogue; \(isDryRun ? "it would be" : "it was") made again from the bundles"
            )
        case .checked(let archive, let bundles, let all):
            console.note(
                "archive \(archive): read \(bundles) of \(Console.count(all, "bundle")) and compared them with what was sealed"
            )
        case .waiting(let archive, let period, let reasons, let canBeUncovered):
            let name = period.label ?? ""
            Console.error(
                "archive \(archive): \(name) is due and not sealed: \(reasons.joined(separator: "; "))",
                hint: canBeUncovered
                    ? "mend the cause; to seal the period as it is, add \(.option("--uncovered", "\(archive)/\(name)")) and a --reason"
                    : nil
            )
        case .failed(let part, let error): Console.error("\(part): \(error.message)", hint: error.hint)
        case .planned(let step): if printsSteps { Console.result("would \(Console.safe(step.text))") }
        }
    }

    /// What went into quarantine: the counts that are not 0.
    private static func quarantined(_ rejected: Int, _ conflicts: Int) -> String {
        let counts = [(rejected, "rejected record"), (conflicts, "conflicting record")].filter { $0.0 > 0 }
        return counts.map { Console.count($0.0, $0.1) }.joined(separator: " and ")
    }

    private func writeIngested(_ source: String, _ result: IngestResult) {
        for name in result.known { console.detail("source \(source): already ingested: \(Console.safe(name))") }
        for summary in result.sources where summary.read == 0 {
            console.note("source \(source): \(Console.safe(summary.name)) contains no record")
        }
        guard result.isChanged, result.sums.read > 0 else { return }
        console.note("source \(source): \(files(result)): \(result.sums.text)")
    }

    private func files(_ result: IngestResult) -> String {
        result.sources.count == 1 ? Console.safe(result.sources[0].name) : "\(result.sources.count) files"
    }

    /// Writes the last event; nil for a run that did everything that was due.
    func finish(_ result: ScheduleResult, _ status: ExitStatus?) {
        if isJSON {
            return writeJSON(
                result.members(status: status), event: "result", level: status == nil ? .info : .error)
        }
        if isDryRun { return console.note("nothing was changed") }
        console.note(
            "accepted \(result.accepted) new records, sealed \(result.sealed), corrected \(result.corrected)"
                + (result.isComplete ? ": everything due is done" : ""))
    }

    /// The end of a run in a few lines, for the notices.
    func summary(_ result: ScheduleResult) -> String {
        let open = result.archives.filter { $0.missing > 0 }.map {
            "\($0.name): \(Console.count($0.missing, "period")) due and not sealed"
        }
        let sums =
            "accepted \(result.accepted), sealed \(result.sealed), corrected \(result.corrected), not ingested "
            + "\(result.notTaken), in quarantine \(result.doubtful), other errors \(result.flaws)"
        return (open + result.reasons + result.failures.map(\.message) + [sums]).joined(separator: "\n")
    }

    /// Says what will go wrong for those who verify, before anything is sealed.
    func warn(_ warning: SigningKey.Warning) {
        guard isJSON else { return Console.warning(warning.message, hint: warning.hint) }
        let hint = warning.hint.map { JSONValue.string($0.description) } ?? .null
        writeJSON(["hint": hint, "message": .string(warning.message)], event: "warning", level: .warning)
    }

    /// Says that a notice of the run could not be given; that changes nothing of the run.
    func warn(_ message: String, notice: String) {
        guard isJSON else { return Console.warning(message) }
        writeJSON(["message": .string(message), "notice": .string(notice)], event: "notice-failed", level: .warning)
    }

    /// Writes the last events of a run that ended with an error; false if its messages are text, and still to be printed.
    func finish(_ failure: CommandError) -> Bool {
        guard isJSON else { return false }
        let members: [String: JSONValue] = [
            "hint": failure.hint.map { .string($0.description) } ?? .null,
            "message": .string(failure.messages.joined(separator: "\n")), "part": .string("run"),
        ]
        writeJSON(members, event: "failed", level: .error)
        writeJSON(["status": .integer(Int64(failure.status.rawValue))], event: "result", level: .error)
        return true
    }

    private func writeJSON(_ members: [String: JSONValue], event: String, level: ScheduleEvent.Level) {
        var object = members
        object["event"] = .string(event)
        object["level"] = .string(level.rawValue)
        object["time"] = .string(Timestamp.now.text)
        Console.write(String(decoding: JSONValue.object(object).bytes, as: UTF8.self) + "\n", to: STDERR_FILENO)
    }
}
