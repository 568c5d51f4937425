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

    private static func matches(_ text: String.UTF8View, _ pattern: [UInt8]) -> Bool {
        let text = Array(text)
        var (place, index) = (0, 0)
        // Where to go on if what follows the last star does not match: the star may stand for one byte more.
        var retry: (place: Int, index: Int)?
        while place < text.count {
            if index < pattern.count, pattern[index] == UInt8(ascii: "*") {
                retry = (place, index)
                index += 1
            } else if index < pattern.count, pattern[index] == UInt8(ascii: "?") || pattern[index] == text[place] {
                place += 1
                index += 1
            } else if let star = retry {
                retry = (star.place + 1, star.index)
                (place, index) = (star.place + 1, star.index + 1)
            } else {
                return false
            }
        }
        return pattern[index...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
