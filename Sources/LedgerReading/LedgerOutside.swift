package import AuditModel
import RecordStore
package import StrictJSON

/// Counts of what a ledger holds and a period does not touch.
package struct LedgerOutside: Sendable, Equatable {
    package var reconciliation = Reconciliation()
    /// Deployments of the whole log.
    package var deployments = 0

    init(
        _ whole: LedgerTally, without own: LedgerTally, _ days: LedgerDays?, replaced: (transitions: Int, records: Int)
    ) {
        deployments = whole.days.values.reduce(0) { $0 + $1.deployments }
        let superseded = whole.days.values.reduce(0) { $0 + $1.superseded }
        add(superseded + replaced.transitions, .superseded, kind: \.transitions)
        add(replaced.records, .superseded, kind: \.deploymentRecords)
        guard let days else { return }
        for (day, counts) in whole.days {
            let here = own.days[day] ?? LedgerTally.Counts()
            let destination: Selection.Destination =
                day == LedgerTally.noDay ? .notAssignable : day < days.to ? .before : .after
            add(counts.records - here.records, destination, kind: \.deploymentRecords)
            add(counts.transitions - here.transitions, destination, kind: \.transitions)
        }
    }

    private mutating func add(
        _ count: Int, _ destination: Selection.Destination, kind: WritableKeyPath<Reconciliation, [Int]>
    ) {
        reconciliation[keyPath: kind][destination.rawValue] += count
    }

    /// As it stands in the entry of a seal.
    package var value: JSONValue {
        func list(_ counts: [Int]) -> JSONValue { .array(counts.map { .integer(Int64($0)) }) }
        return .object([
            "deploymentRecords": list(reconciliation.deploymentRecords), "deployments": .integer(Int64(deployments)),
            "transitions": list(reconciliation.transitions),
        ])
    }

    package init?(_ value: JSONValue?) {
        func list(_ name: String) -> [Int]? {
            value?[name]?.array.map { $0.compactMap { $0.integer.map(Int.init) } }
        }
        let count = Selection.Destination.allCases.count
        guard let records = list("deploymentRecords"), let transitions = list("transitions"),
            let deployments = value?["deployments"]?.integer, records.count <= count,
            transitions.count == records.count
        else { return nil }
        // An entry that was made when there were fewer destinations: nothing went to the others.
        let missing = [Int](repeating: 0, count: count - records.count)
        reconciliation.deploymentRecords = records + missing
        reconciliation.transitions = transitions + missing
        self.deployments = Int(deployments)
    }
}
