package import AuditModel
package import StrictJSON

/// The entry of an answer that was given under an idempotency key.
package struct RequestEntry: Sendable, Equatable {
    package var key: String
    package var name: String
    /// SHA-256 of the bundle's tag manifest, in hexadecimal.
    package var digest: String
    package var size: Int
    package var received: Timestamp
    /// What was asked for.
    package var request: JSONValue

    package init(key: String, name: String, digest: String, size: Int, received: Timestamp, request: JSONValue) {
        self.key = key
        self.name = name
        self.digest = digest
        self.size = size
        self.received = received
        self.request = request
    }

    package init?(_ value: JSONValue) {
        guard let key = value["key"]?.string, let name = value["name"]?.string, let digest = value["digest"]?.string,
            let size = value["size"]?.integer, let received = LedgerEntry.time(value["received"]),
            let request = value["request"]
        else { return nil }
        self.init(key: key, name: name, digest: digest, size: Int(size), received: received, request: request)
    }

    package var body: [UInt8] {
        JSONValue.object([
            "digest": .string(digest), "key": .string(key), "name": .string(name),
            "received": .string(received.text), "request": request, "size": .integer(Int64(size)),
            "type": .string("request"),
        ]).bytes
    }
}
