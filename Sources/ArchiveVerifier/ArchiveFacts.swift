import ArchiveFormat
import AuditModel
import BundleFormat
import BundleVerifier
import StrictJSON
import VerificationAnswers

/// Of what a verdict on an archive is: its identity, what it covers, and what a reader has to know besides.
///
/// All of it is from bundles and signed tombstones, none from the catalogue.
struct ArchiveFacts {
    private let members: [ArchiveChecks.Member]
    private let last: ArchiveChecks.Member
    /// The time of the check.
    private let now: Timestamp

    /// nil for an archive without a single bundle or tombstone.
    init?(_ members: [ArchiveChecks.Member], at time: Int64) {
        guard let last = members.last else { return nil }
        self.members = members
        self.last = last
        now = Timestamp(unixSeconds: time)
    }

    private var entity: String? { members.last { $0.entity != nil }?.entity }
    private var keys: [String] { Set(members.map(\.entry.key)).sorted() }
    private var from: Timestamp { members.map(\.position.from).min() ?? .unset }
    private var to: Timestamp { members.map(\.position.to).max() ?? .unset }
    /// The bundle of the newest period, as it was corrected last.
    private var newest: ArchiveChecks.Member {
        members.max { ($0.position.to, $0.position.sequence) < ($1.position.to, $1.position.sequence) } ?? last
    }
    /// Members of the latest revision of each period that were sealed without a source that covers them.
    private var uncovered: [ArchiveChecks.Member] {
        let superseded = Set(members.compactMap(\.supersedes))
        return members.filter { $0.entry.uncovered != nil && !superseded.contains($0.position.sequence) }
    }
    private var corrections: [ArchiveChecks.Member] { members.filter { $0.supersedes != nil } }
    private var removed: [ArchiveChecks.Member] { members.filter(\.isRemoved) }
    /// By when the next period was promised first: a correction that is sealed later may promise it by another time.
    private var promised: Timestamp? {
        guard let next = last.next else { return nil }
        return members.compactMap(\.next).filter { ($0.from, $0.to) == (next.from, next.to) }.map(\.due).min()
    }
    /// Whether a period that was promised by now is not there.
    private var isOverdue: Bool { promised.map { $0 < now } ?? false }
    /// The next period and every time by which it was promised, the first one and the last one.
    private var promise: String? {
        guard let next = last.next, let promised else { return nil }
        let later = promised == next.due ? "" : "; the last bundle, \(last.position.name), says by \(next.due.text)"
        return "promised by \(promised.text)\(later)"
    }

    /// As lines for people.
    var lines: [VerificationLine] {
        var facts: [(String, String)] = [("archive", "\(last.archive), ledger \(last.ledger)")]
        if let entity { facts.append(("entity", entity)) }
        facts.append((keys.count == 1 ? "key" : "keys", keys.joined(separator: ", ")))
        facts.append(("periods", "\(from.text) to \(to.text), newest \(newest.position.name)"))
        if let next = last.next, let promise {
            facts.append(("next", "\(next.from.text) to \(next.to.text), \(promise)"))
        }
        if !uncovered.isEmpty {
            facts.append(
                ("uncovered", ArchiveFacts.listed(uncovered) { "\($0.position.name) (\($0.entry.uncovered ?? ""))" }))
        }
        if !corrections.isEmpty { facts.append(("corrections", ArchiveFacts.listed(corrections) { $0.position.name })) }
        if !removed.isEmpty {
            let texts = ArchiveFacts.listed(removed) { member in
                "\(member.position.name) (kept until \(member.keptUntil?.text ?? "unknown"))"
            }
            facts.append(("removed", texts))
        }
        var lines = facts.map { VerificationLine.archiveFact($0.0, $0.1) }
        if isOverdue, let next = last.next, let promised {
            lines.append(
                .warning(
                    "overdue: the bundle of \(next.from.text) to \(next.to.text) was promised by \(promised.text), and is not here"
                ))
        }
        return lines
    }

    /// The newest of many, and how many there are.
    private static func listed(
        _ members: [ArchiveChecks.Member], _ text: (ArchiveChecks.Member) -> String
    ) -> String {
        let shown = members.suffix(12).map(text).joined(separator: ", ")
        return members.count > 12 ? "\(members.count), the newest: \(shown)" : shown
    }

    /// As members of the answer with `--json`.
    var json: [String: JSONValue] {
        [
            "corrections": .array(
                corrections.map { member in
                    .object([
                        "name": .string(member.position.name),
                        "supersedes": member.supersedes.map { .integer(Int64($0)) } ?? .null,
                    ])
                }),
            "entity": entity.map(JSONValue.string) ?? .null, "from": .string(from.text), "isOverdue": .bool(isOverdue),
            "keys": .array(keys.map(JSONValue.string)), "ledger": .string(last.ledger), "name": .string(last.archive),
            "newest": newest.position.value,
            "next": last.next.map(SeriesPart.value(ofNext:)) ?? .null,
            "promised": promised.map { .string($0.text) } ?? .null,
            "removedBundles": .array(
                removed.map { member in
                    .object([
                        "keptUntil": member.keptUntil.map { .string($0.text) } ?? .null,
                        "name": .string(member.position.name),
                        "removed": member.entry.removed.map { .string($0.text) } ?? .null,
                    ])
                }),
            "to": .string(to.text),
            "uncovered": .array(
                uncovered.map { member in
                    .object([
                        "name": .string(member.position.name), "reason": .string(member.entry.uncovered ?? ""),
                    ])
                }),
        ]
    }
}
