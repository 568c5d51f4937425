import ArgumentParser
import AuditModel
import CommandLineInterface
import Ledger
import LedgerUpkeep
import StrictJSON

struct LedgerStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what a ledger holds, and the size that its checkpoint signs.")

    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let status = try LedgerView.status(ledger.path)
        if json { Console.answer(Answer(value(status))) } else { show(status) }
    }

    private func counts(_ status: LedgerView.Status) -> [(name: String, label: String, value: Int)] {
        [
            ("entries", "entries", status.entries), ("runs", "runs", status.runs),
            ("sources", "sources", status.sources), ("deployments", "deployments", status.deployments),
            ("records", "records", status.records), ("quarantined", "in quarantine", status.quarantined),
            ("disputes", "open disputes", status.disputes), ("sealedPeriods", "sealed periods", status.sealedPeriods),
            ("sealedBundles", "sealed bundles", status.seals), ("bytes", "bytes", status.bytes),
            ("superseded", "superseded rows", status.superseded),
        ]
    }

    private func value(_ status: LedgerView.Status) -> JSONValue {
        var members: [String: JSONValue] = [
            "checkpoint": status.checkpoint.map { .integer(Int64($0)) } ?? .null,
            "lastReceived": status.lastReceived.map { .string($0.text) } ?? .null,
            "latePeriods": .array(status.latePeriods.map(JSONValue.string)), "origin": .string(status.origin),
            "root": .string(status.root),
        ]
        for count in counts(status) { members[count.name] = .integer(Int64(count.value)) }
        return .object(members)
    }

    private func show(_ status: LedgerView.Status) {
        for count in counts(status) { Console.row(count.label, "\(count.value)") }
        Console.row("late records in", status.latePeriods.isEmpty ? "none" : status.latePeriods.joined(separator: ", "))
        Console.row("last run", status.lastReceived?.text ?? "none")
        Console.row("root", status.root)
        Console.row(
            "checkpoint",
            status.checkpoint.map { "signed at \(Console.count($0, "entry", plural: "entries"))" } ?? "none")
    }
}
