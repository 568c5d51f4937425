import FileSystem
import Spools

/// What a run writes or reads for itself: among the files of a source it would be taken for records, and moved.
struct OwnFiles {
    private let plan: SchedulePlan
    /// What each is in messages, and its path.
    private let own: [(name: String, path: String)]

    init(_ plan: SchedulePlan, _ options: ScheduleOptions) {
        self.plan = plan
        var own = [("the ledger", plan.ledger)]
        for source in plan.sources {
            if case .marker(let path) = source.coverage { own.append(("the marker of source \(source.name)", path)) }
        }
        own += [("the key", options.keyPath), ("the configuration", options.configurationPath)]
        own += plan.archives.map { ("the folder of archive \($0.name)", $0.directory) }
        self.own = own
    }

    /// Requires that no source would take any of it, whatever the way to it, and whether or not it is there yet.
    func requireApart() throws {
        for source in plan.sources {
            let files = SourceReach(source)
            for (name, path) in own where files.reaches(path) {
                throw EnvironmentError(
                    .usage,
                    "\(name), \"\(path)\", is where source \(source.name) takes its files from, \"\(files.text)\": expected it elsewhere, "
                        + "since it would be taken for records")
            }
        }
    }
}

/// What a source takes in: names that are there, and those that would be if they were.
private struct SourceReach {
    /// Where the source says that its files are.
    let text: String
    private var folders: [String] = []
    private var patterns: [String] = []
    private var files: Set<FileStatus.Identity> = []
    private let isSpool: Bool

    init(_ source: ScheduledSource) {
        switch source.location {
        case .spool(let folder):
            isSpool = true
            text = folder
            folders = [FileName.withoutLinks(folder)]
        case .files(let paths):
            isSpool = false
            text = paths.joined(separator: " ")
            for path in paths { add(path) }
        }
        let found = (try? SourceFiles(source.location))?.paths ?? []
        files = Set(found.compactMap { try? FileStatus($0).identity })
    }

    private mutating func add(_ path: String) {
        guard NamePattern.hasWildcards(path) else {
            if (try? FileStatus(path).kind) == .directory { return folders.append(FileName.withoutLinks(path)) }
            return patterns.append(FileName.withoutLinks(path))
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let first = parts.firstIndex(where: NamePattern.hasWildcards) ?? 0
        let base = first == 0 ? "." : parts[..<first].joined(separator: "/")
        patterns.append(FileName.withoutLinks(base.isEmpty ? "/" : base) + "/" + parts[first...].joined(separator: "/"))
        for match in ((try? NamePattern.matches(path)) ?? []).compactMap(\.text)
        where (try? FileStatus(match).kind) == .directory {
            folders.append(FileName.withoutLinks(match))
        }
    }

    /// Whether the source takes a file, or what is in a folder.
    func reaches(_ path: String) -> Bool {
        if let identity = try? FileStatus(path).identity, files.contains(identity) { return true }
        let own = FileName.withoutLinks(path)
        // A hidden name in a folder of files is left alone; a spool is the run's own as a whole.
        return folders.contains { own == $0 || own.hasPrefix($0 + "/") && (isSpool || !hides(own, below: $0)) }
            || patterns.contains { NamePattern.fits($0, own) || $0 == own }
    }

    private func hides(_ path: String, below folder: String) -> Bool {
        path.dropFirst(folder.count).split(separator: "/").contains { $0.hasPrefix(".") }
            || !SourceFiles.isFinished(path)
    }
}
