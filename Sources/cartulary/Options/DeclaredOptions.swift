import ArgumentParser
import AuditModel
import BundleFormat

/// What the preparer declares about the bundle; shown as their claim, not as a fact.
struct DeclaredOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The legal entity that the records belong to.", valueName: "name"))
    var entity: String?

    @Option(
        help: ArgumentHelp(
            "The Legal Entity Identifier of the entity (ISO 17442). Its check digits must be right.", valueName: "lei"))
    var lei: String?

    @Option(
        name: .customLong("source-system"), help: ArgumentHelp("The system that wrote the records.", valueName: "name"))
    var sourceSystem: String?

    @Option(name: .customLong("prepared-by"), help: ArgumentHelp("The preparer of the bundle.", valueName: "name"))
    var preparedBy: String?

    @Option(
        name: .customLong("request-ref"),
        help: ArgumentHelp("The reference of the request that the bundle answers.", valueName: "text"))
    var requestRef: String?

    @Option(
        help: ArgumentHelp(
            "Why the period is sealed although a source does not cover it. The bundle shows the reason.",
            valueName: "reason"))
    var uncovered: String?

    mutating func validate() throws {
        for (option, member) in Declared.all {
            if let value = values[member], let problem = Declared.problem(member, value) {
                throw ValidationError("--\(option) \(problem)")
            }
        }
    }

    /// The declarations by their member in `bundle.json`.
    var values: [String: String] {
        [
            "entity": entity, "lei": lei, "sourceSystem": sourceSystem, "preparedBy": preparedBy,
            "requestRef": requestRef, "uncovered": uncovered,
        ].compactMapValues { $0 }
    }

    var words: [String] { Declared.words(values) }
}
