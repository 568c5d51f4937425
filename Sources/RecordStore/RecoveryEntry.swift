package import AuditModel
package import StrictJSON

/// The entry that opens a ledger in the place of one that is lost and cannot be made again.
package struct RecoveryEntry: Sendable, Equatable {
    /// The lost log: its name, entries and root (hexadecimal), as its last known checkpoint has them.
    package var origin: String
    package var size: Int
    package var root: String
    package var reason: String
    /// Who declares the break, as they call themselves.
    package var by: String
    package var received: Timestamp

    package init(origin: String, size: Int, root: String, reason: String, by: String, received: Timestamp) {
        self.origin = origin
        self.size = size
        self.root = root
        self.reason = reason
        self.by = by
        self.received = received
    }

    package init?(_ value: JSONValue) {
        guard let origin = value["origin"]?.string, let size = value["size"]?.integer,
            let root = value["root"]?.string, let reason = value["reason"]?.string, let by = value["by"]?.string,
            let received = LedgerEntry.time(value["received"])
        else { return nil }
        self.init(origin: origin, size: Int(size), root: root, reason: reason, by: by, received: received)
    }

    /// The members of the entry, its type left out.
    package var value: JSONValue {
        .object([
            "by": .string(by), "origin": .string(origin), "reason": .string(reason),
            "received": .string(received.text), "root": .string(root), "size": .integer(Int64(size)),
        ])
    }

    package var body: [UInt8] {
        var members = value.object ?? [:]
        members["type"] = .string("recovery")
        return JSONValue.object(members).bytes
    }
}
