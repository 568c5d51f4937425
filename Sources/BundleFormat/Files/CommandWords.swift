package import AuditModel

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
        guard (1...200).contains(value.utf8.count), PlainLine.isPlain(value) else {
            return "is not 1 to 200 bytes without control characters, line breaks and direction marks"
        }
        guard value.contains(where: { !$0.isWhitespace }) else { return "is blank" }
        guard member == "lei", !LegalEntityIdentifier.isValid(value) else { return nil }
        return "\"\(value)\" is no LEI, expected 18 letters and digits and two check digits (ISO 7064 MOD 97-10)"
    }
}

/// A text that stands in one line, and says what it shows.
package enum PlainLine {
    /// Whether a text has no control character, no line or paragraph separator, and nothing that turns the direction of
    /// writing: with these a line of `bag-info.txt` would become several, or show something else than it says.
    package static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: false
            default: !scalar.properties.isBidiControl
            }
        }
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

/// Whether a bundle has the workbook; `auto` is as in the latest bundle of its series, and without one it has.
package enum WorkbookChoice: String, CaseIterable, Sendable {
    case auto, always, never

    /// The last words of a command that leaves the workbook out; none of another.
    package var words: [String] { self == .never ? ["--workbook", rawValue] : [] }
}

/// Changes of a command whose words stand in their fixed order; one without words stays so.
package enum CommandWords {
    /// The options between the selection and the declarations, each with a value.
    private static let between: Set<String> = ["--name", "--as-of", "--threshold"]

    /// Whether a command leaves the workbook out.
    package static func leavesOutWorkbook(_ words: [String]) -> Bool { words.suffix(2) == WorkbookChoice.never.words }

    /// The same command of another selection.
    package static func replacing(_ old: Selection, by new: Selection, in words: [String]) -> [String] {
        let start = ["export"] + old.words
        guard words.starts(with: start) else { return words }
        return ["export"] + new.words + words.dropFirst(start.count)
    }

    /// The same command with other declarations.
    package static func replacing(
        _ old: [String: String], by new: [String: String], behind selection: Selection, in words: [String]
    ) -> [String] {
        guard !words.isEmpty else { return words }
        var index = 1 + selection.words.count
        while index + 1 < words.count, between.contains(words[index]) { index += 2 }
        let before = Declared.words(old)
        guard words.dropFirst(index).starts(with: before) else { return words }
        return Array(words[..<index]) + Declared.words(new) + words.dropFirst(index + before.count)
    }
}
