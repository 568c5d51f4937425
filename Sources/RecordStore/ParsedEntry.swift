import StrictJSON

/// What an entry that is no record says; nil for one that this version does not know.
package enum ParsedEntry: Sendable {
    case key(LedgerSigner)
    case run(Int)
    case seal(SealEntry)
    case decision(DecisionEntry)
    case request(RequestEntry)
    case recovery(RecoveryEntry)

    package init?(_ body: [UInt8]) {
        guard JSONValue.isCanonical(body), let value = try? JSONValue(parsing: body) else { return nil }
        let parsed: ParsedEntry? =
            switch value["type"]?.string {
            case "key":
                if let origin = value["origin"]?.string, let key = value["publicKey"]?.string {
                    .key(LedgerSigner(origin: origin, publicKey: key))
                } else {
                    nil
                }
            case "run": value["run"]?.integer.map { .run(Int($0)) }
            case "seal": SealEntry(body).map(ParsedEntry.seal)
            case "decision": DecisionEntry(value).map(ParsedEntry.decision)
            case "request": RequestEntry(value).map(ParsedEntry.request)
            case "recovery": RecoveryEntry(value).map(ParsedEntry.recovery)
            default: nil
            }
        guard let parsed else { return nil }
        self = parsed
    }

    /// Whether it may stand before a break: a log begins with keys and the breaks that it declares.
    package var opensLog: Bool {
        switch self {
        case .key, .run, .recovery: true
        case .seal, .decision, .request: false
        }
    }
}
