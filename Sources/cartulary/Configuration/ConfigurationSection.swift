import RecordAnalysis
import Yams

/// What is wrong with a configuration, all of it, each with the line.
final class ConfigurationProblems {
    private let file: String
    private(set) var messages: [String] = []

    init(_ file: String) { self.file = file }

    func add(_ message: String, at node: Node?) {
        let line = node?.mark.map { ":\($0.line)" } ?? ""
        messages.append("\(file)\(line): \(message)")
    }
}

/// One mapping of the configuration, of which every key has to be known.
struct ConfigurationSection {
    /// What messages call it, such as `archive audit`.
    var name: String
    let node: Node
    let problems: ConfigurationProblems
    private var values: [String: Node] = [:]

    /// Takes a mapping apart.
    ///
    /// Anything else than a mapping is a problem, and so is a key that is none of `keys`; messages call it `name`.
    init(_ node: Node, _ name: String, _ keys: [String], _ problems: ConfigurationProblems) {
        (self.node, self.name, self.problems) = (node, name, problems)
        guard let mapping = node.mapping else {
            problems.add("\(name) is no mapping, expected keys such as \"\(keys.first ?? "")\"", at: node)
            return
        }
        for (key, value) in mapping {
            let text = key.string ?? ""
            if keys.contains(text) {
                values[text] = value
            } else {
                let near = NearMatch.best(text, keys)
                let advice =
                    near.isEmpty ? "expected one of \(keys.joined(separator: ", "))" : "did you mean \(near[0])?"
                problems.add("unknown key \"\(text)\" in \(name), \(advice)", at: key)
            }
        }
    }

    subscript(key: String) -> Node? { values[key] }

    func add(_ message: String, _ key: String) { problems.add("\(key) of \(name) \(message)", at: values[key] ?? node) }

    /// A text; nil if the key is not there or empty.
    func text(_ key: String) -> String? {
        guard let node = values[key] else { return nil }
        guard let text = node.scalar?.string, !text.isEmpty, node.null == nil else {
            add("is empty or no text", key)
            return nil
        }
        return text
    }

    /// A text that has to be there.
    func required(_ key: String) -> String? {
        if values[key] == nil { problems.add("\(name) has no \(key)", at: node) }
        return text(key)
    }

    /// A text, or a list of them.
    func texts(_ key: String) -> [String] {
        guard let node = values[key] else { return [] }
        guard let sequence = node.sequence else { return text(key).map { [$0] } ?? [] }
        let texts = sequence.compactMap { $0.scalar?.string }
        if texts.count != sequence.count || texts.contains("") { add("is no list of texts", key) }
        if texts.isEmpty, key != "expect" { add("is an empty list: leave it out for no choice", key) }
        return texts
    }

    /// A whole number in a range.
    func number(_ key: String, _ range: ClosedRange<Int>) -> Int? {
        guard let text = text(key) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            add("is \"\(text)\", expected \(range.lowerBound) to \(range.upperBound)", key)
            return nil
        }
        return number
    }

    /// One of a few words.
    func word<Value: RawRepresentable & CaseIterable>(_ key: String, _ type: Value.Type) -> Value?
    where Value.RawValue == String {
        guard let text = text(key) else { return nil }
        if let value = Value(rawValue: text) { return value }
        add("is \"\(text)\", expected one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))", key)
        return nil
    }

    /// A duration such as `90m`, `36h`, `3d` or `2w`, in seconds.
    func duration(_ key: String) -> Int64? {
        guard let text = text(key) else { return nil }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        guard let last = text.last, let unit = units[last], let number = Int64(text.dropLast()),
            (0...100_000).contains(number)
        else {
            add("is \"\(text)\", expected a number with s, m, h, d or w, such as 3d", key)
            return nil
        }
        return number * unit
    }

    /// The mappings in a list, each with what messages call it.
    func sections(_ key: String, _ word: String, _ keys: [String]) -> [ConfigurationSection] {
        guard let node = values[key] else {
            problems.add("\(name) has no \(key)", at: self.node)
            return []
        }
        guard let sequence = node.sequence, !sequence.isEmpty else {
            add("is no list, expected one or more entries that begin with \"- name:\"", key)
            return []
        }
        return sequence.map { element in
            let own = element.mapping?["name"]?.string ?? ""
            return ConfigurationSection(element, own.isEmpty ? word : "\(word) \(own)", keys, problems)
        }
    }
}
