import Schedule
import Yams

/// Makes a configuration from its YAML nodes; everything that is wrong is collected.
struct ConfigurationReader {
    let root: Node
    let path: String
    let problems: ConfigurationProblems
    let overrides: Configuration.Overrides
    let cores: Int

    static let rootKeys = [
        "version", "ledger", "key", "sources", "archives", "threads", "memory", "wait", "verify-before-seal", "notify",
    ]
    static let noticeKeys = ["metrics", "ping", "on-failure"]

    /// The configuration; nil, or one with gaps, if there are problems.
    func read() -> Configuration? {
        let section = ConfigurationSection(
            root, name: "the configuration", keys: Self.rootKeys, problems: problems)
        _ = section.number("version", in: Configuration.version...Configuration.version)
        let ledger = pathSetting(section, "ledger", variable: "CARTULARY_LEDGER")
        let key = KeySetting(section: section, environment: overrides.environment, absolute: absolute).read()
        let threads = number(
            section, "threads", variable: "CARTULARY_THREADS", option: overrides.threads, range: 1...1024,
            default: cores)
        let memory = memorySetting(section)
        let wait = number(
            section, "wait", variable: "CARTULARY_WAIT", option: overrides.wait, range: 0...86_400, default: 0)
        let sources = sources(section)
        let archives = archives(section, sources: sources.map(\.name))
        guard let ledger, let key else { return nil }
        if ledger.value == key.value { section.add("is also the key's file", key: "ledger") }
        SpoolCheck(sources: sources, problems: problems, root: root).run(ledger: ledger.value)
        return Configuration(
            path: path, ledger: ledger, key: key, threads: threads, memory: memory, wait: wait,
            sealVerification: sealVerification(section), sources: sources, archives: archives,
            notices: notices(section), configuredKey: KeySetting.path(section, absolute) ?? key.value,
            isService: overrides.environment["CREDENTIALS_DIRECTORY"].map { !$0.isEmpty } ?? false)
    }

    private func sources(_ section: ConfigurationSection) -> [ScheduledSource] {
        let sources = section.sections("sources", word: "source", keys: SourceSection.keys).compactMap {
            SourceSection(section: $0, absolute: absolute).source()
        }
        problems.refuseRepetitions(sources.map(\.name), word: "source", at: root)
        return sources
    }

    private func archives(_ section: ConfigurationSection, sources: [String]) -> [ScheduledArchive] {
        let archives = section.sections("archives", word: "archive", keys: ArchiveSection.keys).compactMap {
            ArchiveSection(section: $0, absolute: absolute).archive(sources: sources)
        }
        problems.refuseRepetitions(archives.map(\.name), word: "archive", at: root)
        problems.refuseRepetitions(archives.map(\.directory), word: "directory", at: root)
        return archives
    }

    private func sealVerification(_ section: ConfigurationSection) -> Setting<SealVerification> {
        guard let own = section.word("verify-before-seal", SealVerification.self) else {
            return Setting(value: .always, origin: .standard)
        }
        return Setting(value: own, origin: .file(section.line("verify-before-seal")))
    }

    // Settings that the environment can override

    private func pathSetting(_ section: ConfigurationSection, _ key: String, variable: String) -> Setting<String>? {
        if let value = overrides.environment[variable], !value.isEmpty {
            return Setting(value: value, origin: .variable(variable))
        }
        guard let value = section.required(key) else { return nil }
        return Setting(value: absolute(value), origin: .file(section.line(key)))
    }

    private func number(
        _ section: ConfigurationSection, _ key: String, variable: String, option: Int?, range: ClosedRange<Int>,
        default standard: Int
    ) -> Setting<Int> {
        let own = section.number(key, in: range)
        if let option { return Setting(value: option, origin: .option) }
        if let text = overrides.environment[variable], !text.isEmpty {
            if let value = Int(text), range.contains(value) {
                return Setting(value: value, origin: .variable(variable))
            }
            problems.add("\(variable) is \"\(text)\", expected \(range.lowerBound) to \(range.upperBound)", at: nil)
        }
        guard let own else { return Setting(value: standard, origin: .standard) }
        return Setting(value: own, origin: .file(section.line(key)))
    }

    private func memorySetting(_ section: ConfigurationSection) -> Setting<MemorySize> {
        let text = section.text("memory")
        let own = text.flatMap(MemorySize.init)
        if let text, own == nil { section.add("is \"\(text)\", \(MemorySize.expectation)", key: "memory") }
        if let option = overrides.memory { return Setting(value: option, origin: .option) }
        let variable = "CARTULARY_MEMORY"
        if let text = overrides.environment[variable], !text.isEmpty {
            if let size = MemorySize(text) { return Setting(value: size, origin: .variable(variable)) }
            problems.add("\(variable) is \"\(text)\", \(MemorySize.expectation)", at: nil)
        }
        guard let own else { return Setting(value: .default, origin: .standard) }
        return Setting(value: own, origin: .file(section.line("memory")))
    }

    /// Paths are relative to the configuration's folder, so that they mean the same to cron and to a shell.
    private func absolute(_ value: String) -> String {
        guard !value.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return value }
        return path[...slash] + value
    }

    private func notices(_ section: ConfigurationSection) -> Configuration.Notices {
        var notices = Configuration.Notices()
        guard let node = section["notify"] else { return notices }
        let own = ConfigurationSection(node, name: "notify", keys: Self.noticeKeys, problems: problems)
        notices.metrics = own.text("metrics").map(absolute)
        if let path = notices.metrics, !path.hasSuffix(".prom") {
            own.add(
                "is \"\(path)\", expected a name that ends in .prom, since node_exporter reads no other", key: "metrics"
            )
        }
        notices.ping = own.text("ping")
        if let address = notices.ping, !address.hasPrefix("https://"), !address.hasPrefix("http://") {
            own.add("is \"\(address)\", expected an address that begins with https://", key: "ping")
        }
        notices.onFailure = own.text("on-failure")
        return notices
    }
}
