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
        abstract: "List what an archive's folder holds, and what is open.",
        discussion: """
            EXAMPLES
              cartulary catalogue --archive archive
              cartulary catalogue --archive archive --json

            The same as catalogue.html in the folder. It is a list and proves nothing: cartulary verify --archive does.
            """)

    @Option(
        help: ArgumentHelp("The folder of an archive.", valueName: "dir"), completion: .directory)
    var archive: String

    @Flag(help: "Print catalogue.json, with the bundles of all years as its member bundles.")
    var json = false

    func run() throws {
        let catalogue = try read(Catalogue.file, Catalogue.init)
        let entries = try catalogue.years.flatMap { summary in
            try read(CatalogueYear.path(summary.year), CatalogueYear.init).entries
        }.sorted { $0.place.sequence < $1.place.sequence }
        if json {
            var members = catalogue.value.object ?? [:]
            members["bundles"] = .array(entries.map(\.value))
            return Console.result(String(decoding: JSONValue.object(members).bytes, as: UTF8.self))
        }
        let replaced = Set(entries.compactMap(\.supersedes))
        for entry in entries { Console.result(Self.line(entry, isReplaced: replaced.contains(entry.place.sequence))) }
        for waiting in catalogue.waiting {
            Console.result(
                "   -  open       \(Console.safe(waiting.label)): \(Console.safe(waiting.reasons.joined(separator: "; ")))"
            )
        }
        if let next = catalogue.next {
            Console.result("next: \(next.from.text) to \(next.to.text), promised by \(next.due.text)")
        }
    }

    private func read<Value>(_ name: String, _ form: (JSONValue) -> Value?) throws -> Value {
        let path = "\(archive)/\(name)"
        let bytes = try SmallFile.contents(path, limit: 1 << 30)
        guard let value = try? JSONValue(parsing: bytes), let catalogue = form(value) else {
            throw EnvironmentError(
                .unreadableInput, "\"\(path)\" is no catalogue",
                hint: "cartulary verify --archive \"\(archive)\" --trust KEYS")
        }
        return catalogue
    }

    private static func line(_ entry: CatalogueEntry, isReplaced: Bool) -> String {
        let state =
            entry.removed != nil
            ? "removed"
            : isReplaced ? "corrected" : entry.uncovered != nil ? "uncovered" : entry.isLate ? "late" : "on time"
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(1, width - text.count))
        }
        let number = "\(entry.place.sequence)"
        return String(repeating: " ", count: max(0, 4 - number.count)) + "\(number)  " + padded(state, 11)
            + padded(Console.safe(entry.path), 36) + "\(entry.deployments) deployments, \(entry.errors) errors, "
            + "\(entry.warnings) warnings"
    }
}
