import Archive
import ArgumentParser
import AuditModel
import BundleFormat
import CommandAnswers
import CommandLineInterface
import RunConfiguration
import Schedule
import Spools

struct ConfigShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the effective settings.",
        discussion: """
            EXAMPLES
              cartulary config show --config cartulary.yaml --origin
              cartulary config show --config cartulary.yaml --json
            """)

    @OptionGroup var source: ConfigurationOptions

    @Flag(help: "Show the origin of each setting: option, environment, file or default.")
    var origin = false

    @Flag(help: "Print the settings as JSON, with their origins.")
    var json = false

    func run() throws {
        let configuration = try source.configuration()
        if json { return Console.answer(.settings(configuration)) }
        show("ledger", configuration.ledger)
        show("key", configuration.key)
        show("threads", configuration.threads)
        show("memory", configuration.memory)
        show("wait", configuration.wait)
        show("verify-before-seal", configuration.sealVerification)
        for source in configuration.sources { Console.row("source \(source.name)", source.text) }
        for archive in configuration.archives { Console.row("archive \(archive.name)", archive.text) }
    }

    private func show<Value>(_ name: String, _ setting: Setting<Value>) {
        let place = origin ? "  (\(setting.origin.text(source.path)))" : ""
        Console.row(name, "\(setting.value)\(place)")
    }
}

extension ScheduledSource {
    fileprivate var text: String {
        let records =
            switch location {
            case .files(let patterns): patterns.joined(separator: " ")
            case .spool(let folder): "spool folder \(folder)"
            }
        let proof =
            switch coverage {
            case .generatedAt: "generatedAt"
            case .marker(let path): "marker \(path)"
            case .unchecked: "unchecked"
            }
        return "\(records), coverage: \(proof)"
    }
}

extension ScheduledArchive {
    fileprivate var text: String {
        var parts = [
            "each \(length.rawValue) from \(begin.label ?? "") in \(directory)", "due \(delay) s after its end",
            "promised \(Console.count(dueDays, "day")) after its end",
            "expects \(expects.isEmpty ? "no source" : expects.joined(separator: ", "))",
        ]
        if expectedTransitions > 0 { parts.append("expects \(Console.count(expectedTransitions, "transition"))") }
        let options = selection.words + Declared.words(declared)
        if !options.isEmpty { parts.append(options.joined(separator: " ")) }
        if workbook != .auto { parts.append("workbook: \(workbook.rawValue)") }
        parts.append(retention?.text ?? "kept permanently")
        if let verifyShare { parts.append("\(verifyShare.text) checked by each run") }
        return parts.joined(separator: ", ")
    }
}

extension RetentionPolicy {
    fileprivate var text: String {
        let removal = prunesWithRun ? "each run" : "hand"
        return
            (["kept \(Console.count(keepYears, "year"))", "removed by \(removal)"] + holds.map { "hold \($0.name)" })
            .joined(separator: ", ")
    }
}
