import Archive
import ArgumentParser
import AuditModel
import BundleExport
import CommandLineInterface
import FileSystem
import Glibc
import Schedule
import Signing

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check a configuration, or show what it comes to.",
        subcommands: [CheckConfigCommand.self, ShowConfigCommand.self])
}

struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Name everything that is wrong with a configuration.",
        discussion: """
            EXAMPLE
              cartulary config check --config cartulary.yaml

            Looks at the file alone, and at the key. What a run would do, cartulary run --dry-run says.
            """)

    @OptionGroup var source: ConfigurationOptions
    @OptionGroup(title: "Messages") var messages: MessageOptions

    func run() throws {
        let configuration = try source.configuration()
        let key = try KeyFile.read(configuration.key.value)
        guard key.publicKey.type == .ed25519 else {
            throw EnvironmentError(
                .notPermitted,
                "key \"\(configuration.key.value)\" is of type \(key.publicKey.type.rawValue), expected Ed25519",
                hint: "cartulary keygen --out another-path")
        }
        let console = messages.console()
        for source in configuration.sources where source.coverage == .unchecked {
            console.note(
                "note: nothing tells up to when source \(source.name) has come, so that a silent feed is not noticed")
        }
        console.note(
            "\(configuration.path): \(configuration.sources.count) sources, \(configuration.archives.count) archives")
    }
}

struct ShowConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what a configuration comes to.",
        discussion: """
            EXAMPLE
              cartulary config show --config cartulary.yaml --origin
            """)

    @OptionGroup var source: ConfigurationOptions

    @Flag(help: "Say where each setting comes from: option, environment, file or default.")
    var origin = false

    func run() throws {
        let configuration = try source.configuration()
        show("ledger", configuration.ledger)
        show("key", configuration.key)
        show("threads", configuration.threads)
        show("wait", configuration.wait)
        for source in configuration.sources { Console.row("source \(source.name)", Self.text(source)) }
        for archive in configuration.archives { Console.row("archive \(archive.name)", Self.text(archive)) }
    }

    private func show<Value>(_ name: String, _ setting: Setting<Value>) {
        let place = origin ? "  (\(setting.origin.text(source.path)))" : ""
        Console.row(name, "\(setting.value)\(place)")
    }

    private static func text(_ source: ScheduledSource) -> String {
        let place =
            switch source.place {
            case .files(let patterns): patterns.joined(separator: " ")
            case .spool(let folder): "spool folder \(folder)"
            }
        let coverage =
            switch source.coverage {
            case .generatedAt: "its own generatedAt"
            case .marker(let path): "marker \(path)"
            case .unchecked: "nothing"
            }
        return "\(place), covered by \(coverage)"
    }

    private static func text(_ retention: RetentionPolicy?) -> String {
        guard let retention else { return "kept for good" }
        let holds = retention.holds.map { "hold \($0.name)" }
        return "kept \(retention.keepYears) years, removed \(retention.prunesWithRun ? "by each run" : "by hand")"
            + (holds.isEmpty ? "" : ", " + holds.joined(separator: ", "))
    }

    private static func text(_ archive: ScheduledArchive) -> String {
        let words = archive.selection.words + Declared.words(archive.declared)
        let expects = archive.expects.isEmpty ? "no source" : archive.expects.joined(separator: ", ")
        return
            "each \(archive.length.rawValue) from \(archive.begin.label ?? "") in \(archive.directory), due \(archive.delay) s "
            + "after its end, promised \(archive.dueDays) days after it, expects \(expects)"
            + (archive.expectedTransitions > 0 ? " and \(archive.expectedTransitions) transitions" : "")
            + (words.isEmpty ? "" : ", " + words.joined(separator: " ")) + ", " + text(archive.retention)
    }
}
