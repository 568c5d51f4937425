package import AuditModel
package import StrictJSON

/// The entry of a period that was sealed: which bundle stands in which position of which series.
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
    /// ``request`` as canonical JSON: a series of thousands of positions is read with each new one, and few requests are looked at.
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
        self.series = series
        self.sequence = Int(sequence)
        self.revision = Int(revision)
        self.from = from
        self.to = to
        self.name = name
        self.digest = digest
        self.size = Int(size)
        self.received = received
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
