import FileSystem
import Ledger
import Spools

extension SourceCoverage {
    /// Takes note of the spools that files were taken from, by what the ledger and the marks tell: the coverage file may be gone,
    /// older, or that of another ledger, and nothing would be missed in a folder that is not mounted then.
    ///
    /// Of a file that the ledger has read, that runs know of, and that lies at no source any more, nobody knows where it came from.
    /// Each spool whose mark is not newer than it may be the one: it has to show its mark, or the file, from then on.
    mutating func learnSpools(_ plan: SchedulePlan) throws {
        guard FileStatus.exists(plan.ledger), let extent = try LedgerView.extent(plan.ledger) else { return }
        keep(for: extent.origin)
        let history = SpoolHistory(plan, origin: extent.origin)
        spools = history
        let known = ledger?.sources ?? 0
        guard known < extent.sources else { return }
        let end = try ledger == nil ? (history.hasRun ? extent.sources : 0) : history.markedSources()
        for source in plan.sources {
            guard case .spool(let folder) = source.location else { continue }
            let begin = max(known, try history.sources(of: SpoolMark(folder)))
            guard begin < end, let lost = try history.lost(begin..<end).last else { continue }
            taken.insert(source.name)
            places.expectMark(lost.entries, of: source, plan, origin: extent.origin)
        }
    }

    /// Takes note that somebody stated that the folder of a source is its spool, whatever its mark said.
    mutating func confirm(_ source: String) { places.forgetMark(of: source) }

    /// Takes note that the spool of a source has the mark of this ledger.
    mutating func noteTaken(_ source: String) { taken.insert(source) }

    /// Requires that a folder is the spool from which files were taken: its mark says so, or what was moved to `done` in it.
    ///
    /// `isConfirmed` says that somebody stated that it is the folder to which files come.
    func requireOwn(_ folder: String, of source: String, isConfirmed: Bool) throws {
        guard taken.contains(source), FileStatus.exists(folder), !isConfirmed else { return }
        let place = places[source]
        let marked = place?.marked ?? 0
        let mark = SpoolMark(folder)
        if mark.isThere {
            guard let state = mark.state, state.origin == spools?.origin ?? ledger?.origin, state.entries < marked
            else {
                return
            }
            throw foreign(
                folder, source,
                because: "has an older mark than a run left there, \(state.entries) in place of \(marked)")
        }
        if FileStatus.exists(mark.setAside) { return }
        if Spool(folder: folder).hasTaken {
            guard let spools, marked > 0, try spools.lacksNewest(marked) else { return }
            throw foreign(
                folder, source,
                because: "has no mark, and a run left one there; \(Spool.done) lacks the newest file that was taken")
        }
        // A source that moved has both where it was.
        if marked == 0, place?.former.contains(where: SourceCoverage.isSpool) == true { return }
        throw foreign(folder, source, because: "has neither the mark that a run left there nor a file in \(Spool.done)")
    }

    private func foreign(_ folder: String, _ source: String, because reason: String) -> EnvironmentError {
        EnvironmentError(
            .noInput,
            "spool \"\(folder)\" of source \(source) \(reason): it may be another folder, such as one that is not mounted, or a copy",
            hint:
                "mount it, or put it back with its hidden files; if files come to this folder now, and none is missing, add \(.option("--confirm-spool", source)) to cartulary run"
        )
    }

    private static func isSpool(_ folder: String) -> Bool {
        SpoolMark(folder).isThere || FileStatus.exists("\(folder)/\(Spool.done)")
    }
}
