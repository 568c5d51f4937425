import AuditModel
import BundleExport
import BundleFormat
import Schedule
import Yams

/// Makes a configuration of its nodes; what is wrong is collected.
struct ConfigurationReader {
    let root: Node
    let path: String
    let problems: ConfigurationProblems
    let overrides: Configuration.Overrides
    let cores: Int

    static let rootKeys = ["ledger", "key", "sources", "archives", "threads", "wait", "notify"]
    static let noticeKeys = ["metrics", "ping", "on-failure"]
    static let sourceKeys = ["name", "files", "spool", "covers-until", "marker"]
    static let archiveKeys =
        [
            "name", "directory", "period", "begin", "due-after", "due-days", "expect", "expect-transitions", "basis",
            "network", "token-type", "deployed-by", "status", "retention",
        ] + declarations.map(\.option)

    /// What an archive can declare; a request or a reason belongs to one bundle.
    private static var declarations: [(option: String, member: String)] {
        Declared.all.filter { $0.option != "request-ref" && $0.option != "uncovered" }
    }

    mutating func read() -> Configuration? {
        let section = ConfigurationSection(root, "the configuration", Self.rootKeys, problems)
        let ledger = text(section, "ledger", "CARTULARY_LEDGER")
        let key = text(section, "key", "CARTULARY_KEY")
        let threads = number(section, "threads", "CARTULARY_THREADS", overrides.threads, 1...1024, cores)
        let wait = number(section, "wait", "CARTULARY_WAIT", overrides.wait, 0...86_400, 0)
        let sources = section.sections("sources", "source", Self.sourceKeys).compactMap(source)
        refuseRepetitions(sources.map(\.name), "source")
        let names = sources.map(\.name)
        let archives = section.sections("archives", "archive", Self.archiveKeys).compactMap { archive($0, names) }
        refuseRepetitions(archives.map(\.name), "archive")
        refuseRepetitions(archives.map(\.directory), "directory")
        guard let ledger, let key else { return nil }
        if ledger.value == key.value { section.add("is the key's file too", "ledger") }
        checkSpools(sources, ledger.value)
        return Configuration(
            path: path, ledger: ledger, key: key, threads: threads, wait: wait, sources: sources, archives: archives,
            notices: notices(section))
    }

    // Settings that the environment can change

    private func text(_ section: ConfigurationSection, _ key: String, _ variable: String) -> Setting<String>? {
        if let value = overrides.environment[variable], !value.isEmpty {
            return Setting(value: value, origin: .variable(variable))
        }
        guard let value = section.required(key) else { return nil }
        guard let place = key == "key" ? keyPath(value, section) : absolute(value) else { return nil }
        return Setting(value: place, origin: .file(section[key]?.mark?.line ?? 0))
    }

    /// `credential:NAME` is a file that systemd hands over (systemd.exec(5), LoadCredential).
    private func keyPath(_ value: String, _ section: ConfigurationSection) -> String? {
        let prefix = "credential:"
        guard value.hasPrefix(prefix) else { return absolute(value) }
        guard let folder = overrides.environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty else {
            section.add(
                "is \"\(value)\", but CREDENTIALS_DIRECTORY is not set: run it as a service with LoadCredential, or name "
                    + "the key with CARTULARY_KEY", "key")
            return nil
        }
        return "\(folder)/\(value.dropFirst(prefix.count))"
    }

    private func number(
        _ section: ConfigurationSection, _ key: String, _ variable: String, _ option: Int?, _ range: ClosedRange<Int>,
        _ standard: Int
    ) -> Setting<Int> {
        let own = section.number(key, range)
        if let option { return Setting(value: option, origin: .option) }
        if let text = overrides.environment[variable], !text.isEmpty {
            if let value = Int(text), range.contains(value) {
                return Setting(value: value, origin: .variable(variable))
            }
            problems.add(
                "\(variable) is \"\(text)\", expected \(range.lowerBound) to \(range.upperBound)", at: nil)
        }
        guard let own else { return Setting(value: standard, origin: .standard) }
        return Setting(value: own, origin: .file(section[key]?.mark?.line ?? 0))
    }

    /// Paths are relative to the configuration's folder, so that cron and a shell mean the same.
    private func absolute(_ value: String) -> String {
        guard !value.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return value }
        return path[...slash] + value
    }

    private func notices(_ section: ConfigurationSection) -> Configuration.Notices {
        var notices = Configuration.Notices()
        guard let node = section["notify"] else { return notices }
        let own = ConfigurationSection(node, "notify", Self.noticeKeys, problems)
        notices.metrics = own.text("metrics").map(absolute)
        if let path = notices.metrics, !path.hasSuffix(".prom") {
            own.add("is \"\(path)\", expected a name that ends in .prom, as only these are read", "metrics")
        }
        notices.ping = own.text("ping")
        if let address = notices.ping, !address.hasPrefix("https://"), !address.hasPrefix("http://") {
            own.add("is \"\(address)\", expected an address that begins with https://", "ping")
        }
        notices.onFailure = own.text("on-failure")
        return notices
    }

    // Sources and archives

    private func source(_ section: ConfigurationSection) -> ScheduledSource? {
        let name = section.required("name")
        let files = section.texts("files").map(absolute)
        let spool = section.text("spool").map(absolute)
        let coverage = coverage(section)
        if (files.isEmpty) == (spool == nil) {
            problems.add("\(section.name) needs either files or spool", at: section.node)
        }
        guard let name, let coverage else { return nil }
        return ScheduledSource(name: name, place: spool.map { .spool($0) } ?? .files(files), coverage: coverage)
    }

    private func coverage(_ section: ConfigurationSection) -> ScheduledSource.Coverage? {
        let marker = section.text("marker").map(absolute)
        let kind = section.required("covers-until")
        if marker != nil, kind != "marker" { section.add("goes with covers-until: marker", "marker") }
        switch kind {
        case nil: return nil
        case "generated-at": return .generatedAt
        case "unchecked": return .unchecked
        case "marker":
            if marker == nil { problems.add("\(section.name) has no marker", at: section.node) }
            return marker.map { .marker($0) }
        case let other?:
            section.add("is \"\(other)\", expected generated-at, marker or unchecked", "covers-until")
            return nil
        }
    }

    private func archive(_ section: ConfigurationSection, _ sources: [String]) -> ScheduledArchive? {
        let (name, directory) = (section.required("name"), section.required("directory").map(absolute))
        if let name, let problem = BundleName.problem(name) {
            section.add("is \"\(name)\" and has a \(problem)", "name")
        }
        _ = section.required("period")
        let length = section.word("period", PeriodLength.self)
        let begin = begin(section, length)
        guard let name, let directory, let length, let begin else { return nil }
        var archive = ScheduledArchive(name: name, directory: directory, length: length, begin: begin)
        archive.delay = section.duration("due-after") ?? 0
        archive.dueDays = section.number("due-days", 0...3660) ?? 10
        archive.expectedTransitions = section.number("expect-transitions", 0...1_000_000_000) ?? 0
        archive.expects = section["expect"] == nil ? sources : section.texts("expect")
        for missing in archive.expects where !sources.contains(missing) {
            section.add("names \"\(missing)\", which is no source", "expect")
        }
        archive.selection = selection(section)
        archive.retention = RetentionSection(archive: section, problems).policy()
        for (option, member) in Self.declarations {
            guard let value = section.text(option) else { continue }
            if let problem = Declared.problem(member, value) { section.add(problem, option) }
            archive.declared[member] = value
        }
        return archive
    }

    private func begin(_ section: ConfigurationSection, _ length: PeriodLength?) -> Period? {
        guard let text = section.required("begin"), let length else { return nil }
        guard let period = Period(label: text), length.period(containing: period.from).label == text else {
            section.add("is \"\(text)\", expected a \(length.rawValue) such as \(Self.example(length))", "begin")
            return nil
        }
        return period
    }

    private static func example(_ length: PeriodLength) -> String {
        length.period(containing: CalendarDate(year: 2026, month: 2, day: 14).midnight).label ?? ""
    }

    private func selection(_ section: ConfigurationSection) -> Selection {
        func sorted(_ key: String) -> [String] {
            Set(section.texts(key)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
        var selection = Selection()
        selection.basis = section.word("basis", Basis.self) ?? .activity
        (selection.networks, selection.tokenTypes) = (sorted("network"), sorted("token-type"))
        selection.deployers = sorted("deployed-by")
        let states = section.texts("status")
        selection.statuses = Set(states.compactMap { DeploymentStatus(name: $0) }).sorted()
        for state in states where DeploymentStatus(name: state) == nil {
            let names = DeploymentStatus.allCases.map(\.name).joined(separator: ", ")
            section.add("names \"\(state)\", expected one of \(names)", "status")
        }
        return selection
    }

    /// What lies in a spool folder is taken for records and moved.
    private func checkSpools(_ sources: [ScheduledSource], _ ledger: String) {
        let spools = sources.compactMap { source in
            if case .spool(let folder) = source.place { (source.name, Self.plain(folder)) } else { nil }
        }
        refuseRepetitions(spools.map(\.1), "spool")
        func folder(_ path: String) -> String {
            let parts = Self.plain(path).split(separator: "/", omittingEmptySubsequences: false).dropLast()
            return parts.isEmpty ? "." : parts.joined(separator: "/")
        }
        for (name, spool) in spools {
            if folder(ledger) == spool {
                problems.add("the ledger lies in the spool folder of source \(name)", at: root)
            }
            for source in sources {
                guard case .marker(let path) = source.coverage, folder(path) == spool else { continue }
                problems.add("the marker of source \(source.name) lies in the spool folder of source \(name)", at: root)
            }
        }
    }

    /// A path without what means nothing in it.
    private static func plain(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
        return path.hasPrefix("/") ? "/" + parts : parts.isEmpty ? "." : parts
    }

    private func refuseRepetitions(_ names: [String], _ word: String) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            problems.add("\(word) \(name) stands twice, expected another for each", at: root)
        }
    }
}
