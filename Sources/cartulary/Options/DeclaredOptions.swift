import ArgumentParser
import AuditModel

/// What the preparer declares of the bundle; shown as their claim, not as a fact.
struct DeclaredOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The legal entity that the records belong to.", valueName: "name"))
    var entity: String?

    @Option(
        help: ArgumentHelp("Its Legal Entity Identifier (ISO 17442); the check digits are checked.", valueName: "lei"))
    var lei: String?

    @Option(
        name: .customLong("source-system"), help: ArgumentHelp("The system that wrote the records.", valueName: "name"))
    var sourceSystem: String?

    @Option(name: .customLong("prepared-by"), help: ArgumentHelp("Who prepared the bundle.", valueName: "name"))
    var preparedBy: String?

    @Option(
        name: .customLong("request-ref"), help: ArgumentHelp("The request that the bundle answers.", valueName: "text"))
    var requestRef: String?

    private var all: [(option: String, member: String, value: String?)] {
        [
            ("entity", "entity", entity), ("lei", "lei", lei), ("source-system", "sourceSystem", sourceSystem),
            ("prepared-by", "preparedBy", preparedBy), ("request-ref", "requestRef", requestRef),
        ]
    }

    mutating func validate() throws {
        for (option, _, value) in all {
            guard let value else { continue }
            guard (1...200).contains(value.utf8.count),
                value.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
            else { throw ValidationError("--\(option) is not 1 to 200 bytes without control characters") }
        }
        if let lei, !LegalEntityIdentifier.isValid(lei) {
            throw ValidationError(
                "--lei \"\(lei)\" is no LEI, expected 18 letters and digits and two check digits (ISO 7064 MOD 97-10)")
        }
    }

    /// The declarations by their member in `bundle.json`.
    var values: [String: String] {
        Dictionary(uniqueKeysWithValues: all.compactMap { entry in entry.value.map { (entry.member, $0) } })
    }

    var words: [String] { all.flatMap { entry in entry.value.map { ["--\(entry.option)", $0] } ?? [] } }
}
