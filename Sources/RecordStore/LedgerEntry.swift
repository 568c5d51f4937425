package import AuditModel
package import MerkleTree
import StrictJSON

/// One entry of a ledger's log: a canonical object with its type (docs/ledger.md).
package enum LedgerEntry {
    /// What a record entry holds.
    package enum Kind: String, Sendable {
        case transition, deployment
        /// The deployment columns of CSV rows: no record of its own, kept for what it says of the deployment.
        case columns
    }

    /// Appends the canonical bytes of a record's entry.
    ///
    /// `rawSHA256` is the digest of the record's bytes as they stood in its source, and `asReceived` the text of the
    /// timestamp, where it says something else than the canonical one.
    package static func write(
        record kind: Kind, content: ArraySlice<UInt8>, received: Timestamp, rawSHA256: MerkleDigest,
        asReceived: ArraySlice<UInt8>?, into output: inout [UInt8]
    ) {
        output += Array("{\"content\":".utf8)
        output += content
        output += Array(",\"kind\":\"\(kind.rawValue)\",\"received\":\"".utf8)
        received.append(to: &output)
        output += Array("\",\"sha256\":\"\(rawSHA256.hexadecimal)\"".utf8)
        if let asReceived {
            output += Array(",\"timestampAsReceived\":".utf8)
            let text = Array(asReceived)
            JSONString.write(text.span, 0..<text.count, into: &output)
        }
        output += Array(",\"type\":\"record\"}".utf8)
    }

    /// The entry of a key that begins to sign.
    package static func key(_ signer: LedgerSigner, received: Timestamp) -> [UInt8] {
        JSONValue.object([
            "origin": .string(signer.origin), "publicKey": .string(signer.publicKey),
            "received": .string(received.text), "type": .string("key"),
        ]).bytes
    }

    /// The entry that ends a run: the digests of what the run wrote outside the log, so that the log covers it too.
    package static func run(
        _ number: Int, digests: [LedgerTable: MerkleDigest], received: Timestamp, keepsRaw: Bool
    ) -> [UInt8] {
        var members: [String: JSONValue] = [
            "rejected": .string(keepsRaw ? "bytes" : "digest-only"), "received": .string(received.text),
            "run": .integer(Int64(number)), "type": .string("run"),
        ]
        for (table, digest) in digests { members[table.rawValue] = .string(digest.hexadecimal) }
        return JSONValue.object(members).bytes
    }

    /// A record's entry, read back; slices of the entry's bytes but for the received text.
    package struct Record: Sendable {
        package var kind: Kind
        package var content: ArraySlice<UInt8>
        package var asReceived: [UInt8]?
        package var received: Timestamp
    }

    /// What an entry is.
    package enum Parsed: Sendable {
        case record(Record)
        case key(LedgerSigner)
        case run(Int)
    }
}

/// Who signs a ledger's checkpoints.
package struct LedgerSigner: Sendable, Equatable {
    /// The log's name in its checkpoints.
    package var origin: String
    /// The public key as OpenSSH writes it in a line: type, space, base64.
    package var publicKey: String

    package init(origin: String, publicKey: String) {
        self.origin = origin
        self.publicKey = publicKey
    }
}

/// Reads entries back.
package struct LedgerEntryReader {
    private var parser = JSONParser()

    package init() {}

    /// What an entry holds; nil if it is none.
    package mutating func read(_ body: [UInt8]) -> LedgerEntry.Parsed? {
        guard (try? parser.parseDocument(body.span, 0..<body.count)) != nil, parser.tape.tokens[0].kind == .object
        else { return nil }
        switch text("type", body) {
        case "record": return record(body).map(LedgerEntry.Parsed.record)
        case "key":
            guard let origin = text("origin", body), let key = text("publicKey", body) else { return nil }
            return .key(LedgerSigner(origin: origin, publicKey: key))
        case "run":
            guard let value = parser.tape.member("run", of: 0, in: body.span) else { return nil }
            return Int(String(decoding: body[parser.tape.tokens[value].range], as: UTF8.self)).map {
                LedgerEntry.Parsed.run($0)
            }
        default: return nil
        }
    }

    private func record(_ body: [UInt8]) -> LedgerEntry.Record? {
        guard let kind = text("kind", body).flatMap(LedgerEntry.Kind.init(rawValue:)),
            let content = parser.tape.member("content", of: 0, in: body.span),
            let received = text("received", body).flatMap({ try? Timestamp.parse($0).time })
        else { return nil }
        return LedgerEntry.Record(
            kind: kind, content: body[parser.tape.tokens[content].range],
            asReceived: text("timestampAsReceived", body).map { Array($0.utf8) }, received: received)
    }

    private func text(_ name: StaticString, _ body: [UInt8]) -> String? {
        guard let value = parser.tape.member(name, of: 0, in: body.span), parser.tape.tokens[value].kind == .string
        else { return nil }
        var text: [UInt8] = []
        JSONString.unescape(body.span, parser.tape.tokens[value].inner, into: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
