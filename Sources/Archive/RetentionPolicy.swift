package import ArchiveFormat
package import AuditModel
import BundleFormat

/// How long the bundles of an archive are kept.
package struct RetentionPolicy: Sendable, Equatable {
    /// Years that a policy can name.
    package static let years = Tombstones.minimumYears...100

    /// What keeps bundles beyond their time: a proceeding, an order of an authority.
    package struct Hold: Sendable, Equatable {
        package var name: String
        package var reason: String
        /// The periods that it covers; nil for all on that side.
        package var from: Timestamp?
        package var to: Timestamp?

        package init(name: String, reason: String, from: Timestamp? = nil, to: Timestamp? = nil) {
            self.name = name
            self.reason = reason
            self.from = from
            self.to = to
        }

        func covers(_ position: SeriesPosition) -> Bool {
            (from.map { $0 < position.to } ?? true) && (to.map { position.from < $0 } ?? true)
        }
    }

    /// Whole years after a period has ended, and after its last bundle was sealed.
    package var keepYears: Int
    package var holds: [Hold] = []
    /// Whether each scheduled run removes what may go; else only `cartulary prune` does.
    package var prunesWithRun = false

    package init(keepYears: Int) { self.keepYears = max(keepYears, Tombstones.minimumYears) }

    /// What becomes of one bundle, and why.
    package struct Decision: Sendable {
        package enum State: String, Sendable { case keep, mayGo = "may go", removed }

        package var entry: CatalogueEntry
        package var state: State
        package var reason: String
    }

    /// What the ledger knows of a series as a whole.
    package struct Series: Sendable {
        /// The last position.
        var last: Int?
        /// Where the last sealed period ends.
        var end: Timestamp?
        /// When bundles were sealed by the machine's clock, by sequence, where that is known: an option can name an earlier
        /// time of sealing.
        var clocks: [Int: Timestamp]

        package init(last: Int?, end: Timestamp?, clocks: [Int: Timestamp] = [:]) {
            self.last = last
            self.end = end
            self.clocks = clocks
        }

        /// What the register of a series knows; `sealedMeanwhile` is the end of the last period that would be sealed before.
        init(_ seals: [RegisteredSeal], sealedMeanwhile: Timestamp? = nil) {
            self.init(
                last: sealedMeanwhile == nil ? seals.last?.position.sequence : nil,
                end: (seals.map(\.position.to) + [sealedMeanwhile].compactMap(\.self)).max(),
                clocks: Dictionary(
                    seals.compactMap { seal in seal.clock.map { (seal.position.sequence, $0) } },
                    uniquingKeysWith: { $1 }))
        }

        /// When a bundle was sealed.
        func sealed(_ entry: CatalogueEntry) -> Timestamp {
            max(entry.sealed, clocks[entry.position.sequence] ?? entry.sealed)
        }
    }

    /// Decides about bundles of a catalogue.
    ///
    /// All bundles of a period go together, since a correction cannot be read without what it corrects. The last position
    /// stays, since it vouches for those before it. A clock that is ahead of the archive is not believed: time is counted up
    /// to the end of the last sealed period. The entries are those of whole years.
    package func decide(_ entries: [CatalogueEntry], in series: Series, now: Timestamp) -> [Decision] {
        var periods: [Timestamp: [CatalogueEntry]] = [:]
        for entry in entries { periods[entry.position.from, default: []].append(entry) }
        return entries.map { entry in
            if let removed = entry.removed {
                return Decision(entry: entry, state: .removed, reason: "on \(removed.dateText)")
            }
            let own = periods[entry.position.from] ?? [entry]
            if let reason = reasonToKeep(own, in: series, now: now) {
                return Decision(entry: entry, state: .keep, reason: reason)
            }
            return Decision(
                entry: entry, state: .mayGo,
                reason: "kept \(keepYears) years, until \(keptUntil(own, in: series).dateText)")
        }
    }

    /// The years of which a bundle may be old enough: no other has to be looked at.
    func oldYears(_ catalogue: Catalogue, now: Timestamp) -> [String] {
        catalogue.years.filter { $0.kept > 0 && $0.from.adding(years: keepYears) <= now }.map(\.year)
    }

    private func reasonToKeep(_ period: [CatalogueEntry], in series: Series, now: Timestamp) -> String? {
        let holds = holds.filter { hold in period.contains { hold.covers($0.position) } }
        if !holds.isEmpty { return holds.map { "hold \($0.name): \($0.reason)" }.joined(separator: "; ") }
        if period.contains(where: { $0.position.sequence == series.last }) {
            return "the last position vouches for all before it"
        }
        let until = keptUntil(period, in: series)
        guard until > min(now, series.end ?? now) else { return nil }
        if until <= now, let end = series.end {
            return
                "kept \(keepYears) years, until \(until.dateText), but the sealed periods end \(end.dateText): it may go when a "
                + "period that ends after \(until.dateText) is sealed"
        }
        return "until \(until.dateText), \(keepYears) years after "
            + (period.contains { series.sealed($0) > $0.position.to } ? "it was last sealed" : "its end")
    }

    private func keptUntil(_ period: [CatalogueEntry], in series: Series) -> Timestamp {
        let base = period.map { max($0.position.to, series.sealed($0)) }.max() ?? .unset
        return base.adding(years: keepYears)
    }
}

extension Timestamp {
    fileprivate var dateText: String { String(text.prefix(10)) }
}
