import ArchiveFormat
import ArgumentParser
import AuditModel
import BundleFormat
import CommandLineInterface
import FileSystem
import StrictJSON

struct CatalogueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalogue",
        abstract: "List the bundles of an archive, and its periods that are not sealed.",
        discussion: """
            EXAMPLES
              cartulary catalogue --archive archive
              cartulary catalogue --archive archive --json

            Prints the content of catalogue.html in the archive's folder. The catalogue is not signed; to check the archive, \
            use cartulary verify --archive.
            """)

    private static let maximumBytes = 1 << 30

    @Option(help: ArgumentHelp("The folder of the archive.", valueName: "dir"), completion: .directory)
    var archive: String

    @Flag(help: "Print catalogue.json, with the bundles of all years in the member bundles.")
    var json = false

    func run() throws {
        let catalogue = try read(Catalogue.file, Catalogue.init)
        let entries = try catalogue.years.flatMap { summary in
            try read(CatalogueYear.path(summary.year), CatalogueYear.init).entries
        }.sorted { $0.position.sequence < $1.position.sequence }
        if json {
            var members = catalogue.value.object ?? [:]
            members["bundles"] = .array(entries.map(\.value))
            return Console.answer(members)
        }
        show(catalogue, entries)
    }

    private func show(_ catalogue: Catalogue, _ entries: [CatalogueEntry]) {
        let replaced = Set(entries.compactMap(\.supersedes))
        for entry in entries { Console.result(entry.line(isReplaced: replaced.contains(entry.position.sequence))) }
        for waiting in catalogue.waiting {
            let reasons = Console.safe(waiting.reasons.joined(separator: "; "))
            Console.result("   -  open       \(Console.safe(waiting.label)): \(reasons)")
        }
        if let next = catalogue.next {
            Console.result("next: \(next.from.text) to \(next.to.text), promised by \(next.due.text)")
        }
    }

    private func read<Value>(_ name: String, _ decode: (JSONValue) -> Value?) throws -> Value {
        let path = "\(archive)/\(name)"
        let bytes = try SmallFile.contents(path, limit: CatalogueCommand.maximumBytes)
        guard let json = try? JSONValue(parsing: bytes), let value = decode(json) else {
            throw CommandError(
                .unreadableInput, "\"\(path)\" is not a catalogue",
                hint: "it can be made again: \(ShellCommand("cartulary", "repair", "--help"))")
        }
        return value
    }
}

extension CatalogueEntry {
    /// The bundle as a line of the list.
    fileprivate func line(isReplaced: Bool) -> String {
        let number = "\(position.sequence)"
        let counts = [
            Console.count(deployments, "deployment"), Console.count(errors, "error"),
            Console.count(warnings, "warning"),
        ]
        return String(repeating: " ", count: max(0, 4 - number.count)) + "\(number)  "
            + state(isReplaced: isReplaced).padded(to: 10) + " \(Console.safe(path).padded(to: 35)) "
            + counts.joined(separator: ", ")
    }

    private func state(isReplaced: Bool) -> String {
        if removed != nil { return "removed" }
        if isReplaced { return "corrected" }
        if uncovered != nil { return "uncovered" }
        return isLate ? "late" : "on time"
    }
}
