import Schedule
import Spools
import Yams

/// Refuses a ledger or a marker in a spool folder, whose files are read as records and moved.
struct SpoolCheck {
    let sources: [ScheduledSource]
    let problems: ConfigurationProblems
    let root: Node

    func run(ledger: String) {
        problems.refuseRepetitions(spools.map(\.folder), word: "spool", at: root)
        for (name, spool) in spools {
            if folder(of: ledger) == spool {
                problems.add("the ledger is in the spool folder of source \(name)", at: root)
            }
            for source in sources {
                guard case .marker(let path) = source.coverage, folder(of: path) == spool else { continue }
                problems.add("the marker of source \(source.name) is in the spool folder of source \(name)", at: root)
            }
        }
    }

    private var spools: [(source: String, folder: String)] {
        sources.compactMap { source in
            guard case .spool(let folder) = source.location else { return nil }
            return (source.name, plain(folder))
        }
    }

    private func folder(of path: String) -> String {
        let parts = plain(path).split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return parts.isEmpty ? "." : parts.joined(separator: "/")
    }

    /// A path without the parts that mean nothing.
    private func plain(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
        return path.hasPrefix("/") ? "/" + parts : parts.isEmpty ? "." : parts
    }
}
