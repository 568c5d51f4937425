import Archive
import AuditModel

/// Reads how long an archive's bundles are kept; what is empty or contradicts itself is refused.
struct RetentionSection {
    private static let keys = ["keep-years", "prune", "holds"]
    private static let holdKeys = ["name", "reason", "from", "to"]

    private let section: ConfigurationSection?

    /// Takes the key `retention` of an archive's section.
    init(archive: ConfigurationSection, _ problems: ConfigurationProblems) {
        section = archive["retention"].map {
            ConfigurationSection($0, "retention of \(archive.name)", Self.keys, problems)
        }
    }

    private enum Pruning: String, CaseIterable { case byHand = "by-hand", eachRun = "each-run" }

    /// nil without the key, or if something is wrong.
    func policy() -> RetentionPolicy? {
        guard let section else { return nil }
        _ = section.required("keep-years")
        let years = section["keep-years"] == nil ? nil : section.number("keep-years", RetentionPolicy.years)
        let pruning = section.word("prune", Pruning.self) ?? .byHand
        let holds = section["holds"] == nil ? [] : section.sections("holds", "hold", Self.holdKeys).compactMap(hold)
        var seen: Set<String> = []
        for hold in holds where !seen.insert(hold.name).inserted {
            section.add("names \(hold.name) twice", "holds")
        }
        guard let years else { return nil }
        var policy = RetentionPolicy(keepYears: years)
        (policy.holds, policy.prunesWithRun) = (holds, pruning == .eachRun)
        return policy
    }

    private func hold(_ section: ConfigurationSection) -> RetentionPolicy.Hold? {
        guard let name = section.required("name"), let reason = section.required("reason") else { return nil }
        let (from, to) = (period(section, "from"), period(section, "to"))
        if let from, let to, to.to <= from.from {
            section.add("is before from, so the hold covers nothing", "to")
        }
        return RetentionPolicy.Hold(name: name, reason: reason, from: from?.from, to: to?.to)
    }

    private func period(_ section: ConfigurationSection, _ key: String) -> Period? {
        guard section[key] != nil, let text = section.text(key) else { return nil }
        if let period = Period(label: text) { return period }
        section.add("is \"\(text)\", expected a period such as 2026-02", key)
        return nil
    }
}
