package import AuditModel
package import BundleFormat

/// What a position in the intake's files has to fit: the sources, as `sources.json` lists them.
package struct PositionRelations: Sendable {
    private let sources: [SourceSummary]

    package init(_ sources: [SourceSummary]) { self.sources = sources }

    /// Why a rejected record cannot stand there with its bytes; nil if it can.
    package func problem(_ record: RejectedRecord) -> String? {
        let position = record.position
        if let problem = problem(position) { return problem }
        let source = sources[position.source]
        // Of what a deployment has too much the canonical content is counted, which may be longer than the source's bytes.
        guard !source.isGzip, !RejectionRelations.isSurplus(record) else { return nil }
        guard record.byteCount > source.size - position.offset else { return nil }
        return
            "byte \(position.offset) of source \(position.source) with \(record.byteCount) bytes, and the source has \(source.size)"
    }

    /// Why a record cannot stand there; nil if it can.
    ///
    /// How long a source is after unpacking is not known.
    package func problem(_ position: SourcePosition) -> String? {
        guard position.source < sources.count else {
            return "source \(position.source), and \(BundlePath.sources) lists \(sources.count)"
        }
        let source = sources[position.source]
        guard source.isGzip || position.offset <= source.size else {
            return "byte \(position.offset) of source \(position.source), which has \(source.size)"
        }
        guard position.line >= 1, position.line - 1 <= position.offset else {
            return "line \(position.line) at byte \(position.offset)"
        }
        return nil
    }
}
