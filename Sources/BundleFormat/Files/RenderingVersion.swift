/// A version of what the report's pages and the fixed texts of a bundle look like (docs/bundle-format.md, 8).
///
/// Every version that was ever released stays: a bundle is verified for as long as it is kept. docs/architecture.md says
/// what a new one costs.
package enum RenderingVersion: String, CaseIterable, Sendable {
    case first = "cartulary-rendering/1"

    /// The version that new bundles get.
    package static let current = RenderingVersion.first

    /// Whether a text names a version in form, known here or not.
    package static func isName(_ text: String) -> Bool {
        let prefix = "cartulary-rendering/"
        guard text.hasPrefix(prefix) else { return false }
        let number = text.dropFirst(prefix.count)
        return (1...4).contains(number.utf8.count) && number.utf8.first != 0x30
            && number.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
