import RecordContent

/// Names that a message lists, since one of them may be the one that was meant.
package enum FoundNames {
    /// Names that are listed.
    package static let maximum = 8

    /// The names that can be shown as they are, such as `id, state and more`; nil if there is none.
    package static func text(_ names: [String]) -> String? {
        let plain = names.prefix(maximum).filter(SimilarName.isPlain)
        guard !plain.isEmpty else { return nil }
        return plain.joined(separator: ", ") + (names.count > plain.count ? " and more" : "")
    }
}
