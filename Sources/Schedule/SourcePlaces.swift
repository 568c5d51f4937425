import FileSystem
import Ledger
import Spools
import StrictJSON

/// Where the records of each source came from as of the last run, and what of it was not read in full.
///
/// A source that gets another name or another folder keeps what blocks it: a source is known by where its files are, then by its name.
/// One that is in the configuration no more is kept as well, as long as something of it is open.
struct SourcePlaces: Equatable {
    /// A source as of the last run.
    struct Place: Equatable {
        /// Whether it is a spool, whose files move.
        var isSpool = false
        /// The folder of a spool, or files, folders and patterns: absolute, with the links that are in them.
        var paths: [String] = []
        /// The folder of a spool without links; nil if it was not there.
        var folder: String?
        /// Folders that were the spool before.
        var former: [String] = []
        /// Files, folders and patterns that were read before, and are not named any more: absolute.
        var formerFiles: [String] = []
        /// Files of which not everything was read, without links in their folders.
        var open: [String] = []
        /// The archives that wait for what is open.
        var archives: [String] = []
        /// The entries in the mark of the spool, as of the last run that looked; 0 without a mark.
        var marked = 0
    }

    /// By source.
    private var places: [String: Place] = [:]

    /// Whether a file is known of which not everything was read.
    var hasOpen: Bool { places.values.contains { !$0.open.isEmpty } }

    subscript(source: String) -> Place? { places[source] }

    /// What is known, each place and file by a digest, since it is also noted where others read it.
    var digests: Set<String> { places.keys.reduce(into: []) { $0.formUnion(digests(of: $1)) } }

    /// What is known of a source, likewise.
    func digests(of source: String) -> Set<String> {
        let place = places[source] ?? Place()
        let texts = ["source \(source)"] + (place.former + place.formerFiles + place.open).map { "place \($0)" }
        return Set(texts.map { String(ContentDigest.hexadecimal(of: Array($0.utf8)).prefix(16)) })
    }

    /// Names of sources that are known and not in a plan.
    func vanished(from plan: SchedulePlan) -> [String] {
        let names = Set(plan.sources.map(\.name))
        return places.keys.filter { !names.contains($0) }.sorted()
    }

    /// Finds the sources of a plan among those that are known, `names` included, of which only the name is known.
    ///
    /// - Returns: by the name that was known, the name that it has now. Every known name is in it, and two may have become one.
    mutating func adopt(_ plan: SchedulePlan, names: Set<String>) -> [String: String] {
        let known = names.union(places.keys)
        let own = plan.sources.map { ($0.name, Place($0)) }
        var matches: [String: String] = [:]
        func isFree(_ old: String) -> Bool { matches[old] == nil }
        for (name, place) in own {
            let same = known.filter { isFree($0) && places[$0]?.isSame(as: place) ?? false }.sorted()
            if let old = same.first(where: { $0 == name }) ?? same.first { matches[old] = name }
        }
        for (name, _) in own where !matches.values.contains(name) && known.contains(name) && isFree(name) {
            matches[name] = name
        }
        // What is left keeps its name, also beside a source that came from elsewhere.
        for old in known where isFree(old) { matches[old] = old }
        var adopted: [String: Place] = [:]
        for (name, place) in own where matches.values.contains(name) { adopted[name] = place }
        for (old, name) in matches.sorted(by: { $0.key < $1.key }) {
            let before = places[old] ?? Place()
            adopted[name] = adopted[name].map { before.moved(to: $0) } ?? before
        }
        places = adopted
        return matches
    }

    /// What of a source nobody looks at any more, and blocks; nil if nothing does.
    func leftBehind(_ source: String, _ plan: SchedulePlan, knowing read: ReadFiles) -> LeftFile? {
        guard var place = places[source] else { return nil }
        // A source that is gone has left the place where it was last, too.
        if !plan.sources.contains(where: { $0.name == source }) {
            if place.isSpool {
                place.former += [place.folder].compactMap(\.self)
            } else {
                place.formerFiles += place.paths
            }
        }
        for folder in place.former where !plan.isSpool(folder) {
            let waiting = Spool(folder: folder).waiting()
            if let path = plan.unreached(waiting.failed).first { return LeftFile(path: path, state: .there) }
            if let path = plan.unreached(waiting.unread).first { return LeftFile(path: path, state: .unread) }
        }
        if let file = place.open.lazy.compactMap({ LeftFile($0, plan) }).first { return file }
        for pattern in place.formerFiles {
            if let path = unread(pattern, plan, knowing: read) { return LeftFile(path: path, state: .unread) }
        }
        return nil
    }

    /// A file of a pattern that no run has read, and that no source looks at; nil if there is none.
    private func unread(_ pattern: String, _ plan: SchedulePlan, knowing read: ReadFiles) -> String? {
        do {
            let files = try SourceFiles(.files([pattern]))
            let left = plan.unreached(files.omissions.map(\.path)).first
            return left ?? plan.unreached(files.paths).first { !read.contains($0) }
        } catch {
            // A place that is gone holds nothing; one that cannot be listed may.
            return (error as? FileSystemError)?.isMissing == true ? nil : pattern
        }
    }

    /// Takes note of what a run has found at a source: the files of which not everything was read.
    ///
    /// `origin` is the log that marks of spools count of; nil for any.
    mutating func note(_ source: ScheduledSource, open: [String], _ plan: SchedulePlan, origin: String?) {
        var place = Place(source)
        let before = places[source.name] ?? Place()
        place.former = before.former
        place.formerFiles = before.formerFiles
        let kept = before.open.filter { LeftFile($0, plan) != nil }
        place.open = Set(kept + open.map(SourcePlaces.resolved)).sorted()
        if case .spool(let folder) = source.location {
            // The mark of a log that the ledger declares lost says nothing of this one.
            let state = SpoolMark(folder).state.flatMap { origin ?? $0.origin == $0.origin ? $0 : nil }
            place.marked = max(before.marked, state?.entries ?? 0)
        }
        place.archives = plan.archives.filter { $0.expects.contains(source.name) }.map(\.name)
        places[source.name] = place
    }

    /// Forgets the marks of spools: they are of another ledger.
    mutating func forgetMarks() {
        for name in places.keys { places[name]?.marked = 0 }
    }

    /// Takes note that the mark of a spool has to tell of so many entries.
    mutating func expectMark(_ entries: Int, of source: ScheduledSource, _ plan: SchedulePlan, origin: String) {
        if places[source.name] == nil { note(source, open: [], plan, origin: origin) }
        let marked = places[source.name]?.marked ?? 0
        places[source.name]?.marked = max(marked, entries)
    }

    /// Takes note that the mark of a spool may be older than it was.
    mutating func forgetMark(of source: String) { places[source]?.marked = 0 }

    /// Takes note that somebody gave a reason to go on without what a source left behind.
    ///
    /// - Returns: whether no archive waits for it any more.
    mutating func settle(_ source: String, archive: String, _ plan: SchedulePlan) -> Bool {
        let waiting = (places[source]?.archives ?? []).filter { $0 != archive }
        places[source]?.archives = waiting
        guard waiting.allSatisfy({ name in !plan.archives.contains { $0.name == name } }) else { return false }
        places[source] = nil
        return true
    }

    /// A path without links in its folder; the file itself may be one.
    fileprivate static func resolved(_ path: String) -> String {
        let folder = FileName.directory(of: path)
        return (FileName.resolved(folder) ?? absolute(folder)) + "/" + FileName.last(of: path)
    }

    /// An absolute path, whose links are left in it.
    fileprivate static func absolute(_ path: String) -> String {
        let whole = path.hasPrefix("/") ? path : (FileName.resolved(".") ?? "") + "/" + path
        return "/" + whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }
}

extension SourcePlaces.Place {
    /// Where a source of a configuration is.
    init(_ source: ScheduledSource) {
        switch source.location {
        case .spool(let folder):
            isSpool = true
            paths = [SourcePlaces.absolute(folder)]
            self.folder = FileName.resolved(folder)
        case .files(let patterns): paths = patterns.map(SourcePlaces.absolute).sorted()
        }
    }

    /// Whether the files of both are at the same place, whatever the way there is.
    fileprivate func isSame(as other: SourcePlaces.Place) -> Bool {
        guard isSpool == other.isSpool, !paths.isEmpty else { return false }
        if let folder, let own = other.folder { return folder == own }
        return paths == other.paths
    }

    /// The same source at a place that may be another one; a folder that it leaves is kept.
    fileprivate func moved(to place: SourcePlaces.Place) -> SourcePlaces.Place {
        var moved = place
        moved.former += former
        moved.open = Set(open + place.open).sorted()
        moved.archives = Set(archives + place.archives).sorted()
        // What moved as a whole has its mark with it; a new spool beside the former one has none yet.
        if isSame(as: place) || folder.map(FileStatus.exists) == false { moved.marked = marked }
        if isSpool, !isSame(as: place), let folder { moved.former.append(folder) }
        moved.former = Set(moved.former).subtracting([place.folder].compactMap(\.self)).sorted()
        let files = formerFiles + (isSpool ? [] : paths) + place.formerFiles
        moved.formerFiles = Set(files).subtracting(place.isSpool ? [] : place.paths).sorted()
        return moved
    }
}

/// A file of which not everything was read, at a place where no source looks any more.
struct LeftFile: Equatable {
    /// What is known of it.
    enum State {
        /// Not everything of it was read, and it can still be mended or removed there.
        case there
        /// No run has read it.
        case unread
        /// Its folder is gone too, so that nobody can tell.
        case gone
    }

    let path: String
    let state: State

    init(path: String, state: State) {
        self.path = path
        self.state = state
    }

    /// nil if the file was taken away, or a source of the plan looks at it itself.
    init?(_ path: String, _ plan: SchedulePlan) {
        self.path = path
        let isThere = (try? FileName.isTaken(path)) ?? true
        state = isThere ? .there : .gone
        let folder = FileName.directory(of: path)
        if isThere { if plan.reaches(path) { return nil } else { return } }
        if FileStatus.exists(folder) { return nil }
        // Without its folder `failed` a spool is known by `done`.
        let spool = FileName.directory(of: folder)
        if FileName.last(of: folder) == Spool.failed, FileStatus.exists("\(spool)/\(Spool.done)") { return nil }
        if plan.sources.contains(where: { $0.holds(FileName.last(of: path)) }) { return nil }
    }

    /// Why it blocks.
    var reason: String {
        switch state {
        case .there:
            "\"\(path)\" is left at a place where no source looks any more: mend it and move it to where the source is now, or remove it"
        case .unread:
            "\"\(path)\" was read by no run, and no source looks there any more: move it to where the source is now, or remove it"
        case .gone:
            "\"\(path)\" was not read in full, and its folder is gone: bring the folder back, or make an empty one if the file was "
                + "dealt with"
        }
    }
}

extension SchedulePlan {
    /// Whether a folder without links is that of a spool.
    fileprivate func isSpool(_ folder: String) -> Bool {
        sources.contains { SourcePlaces.Place($0).folder == folder }
    }

    /// Those of some files that no source with `files` looks at.
    fileprivate func unreached(_ paths: [String]) -> [String] {
        guard !paths.isEmpty else { return [] }
        var reached: Set<String> = []
        for source in sources {
            guard case .files = source.location, let files = try? SourceFiles(source.location) else { continue }
            reached.formUnion((files.paths + files.omissions.map(\.path)).map(SourcePlaces.resolved))
        }
        return paths.filter { path in
            let own = SourcePlaces.resolved(path)
            return !reached.contains(own) && !isSpool(FileName.directory(of: own))
        }
    }

    /// Whether a source looks at a file in every run, so that it blocks by itself as long as something is wrong with it.
    fileprivate func reaches(_ path: String) -> Bool {
        let folder = FileName.directory(of: path)
        let own = FileName.last(of: folder) == Spool.failed ? FileName.directory(of: folder) : folder
        return sources.contains { source in
            switch source.location {
            case .spool: SourcePlaces.Place(source).folder == own
            case .files:
                (try? SourceFiles(source.location)).map { files in
                    (files.paths + files.omissions.map(\.path)).contains { SourcePlaces.resolved($0) == path }
                } ?? false
            }
        }
    }
}

extension SourcePlaces {
    /// Reads what ``value`` wrote; nil if it is something else.
    init?(_ value: JSONValue) {
        guard let members = value.object else { return nil }
        func texts(_ value: JSONValue?) -> [String] { (value?.array ?? []).compactMap(\.string) }
        for (name, value) in members {
            var place = Place()
            place.isSpool = value["spool"] == .bool(true)
            place.paths = texts(value["paths"])
            place.folder = value["folder"]?.string
            place.former = texts(value["former"])
            place.formerFiles = texts(value["formerFiles"])
            place.open = texts(value["open"])
            place.archives = texts(value["archives"])
            place.marked = Int(value["marked"]?.integer ?? 0)
            places[name] = place
        }
    }

    /// The form in the coverage file.
    var value: JSONValue {
        func texts(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
        return .object(
            places.mapValues { place in
                var members: [String: JSONValue] = [
                    "archives": texts(place.archives), "folder": place.folder.map(JSONValue.string) ?? .null,
                    "former": texts(place.former), "formerFiles": texts(place.formerFiles),
                    "open": texts(place.open), "paths": texts(place.paths), "spool": .bool(place.isSpool),
                ]
                if place.marked > 0 { members["marked"] = .integer(Int64(place.marked)) }
                return .object(members)
            })
    }
}
