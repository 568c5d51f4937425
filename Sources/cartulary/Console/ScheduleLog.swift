import AuditModel
import BundleExport
import BundleFormat
import CommandLineInterface
import FileSystem
import Glibc
import Ledger
import RecordAnalysis
import Schedule
import StrictJSON

/// What a scheduled run says of itself: text for people, or one JSON object a line.
struct ScheduleLog: Sendable {
    let console: Console
    let isJSON: Bool
    let isDryRun: Bool
    /// For what messages propose.
    let configuration: Configuration

    func write(_ event: ScheduleEvent) {
        if isJSON { return line(Self.name(event), Self.level(event), Self.members(event)) }
        switch event {
        case .ingested(let source, let result): ingested(source, result)
        case .notTaken(let source, let path, let reason):
            Console.error("source \(source): cannot take in \"\(Console.safe(path))\": \(reason)", hint: nil)
        case .doubtful(let source, let rejected, let conflicts):
            Console.error(
                "source \(source): \(rejected) records were rejected and \(conflicts) contradict others; they are kept",
                hint: "cartulary ledger quarantine --ledger \"\(configuration.ledger.value)\"")
        case .sealed(_, let result): console.note("sealed: \(result.path)")
        case .corrected(_, let result): console.note("corrected: \(result.path)")
        case .removed(let archive, let path): console.note("archive \(archive): removed \(path), its time being over")
        case .waiting(let archive, let period, let reasons):
            let name = period.label ?? ""
            Console.error(
                "archive \(archive): \(name) is due and not sealed: \(reasons.joined(separator: "; "))",
                hint: "cartulary run --config \"\(configuration.path)\" --uncovered \(archive)/\(name) --reason \"why\""
            )
        case .failed(let part, let error): Console.error("\(part): \(error.message)", hint: error.hint)
        case .would(let what): Console.write("would \(what)\n", to: STDOUT_FILENO)
        }
    }

    private func ingested(_ source: String, _ result: IngestResult) {
        for name in result.known { console.detail("source \(source): read before: \(Console.safe(name))") }
        for summary in result.sources where summary.read == 0 {
            console.note("source \(source): \(Console.safe(summary.name)) holds no record")
        }
        guard result.isChanged else { return }
        let sums = result.sums
        console.note(
            "source \(source): \(files(result)): read \(sums.read) = accepted \(sums.accepted) + duplicates \(sums.duplicates) + conflicts "
                + "\(sums.conflicts) + rejected \(sums.rejected)")
    }

    private func files(_ result: IngestResult) -> String {
        let names = result.sources.map { Console.safe($0.name) }
        return names.count == 1 ? names[0] : "\(names.count) files"
    }

    /// The last event.
    func finish(_ result: ScheduleResult, _ status: ExitStatus?) {
        if isJSON {
            return line(
                "result", status == nil ? "info" : "error",
                [
                    "accepted": .integer(Int64(result.accepted)), "corrected": .integer(Int64(result.corrected)),
                    "doubtful": .integer(Int64(result.doubtful)),
                    "failures": .integer(Int64(result.failures.count)), "notTaken": .integer(Int64(result.notTaken)),
                    "removed": .integer(Int64(result.removed)),
                    "sealed": .integer(Int64(result.sealed)), "status": .integer(Int64(status?.rawValue ?? 0)),
                    "waiting": .integer(Int64(result.waiting)),
                ])
        }
        if isDryRun { return console.note("nothing was done") }
        console.note(
            "accepted \(result.accepted) new records, sealed \(result.sealed), corrected \(result.corrected)"
                + (result.isComplete ? ": all that was due is done" : ""))
    }

    /// The end of a run in a few words, for whoever is told of it.
    func summary(_ result: ScheduleResult) -> String {
        let open = result.archives.filter { $0.missing > 0 }.map {
            "\($0.name): \(Console.count($0.missing, "period")) due and not sealed"
        }
        return
            (open + result.failures.map(\.message)
            + [
                "accepted \(result.accepted), sealed \(result.sealed), corrected \(result.corrected), not taken in "
                    + "\(result.notTaken), in quarantine \(result.doubtful)"
            ]).joined(separator: "\n")
    }

    private func line(_ event: String, _ level: String, _ members: [String: JSONValue]) {
        var object = members
        object["event"] = .string(event)
        object["level"] = .string(level)
        object["time"] = .string(Timestamp.now.text)
        Console.write(String(decoding: JSONValue.object(object).bytes, as: UTF8.self) + "\n", to: STDERR_FILENO)
    }

    private static func name(_ event: ScheduleEvent) -> String {
        switch event {
        case .ingested: "ingested"
        case .notTaken: "not-taken"
        case .doubtful: "doubtful"
        case .sealed: "sealed"
        case .corrected: "corrected"
        case .removed: "removed"
        case .waiting: "waiting"
        case .failed: "failed"
        case .would: "would"
        }
    }

    private static func level(_ event: ScheduleEvent) -> String {
        switch event {
        case .ingested, .sealed, .corrected, .removed, .would: "info"
        case .notTaken, .doubtful, .waiting, .failed: "error"
        }
    }

    private static func members(_ event: ScheduleEvent) -> [String: JSONValue] {
        switch event {
        case .ingested(let source, let result):
            [
                "changed": .bool(result.isChanged), "readBefore": .integer(Int64(result.known.count)),
                "source": .string(source), "sums": IngestCommand.sums(result.sums),
            ]
        case .notTaken(let source, let path, let reason):
            ["path": .string(path), "reason": .string(reason), "source": .string(source)]
        case .doubtful(let source, let rejected, let conflicts):
            [
                "conflicts": .integer(Int64(conflicts)), "rejected": .integer(Int64(rejected)),
                "source": .string(source),
            ]
        case .sealed(let archive, let result), .corrected(let archive, let result):
            [
                "archive": .string(archive), "bundle": .string(result.path), "name": .string(result.name),
                "errors": .integer(Int64(result.run.count(.error))),
                "warnings": .integer(Int64(result.run.count(.warning))),
            ]
        case .removed(let archive, let path): ["archive": .string(archive), "path": .string(path)]
        case .waiting(let archive, let period, let reasons):
            [
                "archive": .string(archive), "period": .string(period.label ?? ""),
                "reasons": .array(reasons.map(JSONValue.string)),
            ]
        case .failed(let part, let error): ["message": .string(error.message), "part": .string(part)]
        case .would(let what): ["what": .string(what)]
        }
    }
}
