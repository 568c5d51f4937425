import FileSystem
import Yams

/// One mapping of the configuration, of which every key has to be known.
struct ConfigurationSection {
    /// The name in messages, such as `archive audit`.
    let name: String
    let problems: ConfigurationProblems
    private let node: Node
    private var values: [String: Node] = [:]

    /// Reads a mapping.
    ///
    /// Anything else than a mapping is a problem, and so is a key that is not one of `keys`; `name` is its name in messages.
    init(_ node: Node, name: String, keys: [String], problems: ConfigurationProblems) {
        self.node = node
        self.name = name
        self.problems = problems
        guard let mapping = node.mapping else {
            add("\(name) is not a mapping, expected keys such as \"\(keys.first ?? "")\"")
            return
        }
        for (key, value) in mapping {
            let text = key.string ?? ""
            if keys.contains(text) {
                values[text] = value
            } else {
                let advice =
                    NearMatch.best(text, keys).first.map { "did you mean \($0)?" }
                    ?? "expected one of \(keys.joined(separator: ", "))"
                problems.add("unknown key \"\(text)\" in \(name), \(advice)", at: key)
            }
        }
    }

    subscript(key: String) -> Node? { values[key] }

    /// The line of a key; 0 if it is not there.
    func line(_ key: String) -> Int { values[key]?.mark?.line ?? 0 }

    /// Reports what is wrong with the value of a key.
    func add(_ message: String, key: String) { problems.add("\(key) of \(name) \(message)", at: values[key] ?? node) }

    /// Reports what is wrong with the mapping.
    func add(_ message: String) { problems.add(message, at: node) }

    /// A text; nil if the key is not there or empty.
    func text(_ key: String) -> String? {
        guard let node = values[key] else { return nil }
        guard let text = node.scalar?.string, !text.isEmpty, node.null == nil else {
            add("is empty or not a text", key: key)
            return nil
        }
        return text
    }

    /// A text that has to be there.
    func required(_ key: String) -> String? {
        if values[key] == nil { add("\(name) has no \(key)") }
        return text(key)
    }

    /// A text, or a list of them.
    func texts(_ key: String) -> [String] {
        guard let node = values[key] else { return [] }
        guard let sequence = node.sequence else { return text(key).map { [$0] } ?? [] }
        let texts = sequence.compactMap { $0.scalar?.string }
        if texts.count != sequence.count || texts.contains("") { add("is not a list of texts", key: key) }
        if texts.isEmpty, key != "expect" { add("is an empty list, expected at least one entry or no key", key: key) }
        return texts
    }

    /// A whole number in a range.
    func number(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = text(key) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            add("is \"\(text)\", expected \(range.lowerBound) to \(range.upperBound)", key: key)
            return nil
        }
        return number
    }

    /// One of a few words.
    func word<Value: RawRepresentable & CaseIterable>(_ key: String, _ type: Value.Type) -> Value?
    where Value.RawValue == String {
        guard let text = text(key) else { return nil }
        if let value = Value(rawValue: text) { return value }
        let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
        add("is \"\(text)\", expected one of \(words)", key: key)
        return nil
    }

    /// A duration such as `90m`, `36h`, `3d` or `2w`, in seconds.
    func duration(_ key: String) -> Int64? {
        guard let text = text(key) else { return nil }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        guard let last = text.last, let unit = units[last], let number = Int64(text.dropLast()),
            (0...100_000).contains(number)
        else {
            add("is \"\(text)\", expected a number with s, m, h, d or w, such as 3d", key: key)
            return nil
        }
        return number * unit
    }

    /// The mappings in a list, each with its name in messages.
    func sections(_ key: String, word: String, keys: [String]) -> [ConfigurationSection] {
        guard let node = values[key] else {
            add("\(name) has no \(key)")
            return []
        }
        guard let sequence = node.sequence, !sequence.isEmpty else {
            add("is not a list, expected one or more entries that begin with \"- name:\"", key: key)
            return []
        }
        return sequence.map { element in
            let own = element.mapping?["name"]?.string ?? ""
            return ConfigurationSection(
                element, name: own.isEmpty ? word : "\(word) \(own)", keys: keys, problems: problems)
        }
    }
}
