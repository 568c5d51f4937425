package import AuditModel
import RecordStore

/// The whole days that a period touches, since 0001-01-01.
package struct LedgerDays: Sendable {
    package let from: Int
    /// The first day after them.
    package let to: Int

    package init(_ period: Period) {
        from = Int(period.from.date.daysSinceYearOne)
        let last = period.to.date
        to = Int(last.daysSinceYearOne) + (last.midnight == period.to ? 0 : 1)
    }

    /// Whether a deployment may belong to the period (``LedgerReader/candidates(from:to:)``).
    func mayHold(_ state: LedgerWriter.DeploymentState) -> Bool {
        state.isSpread || state.activity.keys.contains { from <= $0 && $0 < to }
    }
}
