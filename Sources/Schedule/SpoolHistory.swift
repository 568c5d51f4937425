import Archive
import ArchiveFormat
import FileSystem
import Ledger
import Spools

/// What a ledger, and the marks in spools and archives, tell of the files that were taken from spools.
final class SpoolHistory {
    /// The log's name.
    let origin: String
    private let plan: SchedulePlan
    private var known: [SourceReading]?
    private var found: Set<String>?

    init(_ plan: SchedulePlan, origin: String) {
        self.plan = plan
        self.origin = origin
    }

    /// Whether a run has kept an archive of the plan before: until then a ledger has its files from another command.
    var hasRun: Bool {
        plan.archives.contains { archive in
            let beside = plan.ledger + LedgerView.archiveSuffix + archive.name
            let paths = [
                SpoolMark(archive.directory).path, "\(archive.directory)/\(Catalogue.checkpoint)", beside + ".json",
                beside + ".place",
            ]
            return paths.contains(where: FileStatus.exists)
        }
    }

    /// How many files the ledger had read when a mark of it was written; 0 without one.
    func sources(of mark: SpoolMark) throws -> Int {
        guard let state = mark.state, state.origin == origin else { return 0 }
        return try readings().prefix { $0.entries <= state.entries }.count
    }

    /// How many files the ledger had read by the newest mark of it.
    func markedSources() throws -> Int {
        let folders = plan.archives.map(\.directory) + plan.sources.compactMap(\.spool)
        return try folders.map { try sources(of: SpoolMark($0)) }.max() ?? 0
    }

    /// Those of some files that the ledger has read, by their numbers, that lie at no source any more.
    func lost(_ numbers: Range<Int>) throws -> [SourceReading] {
        let all = try readings()
        let held = try held(among: all)
        return all[numbers.clamped(to: 0..<all.count)].filter { !held.contains($0.sha256) }
    }

    /// Whether of the files that were read last before a mark of so many entries was written one lies at no source any more.
    func lacksNewest(_ entries: Int) throws -> Bool {
        let before = try readings().prefix { $0.entries <= entries }
        guard let last = before.last?.entries else { return false }
        let begin = before.firstIndex { $0.entries == last } ?? before.endIndex
        return try !lost(begin..<before.endIndex).isEmpty
    }

    private func readings() throws -> [SourceReading] {
        if let known { return known }
        let all = try LedgerView.readings(plan.ledger)
        known = all
        return all
    }

    /// The digests of what lies at the sources of the plan, as far as the ledger has read it.
    private func held(among readings: [SourceReading]) throws -> Set<String> {
        if let found { return found }
        let sizes = Set(readings.map(\.bytes))
        let paths = plan.sources.flatMap(\.everywhere).filter {
            sizes.contains(FileStatus.size(ofRegularFile: $0) ?? 0)
        }
        let held = try KnownSources.held(paths, in: plan.ledger)
        found = held
        return held
    }
}

extension ScheduledSource {
    /// The folder of a spool; nil for files that stay.
    fileprivate var spool: String? {
        if case .spool(let folder) = location { folder } else { nil }
    }

    /// Files that wait at the source, or were taken from it.
    fileprivate var everywhere: [String] {
        let waiting = (try? SourceFiles(location))?.paths ?? []
        guard let spool else { return waiting }
        let taken = ["\(spool)/\(Spool.done)", "\(spool)/\(Spool.failed)"].flatMap { folder in
            (try? DirectoryListing(folder))?.files ?? []
        }
        return waiting + taken
    }
}
