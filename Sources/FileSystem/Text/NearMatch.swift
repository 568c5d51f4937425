/// Values that look like a mistyped one.
package enum NearMatch {
    /// Up to three values within a third of the text's length in edits, nearest first.
    package static func best(_ text: String, _ values: [String]) -> [String] {
        let limit = max(2, text.count / 3)
        let scored = values.map { ($0, distance(Array(text.lowercased()), Array($0.lowercased()))) }
        let near = scored.filter { $0.1 <= limit }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        return near.prefix(3).map(\.0)
    }

    /// The Levenshtein distance.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = a == b ? diagonal : 1 + min(diagonal, above, row[j])
                diagonal = above
            }
        }
        return row[right.count]
    }
}
