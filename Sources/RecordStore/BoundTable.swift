/// The tables that are made from the log and small enough to be digested whole: the end of each run binds them.
///
/// Who changes a row of them without the key is noticed before anything is read from them. `deployment` and `activity` are too
/// large for that; what is read of them is made again from the entries, and the counts by day say that nothing is missing.
enum BoundTable: String, CaseIterable {
    case conflict, decision, deployment, quarantine, replaced, request, seal, signer, source, spread, tally

    /// The table of the file.
    var table: String {
        switch self {
        case .conflict: "quarantine"
        case .spread: "deployment"
        default: rawValue
        }
    }

    /// The rows, a line of text each; texts and bytes in hexadecimal, so that no value can look like two.
    var query: String {
        switch self {
        case .conflict:
            "SELECT number || ' ' || run || ' ' || hex(deployment) FROM quarantine WHERE kind = 'conflict' ORDER BY number"
        case .decision: "SELECT quarantine || ' ' || idx FROM decision ORDER BY quarantine"
        case .deployment: "SELECT '' || coalesce(max(number) + 1, 0) FROM deployment"
        // New rows are numbered behind these: a row that is gone would move the numbers of all that come.
        case .quarantine: "SELECT '' || coalesce(max(number), 0) FROM quarantine"
        case .source: "SELECT count(*) || ' ' || coalesce(max(number), 0) FROM source"
        case .replaced: "SELECT idx || ' ' || successor FROM replaced ORDER BY idx"
        case .request: "SELECT number || ' ' || idx || ' ' || hex(key) || ' ' || hex(body) FROM request ORDER BY number"
        case .seal:
            """
            SELECT number || ' ' || idx || ' ' || hex(series) || ' ' || sequence || ' ' || start || ' ' || end || ' '
                || hex(body) FROM seal ORDER BY number
            """
        case .signer:
            "SELECT number || ' ' || idx || ' ' || hex(origin) || ' ' || hex(publicKey) FROM signer ORDER BY number"
        case .spread: "SELECT '' || number FROM deployment WHERE isOdd = 1 ORDER BY number"
        case .tally:
            """
            SELECT day || ' ' || deployments || ' ' || records || ' ' || superseded || ' ' || transitions FROM tally
                ORDER BY day
            """
        }
    }
}
