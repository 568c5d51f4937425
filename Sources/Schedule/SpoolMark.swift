package import FileSystem
import Ledger
import StrictJSON

/// What a spool keeps of the ledger that took files from it last, and an archive's folder of the ledger that it was kept with.
///
/// A file that was taken is in `done`, where no run looks. A ledger that does not have it, since it is another one or was put back from
/// a backup, would seal its period without it. The mark is in the spool and not beside the ledger, so that it does not go back with that.
/// It is written after the ledger has a file for good, and before the file moves: whenever a run is killed, the file waits or the mark
/// tells of it. Files of `files` stay where they are, in folders that are not the run's own: what the ledger took from these the mark of
/// the archives tells.
struct SpoolMark {
    /// A hidden name, which no source takes in.
    static let name = ".ledger.json"

    /// The mark's file.
    let path: String

    init(_ folder: String) { path = "\(folder)/\(SpoolMark.name)" }

    /// Notes what a ledger is, and in an archive what its sources have open elsewhere; a mark that would not change is left alone.
    func write(_ ledger: String, open: Set<String> = []) throws {
        guard FileStatus.exists(ledger), let state = try LedgerView.state(ledger) else { return }
        var members: [String: JSONValue] = [
            "entries": .integer(Int64(state.entries)), "origin": .string(state.origin), "root": .string(state.root),
        ]
        if !open.isEmpty { members["open"] = .array(open.sorted().map(JSONValue.string)) }
        let bytes = JSONValue.object(members).file
        guard try contents() != bytes else { return }
        try DurableFile.replace(path, with: bytes)
    }

    /// What sources of an archive had open elsewhere when it was kept last, as ``SourceCoverage/known`` names it.
    var open: Set<String> {
        let value = (try? contents()).flatMap { try? JSONValue(parsing: $0) }
        return Set((value?["open"]?.array ?? []).compactMap(\.string))
    }

    /// Notes what a ledger is in a spool of an earlier version, which has files that were taken and no mark.
    func writeIfAbsent(_ ledger: String) throws {
        guard try !FileName.isTaken(path), FileStatus.exists("\(FileName.directory(of: path))/\(Spool.done)") else {
            return
        }
        try write(ledger)
    }

    /// Why a ledger may not take files from the spool; nil if it may: it took from it last, or nothing says who did.
    ///
    /// `did` says what the ledger of the mark did.
    func reasonAgainst(_ ledger: String, did: String = "took files from it") throws -> String? {
        // One that cannot be read stops its source (``Spool/requireUsable()``), and no other.
        guard let bytes = try? contents() else { return nil }
        guard let value = try? JSONValue(parsing: bytes), let origin = value["origin"]?.string,
            let entries = value["entries"]?.integer, entries > 0, let root = value["root"]?.string
        else { return "its mark, \"\(path)\", is not what a run wrote" }
        let state = LogState(origin: origin, entries: Int(entries), root: root)
        let count = CountedNoun.text(state.entries, "entry", plural: "entries")
        let fit: LogState.Fit =
            if FileStatus.exists(ledger) { try LedgerView.fit(of: state, in: ledger) } else { .empty }
        switch fit {
        case .holds: return nil
        case .empty: return "a ledger of \(count) \(did), and \"\(ledger)\" is not there or has no entries"
        case .older(let own):
            return
                "the ledger had \(count) when it \(did) last, and \"\(ledger)\" has \(own): it is an older copy"
        case .other:
            return "another ledger than \"\(ledger)\" \(did) last, \"\(origin)\" with \(count)"
        }
    }

    /// The bytes of the mark; nil if there is none.
    func contents() throws -> [UInt8]? {
        try ReadOnlyFile.contentsIfPresent(path, limit: SpoolMark.maximumBytes)
    }

    /// A mark has some two hundred bytes.
    private static let maximumBytes = 64 << 10
}

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
                let removal = ShellCommand("rm", "-f", .file(SpoolMark(spool.folder).path))
                let taking = spool.source.movingBack?.then(removal) ?? removal
                return (
                    "if no newer copy is left: let this ledger take the files of source \(spool.source.name) itself, by moving back what is in done "
                        + "and removing the mark:", marks.reduce(taking) { $0.then($1) }
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
