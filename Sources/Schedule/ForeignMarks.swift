import BundleFormat
package import FileSystem
import Ledger
import Spools

extension SchedulePlan {
    /// The spools from which another ledger took files last, or a newer copy of this one, each with the reason.
    func foreignSpools() throws -> [(source: ScheduledSource, folder: String, reason: String)] {
        try sources.compactMap { source in
            guard case .spool(let folder) = source.location,
                let reason = try SpoolMark(folder).reasonAgainst(ledger)
            else { return nil }
            return (source, folder, reason)
        }
    }

    /// The archives that were kept with another ledger last, or with a newer copy of this one, each with the reason.
    func foreignArchives() throws -> [(archive: ScheduledArchive, reason: String)] {
        try archives.compactMap { archive in
            try SpoolMark(archive.directory).reasonAgainst(ledger, did: "kept this archive").map { (archive, $0) }
        }
    }
}

extension ScheduledSource {
    /// Moves what was put away back to where a run takes it from; nil if there is nothing.
    ///
    /// A file of the same name that waits there keeps its bytes under another name.
    var movingBack: ShellCommand? {
        guard case .spool(let folder) = location, FileStatus.exists("\(folder)/\(Spool.done)") else { return nil }
        return ShellCommand(
            "find", .file("\(folder)/\(Spool.done)"), "-maxdepth", "1", "-type", "f", "-exec", "mv",
            "--backup=numbered",
            "-t", .file(folder), "{}", "+")
    }
}

extension ScheduleRun {
    /// If a problem that was found is a mark: what lets the ledger of the plan go on with each such spool and archive, in words, and
    /// the command.
    package static func takingAnew(
        _ plan: SchedulePlan, after problem: EnvironmentError
    ) -> [(text: String, command: ShellCommand)] {
        let spools = (try? plan.foreignSpools()) ?? []
        let archives = (try? plan.foreignArchives()) ?? []
        let reasons = spools.map(\.reason) + archives.map(\.reason)
        guard reasons.contains(where: { problem.message.contains($0) }) else { return [] }
        let marks = archives.map { ShellCommand("rm", .file(SpoolMark($0.archive.directory).path)) }
        guard spools.isEmpty else {
            return spools.map { spool in
                // Put aside it still shows that the folder is the spool.
                let mark = SpoolMark(spool.folder)
                let removal = ShellCommand("mv", "-f", .file(mark.path), .file(mark.setAside))
                let taking = spool.source.movingBack?.then(removal) ?? removal
                return (
                    "if no newer copy is left: let this ledger take the files of source \(spool.source.name) itself, by moving back what is in done "
                        + "and putting the mark aside:", marks.reduce(taking) { $0.then($1) }
                )
            }
        }
        guard let first = marks.first else { return [] }
        return [
            (
                "if no newer copy is left: see that every file that a source of files ever had is where the source finds it, then let this "
                    + "ledger go on, by removing the mark:", marks.dropFirst().reduce(first) { $0.then($1) }
            )
        ]
    }
}
