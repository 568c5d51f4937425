/// A pattern list of ssh_config(5): patterns between commas, with `*`, `?`, and `!` before one that excludes.
struct PatternList {
    private let patterns: [Substring.UTF8View]

    init(_ text: String) {
        patterns = text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false).map(\.utf8)
    }

    /// Whether a pattern matches all of a text, and none that starts with `!` does.
    func matches(_ text: String) -> Bool {
        var isMatched = false
        for pattern in patterns {
            if pattern.first == UInt8(ascii: "!") {
                if PatternList.matches(text.utf8, Array(pattern.dropFirst())) { return false }
            } else if PatternList.matches(text.utf8, Array(pattern)) {
                isMatched = true
            }
        }
        return isMatched
    }

    /// Whether there is a text that the list matches.
    ///
    /// Looked for among the texts that its own patterns stand for, with few characters in the place of their stars: a list
    /// that matches rarer ones alone counts as one that matches nobody.
    var matchesSomebody: Bool {
        patterns.filter { $0.first != UInt8(ascii: "!") }.contains { pattern in
            ["", "x", "0", "a@b", "zqzq"].contains { filling in
                let text = String(Substring(pattern)).replacing("*", with: filling).replacing(
                    "?", with: filling.prefix(1).isEmpty ? "x" : filling.prefix(1))
                return matches(text)
            }
        }
    }

    private static func matches(_ text: String.UTF8View, _ pattern: [UInt8]) -> Bool {
        let text = Array(text)
        var position = 0
        var index = 0
        // Where to go on if what follows the last star does not match: the star may stand for one byte more.
        var retry: (position: Int, index: Int)?
        while position < text.count {
            if index < pattern.count, pattern[index] == UInt8(ascii: "*") {
                retry = (position, index)
                index += 1
            } else if index < pattern.count, pattern[index] == UInt8(ascii: "?") || pattern[index] == text[position] {
                position += 1
                index += 1
            } else if let star = retry {
                retry = (star.position + 1, star.index)
                position = star.position + 1
                index = star.index + 1
            } else {
                return false
            }
        }
        return pattern[index...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
