package import AuditModel
package import StrictJSON

/// How a bundle came to be (docs/bundle-format.md, 7).
package enum BundleKind: String, CaseIterable, Sendable {
    /// Made from files, without a ledger.
    case oneShot = "one-shot"
    /// A period of a series, from a ledger.
    case sealed
    /// An answer from a ledger, outside any series.
    case response
}

/// The log that a bundle was drawn from: the member `ledger` of `bundle.json`.
package struct LedgerPart: Sendable, Equatable {
    /// The log's name in its checkpoints.
    package let origin: String
    /// Entries of the log, and their root in hexadecimal.
    package let size: Int
    package let root: String
    /// The signed note of origin, size and root.
    package let checkpoint: String
    /// Accepted records that are in the reconciliation and not in the sums: those that other sources brought.
    package let earlierTransitions: Int
    package let earlierDeploymentRecords: Int
    /// Logs that this one continues although they are lost: objects of `by`, `origin`, `reason`, `received`, `root`, `size`.
    package let breaks: [JSONValue]

    package init(
        origin: String, size: Int, root: String, checkpoint: String, earlierTransitions: Int,
        earlierDeploymentRecords: Int, breaks: [JSONValue]
    ) {
        self.origin = origin
        self.size = size
        self.root = root
        self.checkpoint = checkpoint
        self.earlierTransitions = earlierTransitions
        self.earlierDeploymentRecords = earlierDeploymentRecords
        self.breaks = breaks
    }

    package var value: JSONValue {
        .object([
            "breaks": .array(breaks), "checkpoint": .string(checkpoint),
            "earlier": .object([
                "deploymentRecords": .integer(Int64(earlierDeploymentRecords)),
                "transitions": .integer(Int64(earlierTransitions)),
            ]),
            "origin": .string(origin), "root": .string(root), "size": .integer(Int64(size)),
        ])
    }

    /// Reads the member back; nil if it is not in form.
    package init?(_ value: JSONValue) {
        guard let origin = value["origin"]?.line(), let root = value["root"]?.digest,
            let checkpoint = value["checkpoint"]?.string, let size = value["size"]?.count,
            let transitions = value["earlier"]?["transitions"]?.count,
            let records = value["earlier"]?["deploymentRecords"]?.count, let breaks = value["breaks"]?.array,
            breaks.allSatisfy({ LedgerPart.words(ofBreak: $0) != nil })
        else { return nil }
        self.origin = origin
        self.root = root
        self.checkpoint = checkpoint
        self.size = size
        earlierTransitions = transitions
        earlierDeploymentRecords = records
        self.breaks = breaks
        guard self.value == value else { return nil }
    }
}

extension LedgerPart {
    /// What a declared break says, in words; nil if it is not in form.
    package static func words(ofBreak value: JSONValue) -> String? {
        guard let members = value.members(["by", "origin", "reason", "received", "root", "size"]),
            let by = members["by"]?.line(), let origin = members["origin"]?.line(),
            let reason = members["reason"]?.line(), let received = members["received"]?.canonicalTime,
            let root = members["root"]?.digest, let size = members["size"]?.count
        else { return nil }
        return
            "log \(origin) of \(size) entries, root \(root), is lost (\(reason); declared by \(by), \(received.text))"
    }

    /// When the last of the breaks was declared; nil without any.
    package var lastBreak: Timestamp? { breaks.compactMap { $0["received"]?.canonicalTime }.max() }

    /// What all breaks say, in words.
    package var breaksInWords: [String] { breaks.compactMap(LedgerPart.words) }
}
