package import AuditModel

/// The findings of one kind in one source that are counted and not listed, as the last listed one tells of them.
///
/// The text is the stored form: the last words of the member `actual` of that finding (docs/bundle-format.md, 5.4).
package struct UnlistedFindings: Sendable, Equatable {
    package let count: Int

    private static let ending = " more of this kind in this source, not listed"
    private static let separator = "; "

    package init(count: Int) { self.count = count }

    package var text: String { "and \(count)\(UnlistedFindings.ending)" }

    /// Reads the count that a finding ends with; nil if it tells of none.
    package init?(_ finding: Finding) {
        // Errors are all listed.
        guard finding.code.severity != .error, let actual = finding.actual,
            actual.hasSuffix(UnlistedFindings.ending),
            let digits = actual.dropLast(UnlistedFindings.ending.count).split(separator: " ").last,
            let count = Int(digits), count > 0, actual.hasSuffix(UnlistedFindings(count: count).text)
        else { return nil }
        self.count = count
    }

    /// The finding with these words behind what was found.
    package func added(to finding: Finding) -> Finding {
        var last = finding
        last.actual = (finding.actual.map { $0 + UnlistedFindings.separator } ?? "") + text
        return last
    }

    /// The finding without these words.
    package func removed(from finding: Finding) -> Finding {
        guard let actual = finding.actual, actual.hasSuffix(text) else { return finding }
        var plain = finding
        let rest = String(actual.dropLast(text.count))
        plain.actual = rest.hasSuffix(UnlistedFindings.separator) ? String(rest.dropLast(2)) : nil
        return plain
    }
}
