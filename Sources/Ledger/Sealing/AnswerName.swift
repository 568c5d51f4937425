import AuditModel
import BundleExport
import RecordAnalysis
import StrictJSON

/// The name of an answer: its period, its reference, and a digest of the request wherever these two do not tell it all.
///
/// Two requests that differ have two names, so that no answer stands in the way of another.
enum AnswerName {
    /// With the period, the digest and the suffix of a filtered bundle a name stays below its longest.
    private static let maximumReference = 32

    /// The name without the suffix of a filtered bundle.
    ///
    /// The reference is `--request-ref`, else the idempotency key.
    static func text(_ export: ExportOptions, idempotencyKey: String?) -> String {
        var parts = ["response", export.periodName]
        let reference = export.declared["requestRef"] ?? idempotencyKey
        if let reference, !readable(reference).isEmpty { parts.append(readable(reference)) }
        if !isTold(export, reference: reference, idempotencyKey: idempotencyKey) {
            parts.append(digest(export, idempotencyKey))
        }
        return parts.joined(separator: "-")
    }

    /// The letters and digits of a reference that a name may hold, with one dash for whatever stands between them.
    private static func readable(_ reference: String) -> String {
        let words = reference.lowercased().utf8.split { !(0x61...0x7A).contains($0) && !(0x30...0x39).contains($0) }
        let text = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
        return String(
            decoding: text.utf8.prefix(maximumReference).reversed().drop { $0 == 0x2D }.reversed(), as: UTF8.self)
    }

    /// Whether period and reference are the whole request, and the name holds the reference as it is.
    private static func isTold(_ export: ExportOptions, reference: String?, idempotencyKey: String?) -> Bool {
        guard reference == nil || reference == reference.map(readable) else { return false }
        var rest = export.command.dropFirst()
        let selection = export.analysis.selection
        if selection.period != nil { rest = rest.dropFirst(selection.period?.label == nil ? 4 : 2) }
        let told = export.declared["requestRef"].map { ["--request-ref", $0] } ?? []
        return Array(rest) == told && (told.isEmpty || idempotencyKey == nil)
    }

    private static func digest(_ export: ExportOptions, _ idempotencyKey: String?) -> String {
        let words = export.command + (idempotencyKey.map { ["--idempotency-key", $0] } ?? [])
        // Behind each word stands a byte that no word has.
        return String(ContentDigest.hexadecimal(of: words.flatMap { Array($0.utf8) + [0] }).prefix(8))
    }
}
