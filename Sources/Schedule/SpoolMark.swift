package import FileSystem
import Ledger
import StrictJSON

/// What a spool keeps of the ledger that took files from it last.
///
/// A file that was taken is in `done`, where no run looks. A ledger that does not have it, since it is another one or was put back from
/// a backup, would seal its period without it. The mark is in the spool and not beside the ledger, so that it does not go back with that.
/// It is written after the ledger has a file for good, and before the file moves: whenever a run is killed, the file waits or the mark
/// tells of it.
struct SpoolMark {
    /// A hidden name, which no source takes in.
    static let name = ".ledger.json"

    /// The mark's file.
    let path: String

    init(_ folder: String) { path = "\(folder)/\(SpoolMark.name)" }

    /// Notes what a ledger is; a mark that would not change is left alone.
    func write(_ ledger: String) throws {
        guard FileStatus.exists(ledger), let state = try LedgerView.state(ledger) else { return }
        let bytes = JSONValue.object([
            "entries": .integer(Int64(state.entries)), "origin": .string(state.origin), "root": .string(state.root),
        ]).file
        guard try contents() != bytes else { return }
        try DurableFile.replace(path, with: bytes)
    }

    /// Notes what a ledger is in a spool of an earlier version, which has files that were taken and no mark.
    func writeIfAbsent(_ ledger: String) throws {
        guard try !FileName.isTaken(path), FileStatus.exists("\(FileName.directory(of: path))/\(Spool.done)") else {
            return
        }
        try write(ledger)
    }

    /// Why a ledger may not take files from the spool; nil if it may: it took from it last, or nothing says who did.
    func reasonAgainst(_ ledger: String) throws -> String? {
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
        case .empty: return "a ledger of \(count) took files from it, and \"\(ledger)\" is not there or has no entries"
        case .older(let own):
            return
                "the ledger had \(count) when it took files from it last, and \"\(ledger)\" has \(own): it is an older copy"
        case .other:
            return "another ledger than \"\(ledger)\" took files from it last, \"\(origin)\" with \(count)"
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
    /// If a problem that was found is the mark of a spool: what lets the ledger of the plan take the files of each such spool itself.
    package static func takingAnew(
        _ plan: SchedulePlan, after problem: EnvironmentError
    ) -> [(source: String, command: ShellCommand)] {
        let spools = (try? plan.foreignSpools()) ?? []
        guard spools.contains(where: { problem.message.contains($0.reason) }) else { return [] }
        return spools.map { spool in
            let removal = ShellCommand("rm", .file(SpoolMark(spool.folder).path))
            return (spool.source.name, spool.source.movingBack?.then(removal) ?? removal)
        }
    }
}
