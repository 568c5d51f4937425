package import AuditModel
package import StrictJSON

/// The entry of a period that was sealed: which bundle stands in which place of which series.
package struct SealEntry: Sendable, Equatable {
    /// The series' name, made from archive, basis and filters.
    package var series: String
    /// From 1, without gaps.
    package var sequence: Int
    /// 0 for the first bundle of a period, then one more for each correction.
    package var revision: Int
    package var from: Timestamp
    package var to: Timestamp
    /// The bundle's name.
    package var name: String
    /// SHA-256 of the bundle's tag manifest, in hexadecimal: what its signature is over.
    package var digest: String
    /// Entries of the log that the bundle was made from.
    package var size: Int
    package var received: Timestamp
    /// ``request`` as canonical JSON: a series of thousands of places is read with each new one, and few requests are looked at.
    private var requestText: [UInt8]

    /// What it takes to make the same bundle again.
    package var request: JSONValue {
        get { (try? JSONValue(parsing: requestText)) ?? .null }
        set { requestText = newValue.bytes }
    }

    package init(
        series: String, sequence: Int, revision: Int, from: Timestamp, to: Timestamp, name: String, digest: String,
        size: Int, received: Timestamp, request: JSONValue
    ) {
        self.series = series
        self.sequence = sequence
        self.revision = revision
        self.from = from
        self.to = to
        self.name = name
        self.digest = digest
        self.size = size
        self.received = received
        requestText = request.bytes
    }

    /// Reads a canonical entry back; nil if it is not in form.
    init?(_ body: [UInt8]) {
        var parser = JSONParser()
        guard (try? parser.parseDocument(body.span, 0..<body.count)) != nil else { return nil }
        let tape = parser.tape
        func value(_ name: StaticString) -> JSONValue? {
            tape.member(name, of: 0, in: body.span).map { JSONValue($0, tape, in: body.span) }
        }
        guard let series = value("series")?.string, let sequence = value("sequence")?.integer,
            let revision = value("revision")?.integer, let from = LedgerEntry.time(value("from")),
            let to = LedgerEntry.time(value("to")), let name = value("name")?.string,
            let digest = value("digest")?.string, let size = value("size")?.integer,
            let received = LedgerEntry.time(value("received")),
            let request = tape.member("request", of: 0, in: body.span)
        else { return nil }
        (self.series, self.sequence, self.revision, self.from, self.to) = (
            series, Int(sequence), Int(revision), from, to
        )
        (self.name, self.digest, self.size, self.received) = (name, digest, Int(size), received)
        requestText = Array(body[tape.tokens[request].range])
    }

    package var body: [UInt8] {
        JSONValue.object([
            "digest": .string(digest), "from": .string(from.text), "name": .string(name),
            "received": .string(received.text), "request": request, "revision": .integer(Int64(revision)),
            "sequence": .integer(Int64(sequence)), "series": .string(series), "size": .integer(Int64(size)),
            "to": .string(to.text), "type": .string("seal"),
        ]).bytes
    }
}

/// The entry of a decision that settles a dispute; a record that it accepts is the entry behind it.
package struct DecisionEntry: Sendable, Equatable {
    package var deploymentID: String
    /// nil for deployment records.
    package var transitionID: String?
    /// Numbers in quarantine that are settled.
    package var settles: [Int]
    /// Entries that the accepted record stands for from now on; empty when what was there stays.
    package var replaces: [Int]
    /// SHA-256 of the canonical content that stays or is accepted, in hexadecimal.
    package var accepted: String
    package var reason: String
    /// Who decided, as they call themselves.
    package var by: String
    package var received: Timestamp

    package init(
        deploymentID: String, transitionID: String?, settles: [Int], replaces: [Int], accepted: String, reason: String,
        by: String, received: Timestamp
    ) {
        self.deploymentID = deploymentID
        self.transitionID = transitionID
        self.settles = settles
        self.replaces = replaces
        self.accepted = accepted
        self.reason = reason
        self.by = by
        self.received = received
    }

    package init?(_ value: JSONValue) {
        guard let deploymentID = value["deploymentId"]?.string, let accepted = value["accepted"]?.string,
            let reason = value["reason"]?.string, let by = value["by"]?.string,
            let received = LedgerEntry.time(value["received"]), let settles = value["settles"]?.array,
            let replaces = value["replaces"]?.array
        else { return nil }
        self.init(
            deploymentID: deploymentID, transitionID: value["transitionId"]?.string,
            settles: settles.compactMap { $0.integer.map(Int.init) },
            replaces: replaces.compactMap { $0.integer.map(Int.init) }, accepted: accepted, reason: reason, by: by,
            received: received)
    }

    package var body: [UInt8] {
        func list(_ numbers: [Int]) -> JSONValue { .array(numbers.map { .integer(Int64($0)) }) }
        var members: [String: JSONValue] = [
            "accepted": .string(accepted), "by": .string(by), "deploymentId": .string(deploymentID),
            "reason": .string(reason), "received": .string(received.text), "replaces": list(replaces),
            "settles": list(settles), "type": .string("decision"),
        ]
        members["transitionId"] = transitionID.map(JSONValue.string)
        return JSONValue.object(members).bytes
    }
}

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

extension LedgerEntry {
    static func time(_ value: JSONValue?) -> Timestamp? {
        value?.string.flatMap { try? Timestamp.parse($0).time }
    }
}
