import FileSystem
package import Ledger
import StrictJSON

/// What a spool keeps of the ledger that took files from it last, and an archive's folder of the ledger that it was kept with.
///
/// A file that was taken is in `done`, where no run looks. A ledger that does not have it, since it is another one or was put back from
/// a backup, would seal its period without it. The mark is in the spool and not beside the ledger, so that it does not go back with that.
/// It is written after the ledger has a file for good, and before the file moves: whenever a run is killed, the file waits or the mark
/// tells of it. Files of `files` stay where they are, in folders that are not the run's own: what the ledger took from these the mark of
/// the archives tells.
package struct SpoolMark {
    /// A hidden name, which no source takes in.
    package static let name = ".ledger.json"

    /// The mark's file.
    package let path: String

    package init(_ folder: String) { path = "\(folder)/\(SpoolMark.name)" }

    /// Notes what a ledger is, and in an archive what its sources have open elsewhere; a mark that would not change is left alone.
    package func write(_ ledger: String, open: Set<String> = []) throws {
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
    package var open: Set<String> {
        let value = (try? contents()).flatMap { try? JSONValue(parsing: $0) }
        return Set((value?["open"]?.array ?? []).compactMap(\.string))
    }

    /// Whether there is a mark, whatever it says.
    package var isThere: Bool { (try? FileName.isTaken(path)) ?? true }

    /// What the command that lets another ledger take the files makes of the mark: it shows that the folder is a spool.
    package var setAside: String { path + ".old" }

    /// The log that the mark is of; nil without a mark, or if it is not what a run wrote.
    package var state: LogState? {
        guard let value = (try? contents()).flatMap({ try? JSONValue(parsing: $0) }) else { return nil }
        return SpoolMark.state(value)
    }

    private static func state(_ value: JSONValue) -> LogState? {
        guard let origin = value["origin"]?.string, let entries = value["entries"]?.integer, entries > 0,
            let root = value["root"]?.string
        else { return nil }
        return LogState(origin: origin, entries: Int(entries), root: root)
    }

    /// Why a ledger may not take files from the spool; nil if it may: it took from it last, or nothing says who did.
    ///
    /// `did` says what the ledger of the mark did.
    package func reasonAgainst(_ ledger: String, did: String = "took files from it") throws -> String? {
        // One that cannot be read stops its source (``Spool/requireUsable()``), and no other.
        guard let bytes = try? contents() else { return nil }
        guard let value = try? JSONValue(parsing: bytes), let state = SpoolMark.state(value) else {
            return "its mark, \"\(path)\", is not what a run wrote"
        }
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
            return "another ledger than \"\(ledger)\" \(did) last, \"\(state.origin)\" with \(count)"
        }
    }

    /// The bytes of the mark; nil if there is none.
    package func contents() throws -> [UInt8]? {
        try ReadOnlyFile.contentsIfPresent(path, limit: SpoolMark.maximumBytes)
    }

    /// A mark has some two hundred bytes.
    private static let maximumBytes = 64 << 10
}
