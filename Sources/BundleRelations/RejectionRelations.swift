package import AuditModel
package import BundleFormat
import StrictJSON

/// What a rejected record says of itself has to fit its bytes, and what a rejection is.
package enum RejectionRelations {
    /// The codes by which records are rejected (docs/domain.md, section 1).
    package static let codes: Set<FindingCode> = [
        .malformedRecord, .unknownStatus, .invalidIdentifier, .unreadMember,
    ]
    /// Bytes that are kept of a rejected record.
    private static let keptBytes = 64 << 10

    /// Everything that does not fit.
    package static func problems(of record: RejectedRecord) -> [String] {
        var problems: [String] = []
        if !codes.contains(record.code) { problems.append("\(record.code.rawValue) rejects no record") }
        if JSONValue.string(record.sha256).digest == nil { problems.append("its sha256 is no digest") }
        guard let text = record.rawBase64 else { return problems }
        guard let raw = Base64.decode(text), Base64.encode(raw) == text else {
            return problems + ["its raw is not base64"]
        }
        if raw.count != min(record.byteCount, keptBytes) {
            problems.append("its raw has \(raw.count) of \(record.byteCount) bytes")
        } else if raw.count == record.byteCount, ContentDigest.hexadecimal(of: raw) != record.sha256 {
            problems.append("its raw has another SHA-256 than it says")
        }
        return problems
    }

    /// Whether a record was rejected because its deployment has too many; of these no bytes are kept.
    package static func isSurplus(_ record: RejectedRecord) -> Bool {
        record.code == .malformedRecord
            && [RejectedRecord.surplusReason, RejectedRecord.recordSurplusReason].contains(record.reason)
    }
}
