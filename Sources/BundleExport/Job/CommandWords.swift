package import AuditModel
import BundleFormat

/// What the preparer of a bundle can declare.
package enum Declared {
    /// The options, with the members of `bundle.json` that they become, in a fixed order.
    package static let all: [(option: String, member: String)] = [
        ("entity", "entity"), ("lei", "lei"), ("source-system", "sourceSystem"), ("prepared-by", "preparedBy"),
        ("request-ref", "requestRef"), ("uncovered", "uncovered"),
    ]

    /// The options in a fixed order.
    package static func words(_ values: [String: String]) -> [String] {
        all.flatMap { entry in values[entry.member].map { ["--\(entry.option)", $0] } ?? [] }
    }

    /// What is wrong with a value; nil if nothing is.
    package static func problem(_ member: String, _ value: String) -> String? {
        guard (1...200).contains(value.utf8.count),
            value.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { return "is not 1 to 200 bytes without control characters" }
        guard value.contains(where: { !$0.isWhitespace }) else { return "is blank" }
        guard member == "lei", !LegalEntityIdentifier.isValid(value) else { return nil }
        return "\"\(value)\" is no LEI, expected 18 letters and digits and two check digits (ISO 7064 MOD 97-10)"
    }
}

extension Selection {
    /// The options of a command in a fixed order, as `bundle.json` repeats them.
    package var words: [String] {
        var words: [String] = []
        if let period {
            words += period.label.map { ["--period", $0] } ?? ["--from", period.from.text, "--to", period.to.text]
        }
        if basis != .activity { words += ["--basis", basis.rawValue] }
        for filter in filters { words += self[filter].flatMap { ["\(filter.option)", $0] } }
        return words
    }
}
