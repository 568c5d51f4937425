package import AuditModel
package import MerkleTree
import StrictJSON

/// The entry of a record in a ledger's log: the bytes that its leaf is the digest of (docs/ledger.md).
///
/// It binds the record's content by digest and says what decides where the record belongs, so that a reader of
/// `data/log.csv` computes the leaf without the content, and sees whether a record was left out of its period.
package struct LogRecord: Sendable, Equatable {
    /// What the entry is of.
    package enum Kind: Int, CaseIterable, Sendable {
        case transition = 1
        case deployment
        /// The deployment columns of CSV rows: no record of its own, kept for what it says of the deployment.
        case columns

        package var name: String {
            switch self {
            case .transition: "transition"
            case .deployment: "deployment"
            case .columns: "columns"
            }
        }

        package init?(name: String) {
            guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = kind
        }
    }

    package var kind: Kind
    /// SHA-256 of the canonical content.
    package var contentSHA256: MerkleDigest
    package var deploymentID: ArraySlice<UInt8>
    /// A transition's timestamp, a deployment's `createdAt`; nil if that is absent, and for columns.
    package var time: Timestamp?
    /// The time of acceptance.
    package var received: Timestamp
    /// SHA-256 of the record's bytes as they stood in its source.
    package var sha256: MerkleDigest
    /// The text of the timestamp as it came, where it says something else than the canonical one.
    package var timestampAsReceived: ArraySlice<UInt8>?

    package init(
        kind: Kind, contentSHA256: MerkleDigest, deploymentID: ArraySlice<UInt8>, time: Timestamp?, received: Timestamp,
        sha256: MerkleDigest, timestampAsReceived: ArraySlice<UInt8>?
    ) {
        self.kind = kind
        self.contentSHA256 = contentSHA256
        self.deploymentID = deploymentID
        self.time = time
        self.received = received
        self.sha256 = sha256
        self.timestampAsReceived = timestampAsReceived
    }

    /// Appends the canonical object.
    package func write(into output: inout [UInt8]) {
        output.append(literal: "{\"contentSha256\":\"")
        output.append(hexadecimal: contentSHA256)
        output.append(literal: "\",\"deploymentId\":")
        JSONString.write(deploymentID.span, 0..<deploymentID.count, into: &output)
        output.append(literal: ",\"kind\":\"")
        output += kind.name.utf8
        output.append(literal: "\",\"received\":\"")
        received.append(to: &output)
        output.append(literal: "\",\"sha256\":\"")
        output.append(hexadecimal: sha256)
        if let time {
            output.append(literal: "\",\"time\":\"")
            time.append(to: &output)
        }
        output.append(UInt8(ascii: "\""))
        if let timestampAsReceived {
            output.append(literal: ",\"timestampAsReceived\":")
            JSONString.write(timestampAsReceived.span, 0..<timestampAsReceived.count, into: &output)
        }
        output.append(literal: ",\"type\":\"record\"}")
    }

    /// The leaf.
    package var leaf: MerkleDigest {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return MerkleHash.leaf(bytes)
    }
}

extension [UInt8] {
    /// Appends a digest in lower-case hexadecimal.
    package mutating func append(hexadecimal digest: MerkleDigest) {
        // At once: an entry has two of them, and appending digit by digit took an eighth of an ingest's time.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * MerkleDigest.byteCount) { digits in
            digest.withUnsafeBytes { bytes in
                for index in bytes.indices {
                    digits.initializeElement(at: 2 * index, to: Self.digit(bytes[index] >> 4))
                    digits.initializeElement(at: 2 * index + 1, to: Self.digit(bytes[index] & 15))
                }
            }
            append(contentsOf: digits)
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
