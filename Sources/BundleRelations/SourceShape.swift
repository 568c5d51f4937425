/// The shapes that a source's content has (docs/domain.md, section 1), as `sources.json` names them.
package enum SourceShape {
    private static let names: Set<Substring> = ["audit-trail", "csv", "envelope", "ndjson", "records"]
    /// The shape of a source without content.
    private static let empty = "empty"

    /// Whether a text is the shape of a source: one, several in order joined by `+`, or that of no content.
    package static func isKnown(_ text: String) -> Bool {
        if text == empty { return true }
        let parts = text.split(separator: "+", omittingEmptySubsequences: false)
        return names.isSuperset(of: parts) && zip(parts, parts.dropFirst()).allSatisfy { $0 < $1 }
    }
}
