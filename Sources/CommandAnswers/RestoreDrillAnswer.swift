package import AuditModel
package import CommandLineInterface
package import FileSystem
import StrictJSON

/// What `ledger restore-drill` found, and what can be done.
package struct RestoreDrill {
    /// An archive, and the bundles that the ledger has sealed of it.
    package struct Archive {
        package var name: String
        package var sealed: Int

        package init(name: String, sealed: Int) {
            self.name = name
            self.sealed = sealed
        }
    }

    /// A way on: what to do, and the command for it, if there is one.
    package struct Way {
        package var text: String
        package var command: ShellCommand?

        package init(_ text: String, _ command: ShellCommand? = nil) {
            self.text = text
            self.command = command
        }
    }

    /// Files of a source that were put away, and are not in the ledger.
    package struct Unread {
        package var source: String
        package var folder: String
        package var spool: String
        /// At least one.
        package var paths: [String]

        package init(source: String, folder: String, spool: String, paths: [String]) {
            self.source = source
            self.folder = folder
            self.spool = spool
            self.paths = paths
        }

        /// Files that one command moves: a command line has an end.
        private static let maximumFiles = 20

        /// Puts the files back where a run takes them from.
        var command: ShellCommand {
            ShellCommand(
                ["mv", "--backup=numbered"] + paths.prefix(Unread.maximumFiles).map(ShellCommand.Part.file) + [
                    .file(spool)
                ])
        }

        var text: String {
            let files = Console.count(paths.count, "file")
            let verb = paths.count == 1 ? "is" : "are"
            let rest = paths.count > Unread.maximumFiles ? ", \(Unread.maximumFiles) at a time" : ""
            return "source \(source): \(files) in \(Console.safe(folder)) \(verb) not in this ledger, such as "
                + "\(Console.safe(FileName.last(of: paths.first ?? folder))); before the next run\(rest): \(command)"
        }
    }

    package let ledger: String
    package var isThere = false
    /// When the ledger was last written; nil if it is not there, cannot be read, or has no entries.
    package var lastWritten: Timestamp?
    package var archives: [Archive] = []
    /// What does not fit; empty if ledger and archives belong together.
    package var problems: [String] = []
    /// What to do about a problem that is none of the ledger.
    package var hint: Hint?
    /// What can be done about the ledger, the best first.
    package var ways: [Way] = []
    package var unread: [Unread] = []
    /// The status that the command ends with; nil if all fits.
    package var status: ExitStatus?

    package init(ledger: String) { self.ledger = ledger }

    /// What can be done, line by line.
    package var lines: [String] {
        var lines = unread.map(\.text)
        if !ways.isEmpty {
            lines.append(
                "What to do, the best way first. Until then nothing is sealed; no bundle has to be renamed or removed.")
        }
        for (index, way) in ways.enumerated() {
            lines.append("\(index + 1). \(way.text)")
            if let command = way.command { lines.append("   \(command)") }
        }
        return lines
    }
}

extension Answer {
    /// What a restore drill found.
    package static func restoreDrill(_ drill: RestoreDrill) -> Answer {
        Answer([
            "archives": .array(
                drill.archives.map { .object(["name": .string($0.name), "sealed": .count($0.sealed)]) }),
            "hint": .optional(drill.hint?.description),
            "isWell": .bool(drill.status == nil),
            "ledger": .object([
                "isThere": .bool(drill.isThere), "lastWritten": .optional(drill.lastWritten),
                "path": .string(drill.ledger),
            ]),
            "problems": .texts(drill.problems),
            "unread": .array(
                drill.unread.map { unread in
                    .object([
                        "command": .string(unread.command.description), "files": .texts(unread.paths),
                        "source": .string(unread.source),
                    ])
                }),
            "ways": .array(
                drill.ways.map { way in
                    .object(["command": .optional(way.command?.description), "text": .string(way.text)])
                }),
        ])
    }
}
