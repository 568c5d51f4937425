import AuditModel
import BundleFormat
import MerkleTree
import RecordContent
import StrictJSON

/// The records of a line of the trail, as a line of the log has to name them.
enum TrailMarks {
    static func of(_ dossier: Dossier, row: Int) -> [MerkleDigest] {
        let id = dossier.bytes[dossier.id.range]
        func record(_ kind: LogRecord.Kind, _ content: ByteSlice, at time: Timestamp?) -> LogRecord {
            LogRecord(
                kind: kind, contentSHA256: MerkleDigest(ContentDigest.sha256(dossier.bytes.span, content.range)),
                deploymentID: id, time: time, received: .unset, sha256: MerkleHash.emptyRoot, timestampAsReceived: nil)
        }
        var marks = dossier.transitions.map { transition in
            var head = record(.transition, transition.content, at: transition.time)
            let received = dossier.bytes[transition.timestampAsReceived.range]
            if !received.isEmpty { head.timestampAsReceived = received }
            return head.mark(row: row)
        }
        guard dossier.recordCount > 0 else { return marks }
        for content in dossier.snapshots {
            marks.append(record(.deployment, content, at: createdAt(content, dossier)).mark(row: row))
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
}
