import Archive
import AuditModel

/// Reads the retention of an archive; what is empty or contradicts itself is refused.
struct RetentionSection {
    private static let keys = ["keep-years", "prune", "holds"]
    private static let holdKeys = ["name", "reason", "from", "to"]

    private let section: ConfigurationSection

    /// Takes the key `retention` of an archive's section; nil if it is not there.
    init?(archive: ConfigurationSection) {
        guard let node = archive["retention"] else { return nil }
        section = ConfigurationSection(
            node, name: "retention of \(archive.name)", keys: Self.keys, problems: archive.problems)
    }

    private enum Pruning: String, CaseIterable { case byHand = "by-hand", eachRun = "each-run" }

    /// nil if something is wrong.
    func policy() -> RetentionPolicy? {
        _ = section.required("keep-years")
        let years = section["keep-years"] == nil ? nil : section.number("keep-years", in: RetentionPolicy.years)
        let pruning = section.word("prune", Pruning.self) ?? .byHand
        let holds = holds()
        guard let years else { return nil }
        var policy = RetentionPolicy(keepYears: years)
        policy.holds = holds
        policy.prunesWithRun = pruning == .eachRun
        return policy
    }

    private func holds() -> [RetentionPolicy.Hold] {
        guard section["holds"] != nil else { return [] }
        let holds = section.sections("holds", word: "hold", keys: Self.holdKeys).compactMap(hold)
        var seen: Set<String> = []
        for hold in holds where !seen.insert(hold.name).inserted {
            section.add("names \(hold.name) twice", key: "holds")
        }
        return holds
    }

    private func hold(_ section: ConfigurationSection) -> RetentionPolicy.Hold? {
        guard let name = section.required("name"), let reason = section.required("reason") else { return nil }
        let from = period(section, "from")
        let to = period(section, "to")
        if let from, let to, to.to <= from.from {
            section.add("is before from, so the hold covers nothing", key: "to")
        }
        return RetentionPolicy.Hold(name: name, reason: reason, from: from?.from, to: to?.to)
    }

    private func period(_ section: ConfigurationSection, _ key: String) -> Period? {
        guard section[key] != nil, let text = section.text(key) else { return nil }
        if let period = Period(label: text) { return period }
        section.add("is \"\(text)\", expected a period such as 2026-02", key: key)
        return nil
    }
}
