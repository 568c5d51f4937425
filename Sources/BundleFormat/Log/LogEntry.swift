package import AuditModel
import StrictJSON

/// An entry of the log that is no record, as far as a bundle is judged by it (docs/ledger.md).
///
/// The ledger writes these entries. A record among them would be seen by nobody, so every other kind is refused.
package enum LogEntry: Sendable {
    case key, run, request
    /// Settles a dispute of a deployment; the entries that the accepted record stands for from now on.
    case decision(deploymentID: String?, replaces: [Int])
    /// A sealed bundle: the series' name in the log, position, digest and name.
    case seal(Seal)
    /// A break: the canonical form of what `ledger.breaks` of a bundle shows of it.
    case recovery(words: [UInt8])

    package struct Seal: Sendable {
        package let series: String
        package let position: SeriesPosition
        /// When it was sealed, by the ledger.
        package let sealed: Timestamp
    }

    /// Reads the bytes of an entry; nil if they are none of these, or a member that matters here is not in form.
    package init?(_ body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body, tokenLimit: NumberLimits.entryTokens) else { return nil }
        switch value["type"]?.string {
        case "key": self = .key
        case "run": self = .run
        case "request": self = .request
        case "decision":
            let elements = value["replaces"]?.array ?? []
            let entries = elements.compactMap(\.count)
            guard entries.count == elements.count else { return nil }
            self = .decision(deploymentID: value["deploymentId"]?.string, replaces: entries)
        case "seal":
            let names: Set = ["digest", "from", "name", "revision", "sequence", "to"]
            let own = JSONValue.object((value.object ?? [:]).filter { names.contains($0.key) })
            guard let series = value["series"]?.string, let position = SeriesPosition(own),
                let sealed = value["received"]?.time
            else { return nil }
            self = .seal(Seal(series: series, position: position, sealed: sealed))
        case "recovery":
            var members = value.object ?? [:]
            members["type"] = nil
            self = .recovery(words: JSONValue.object(members).bytes)
        default: return nil
        }
    }
}
