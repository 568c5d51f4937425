/// The tables, by the column that orders them.
package enum LedgerTable: String, Sendable, CaseIterable {
    case run, source, finding, quarantine, block, deployment, seal, decision, replaced, request

    /// The tables whose rows a run's entry covers.
    package static let ofRuns: [LedgerTable] = [.finding, .quarantine, .source]

    var key: String {
        switch self {
        case .replaced: "idx"
        case .decision: "quarantine"
        case .run, .source, .finding, .quarantine, .block, .deployment, .seal, .request: "number"
        }
    }
}
