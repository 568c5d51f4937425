import Yams

/// Everything that is wrong with a configuration, each with its line.
final class ConfigurationProblems {
    private let file: String
    private(set) var messages: [String] = []

    init(_ file: String) { self.file = file }

    func add(_ message: String, at node: Node?) {
        let line = node?.mark.map { ":\($0.line)" } ?? ""
        messages.append("\(file)\(line): \(message)")
    }

    /// Reports each name that is given more than once.
    func refuseRepetitions(_ names: [String], word: String, at node: Node) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            add("\(word) \(name) is given twice, expected a different one each time", at: node)
        }
    }
}
