package import AuditModel
package import BundleFormat

/// What a position in the intake's files has to fit: the sources, as `sources.json` lists them.
package struct PositionRelations: Sendable {
    private let sources: [SourceSummary]

    package init(_ sources: [SourceSummary]) { self.sources = sources }

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
