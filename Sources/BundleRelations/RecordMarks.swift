package import AuditModel
import BundleFormat
package import MerkleTree
import RecordContent
import StrictJSON

/// Records of the trail beside the lines of the log that have to name them.
package enum RecordMarks {
    private static func record(
        _ kind: LogRecord.Kind, _ content: ByteSlice, of dossier: Dossier, at time: Timestamp?
    ) -> LogRecord {
        LogRecord(
            kind: kind, contentSHA256: MerkleDigest(ContentDigest.sha256(dossier.bytes.span, content.range)),
            deploymentID: dossier.bytes[dossier.id.range], time: time, received: .unset,
            sha256: MerkleHash.emptyRoot, timestampAsReceived: nil)
    }

    /// What a line has of columns of CSV rows; nil if it has none.
    package static func columns(of dossier: Dossier, row: Int) -> ColumnRelations.Line? {
        var content = dossier.rowMembers
        if content.isEmpty {
            // What stands alone and is no record is of rows, unless it is left of records of after the period.
            guard dossier.recordCount == 0, dossier.snapshots.isEmpty, !dossier.snapshotAfterPeriod else { return nil }
            content = dossier.members.content
        }
        guard !content.isEmpty else { return nil }
        let mark = record(.columns, content, of: dossier, at: nil).mark(row: row)
        return ColumnRelations.Line(row: row, hash: mark.hashValue)
    }

    /// The marks of a line's records (``LogRecord/mark(row:)``).
    package static func of(_ dossier: Dossier, row: Int) -> [MerkleDigest] {
        var marks = dossier.transitions.map { transition in
            var head = record(.transition, transition.content, of: dossier, at: transition.time)
            let received = dossier.bytes[transition.timestampAsReceived.range]
            if !received.isEmpty { head.timestampAsReceived = received }
            return head.mark(row: row)
        }
        guard dossier.recordCount > 0 else { return marks }
        for content in dossier.snapshots {
            marks.append(
                record(.deployment, content, of: dossier, at: createdAt(content, dossier)).mark(row: row))
        }
        return marks
    }

    private static func createdAt(_ content: ByteSlice, _ dossier: Dossier) -> Timestamp? {
        let bytes = dossier.bytes.span
        var walk = CanonicalMembers(content.range)
        while let member = walk.next(bytes) {
            guard KnownMember.named(bytes, member.name) == .createdAt, member.value.count > 2 else { continue }
            let text = String(
                decoding: dossier.bytes[member.value.lowerBound + 1..<member.value.upperBound - 1], as: UTF8.self)
            return try? Timestamp.parse(text).time
        }
        return nil
    }

    /// The entries of marks of the log that the trail does not have, and how many records of the trail the log does not have.
    package static func compare(
        trail: [MerkleDigest], log: [(digest: MerkleDigest, index: Int)]
    ) -> (entries: [Int], records: Int) {
        let here = trail.sorted()
        let there = log.sorted { $0.digest < $1.digest }
        var found: (entries: [Int], records: Int) = ([], 0)
        var own = 0
        var other = 0
        while own < here.count || other < there.count {
            if own < here.count, other < there.count, here[own] == there[other].digest {
                own += 1
                other += 1
            } else if other < there.count, own == here.count || there[other].digest < here[own] {
                found.entries.append(there[other].index)
                other += 1
            } else {
                found.records += 1
                own += 1
            }
        }
        return found
    }
}
