import BundleFormat
package import Ledger
import LedgerFiles
import RecordStore
package import StrictJSON

/// A record in quarantine, with the files that it came from.
package struct QuarantinedRecord: Sendable {
    package enum Kind: String, Sendable { case rejected, conflict }

    /// A position in a file, as the source that brought it was called.
    package struct Position: Sendable, Equatable {
        package var file: String
        /// From 1.
        package var line: Int
        /// In bytes, from 0.
        package var offset: Int
    }

    package let number: Int
    package let kind: Kind
    /// Whether a decision has settled the dispute; nil for a rejected record, of which there is nothing to settle.
    package let isSettled: Bool?
    package let deploymentID: String?
    /// nil for a conflict of deployment records.
    package let transitionID: String?
    /// Why the record was rejected.
    package let reason: String?
    package let positions: [Position]
    /// The element of `rejected.json`, with `file` in place of `source`.
    package let record: JSONValue

    fileprivate init(
        _ number: Int, _ kind: Kind, value: JSONValue, isSettled: Bool, file: (JSONValue?) -> String
    ) {
        self.number = number
        self.kind = kind
        self.isSettled = kind == .conflict ? isSettled : nil
        deploymentID = value["deploymentId"]?.string
        transitionID = value["transitionId"]?.string
        reason = value["reason"]?.string
        var record = value.object ?? [:]
        let parts = kind == .conflict ? value["others"]?.array ?? [] : [value]
        positions = parts.map { part in
            Position(
                file: file(part["source"]), line: Int(part["line"]?.integer ?? 0),
                offset: Int(part["offset"]?.integer ?? 0))
        }
        if kind == .conflict {
            record["others"] = .array(parts.map { .object(Self.named($0.object ?? [:], file)) })
        }
        self.record = .object(Self.named(record, file))
    }

    private static func named(
        _ members: [String: JSONValue], _ file: (JSONValue?) -> String
    ) -> [String: JSONValue] {
        guard let source = members["source"] else { return members }
        var members = members
        members["source"] = nil
        members["file"] = .string(file(source))
        return members
    }
}

extension LedgerView {
    /// Everything that was rejected, or contradicts what was accepted, by number.
    package static func quarantinedRecords(_ path: String) throws -> [QuarantinedRecord] {
        try LedgerFailure.translating(path) {
            try reading(path) { reader in
                _ = try CheckpointFile.check(path, reader)
                let names = try reader.sourceKeys().map { try JSONValue(parsing: $0.body)["name"]?.string ?? "" }
                let settled = try reader.settledEntries()
                return try reader.quarantine().map { number, kind, body in
                    guard let kind = QuarantinedRecord.Kind(rawValue: kind) else {
                        throw LedgerError(.broken, "a row of table quarantine is of no kind that this version knows")
                    }
                    return QuarantinedRecord(
                        number, kind, value: try JSONValue(parsing: body), isSettled: settled.contains(number)
                    ) { source in
                        let index = source?.count ?? -1
                        return names.indices.contains(index) ? names[index] : ""
                    }
                }
            }
        }
    }
}
