import BundleFormat
import StrictJSON

/// A change to the bytes of one text file.
struct TextMutation: Sendable {
    /// Where it stands: the names of the members that lead there, or the column.
    var place: String
    /// The new text; nil if a member is taken away.
    var value: String?
    var range: Range<Int>

    var name: String { "\(place) = \(value.map(HostileValue.name) ?? "nothing")" }

    /// The text with the change.
    func applied(to text: [UInt8]) -> [UInt8] {
        Array(text[..<range.lowerBound]) + Array((value ?? "").utf8) + Array(text[range.upperBound...])
    }
}

/// Every number and every member of a JSON text.
struct JSONPlaces {
    /// A value: the names that lead to it, where it stands, and where the member around it does.
    private struct Place {
        var path: String
        var value: Range<Int>
        /// With the comma behind it, or before it if it is the last.
        var member: Range<Int>?
        var isNumber: Bool
    }

    private var places: [Place] = []
    private var parser = JSONParser()

    /// Throws if the text is no JSON.
    init(_ text: [UInt8]) throws {
        try parser.parseDocument(text.span, 0..<text.count)
        collect(0, "", in: text)
    }

    private mutating func collect(_ token: Int, _ path: String, in text: [UInt8]) {
        let tape = parser.tape
        switch tape.tokens[token].kind {
        case .object:
            var members: [(key: Range<Int>, value: Int)] = []
            tape.forEachMember(of: token) { members.append((tape.tokens[$0].range, $1)) }
            for (number, member) in members.enumerated() {
                let name = String(decoding: text[member.key].dropFirst().dropLast(), as: UTF8.self)
                var range = member.key.lowerBound..<tape.tokens[member.value].range.upperBound
                if number + 1 < members.count {
                    range = range.lowerBound..<members[number + 1].key.lowerBound
                } else if number > 0 {
                    range = tape.tokens[members[number - 1].value].range.upperBound..<range.upperBound
                }
                add(member.value, path.isEmpty ? name : "\(path).\(name)", member: range, in: text)
            }
        case .array:
            var elements: [Int] = []
            tape.forEachElement(of: token) { elements.append($0) }
            for element in elements { add(element, path + "[]", member: nil, in: text) }
        case .string, .number, .true, .false, .null: break
        }
    }

    private mutating func add(_ token: Int, _ path: String, member: Range<Int>?, in text: [UInt8]) {
        let value = parser.tape.tokens[token]
        places.append(Place(path: path, value: value.range, member: member, isNumber: value.kind == .number))
        collect(token, path, in: text)
    }

    /// Of values with the same path the first two and the last.
    private func chosen(_ isIncluded: (Place) -> Bool) -> [Place] {
        var groups: [String: [Place]] = [:]
        for place in places where isIncluded(place) { groups[place.path, default: []].append(place) }
        return groups.sorted { $0.key < $1.key }.flatMap { group in
            group.value.count <= 3 ? group.value : group.value.prefix(2) + group.value.suffix(1)
        }
    }

    /// Each number with each hostile one in its place.
    var numbers: [TextMutation] {
        chosen(\.isNumber).flatMap { place in
            HostileValue.numbers.map { TextMutation(place: place.path, value: $0, range: place.value) }
        }
    }

    /// Each member with a value of each type in the place of its own, and without it.
    var types: [TextMutation] {
        chosen { $0.member != nil }.flatMap { place in
            HostileValue.values.map { TextMutation(place: place.path, value: $0, range: place.value) }
                + [TextMutation(place: place.path, value: nil, range: place.member ?? place.value)]
        }
    }
}

/// Cells of a table.
enum CSVPlaces {
    /// Each cell of the first rows and the last one that holds a whole number, with each hostile one in its place.
    static func numbers(_ text: [UInt8]) -> [TextMutation] {
        let header = CSV.parse(text).first ?? []
        var mutations: [TextMutation] = []
        let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).dropFirst().dropLast()
        for line in lines.prefix(2) + lines.dropFirst(2).suffix(1) {
            for (column, cell) in cells(line).enumerated() where isNumber(text[cell]) {
                let place = header.indices.contains(column) ? header[column] : "\(column)"
                mutations += HostileValue.cells.map { TextMutation(place: place, value: $0, range: cell) }
            }
        }
        return mutations
    }

    private static func isNumber(_ cell: ArraySlice<UInt8>) -> Bool {
        !cell.isEmpty && cell.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Where the cells of a line stand in the text.
    private static func cells(_ line: ArraySlice<UInt8>) -> [Range<Int>] {
        var cells: [Range<Int>] = []
        var start = line.startIndex
        var isQuoted = false
        for index in line.indices {
            if line[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard !isQuoted, line[index] == UInt8(ascii: ",") else { continue }
            cells.append(start..<index)
            start = index + 1
        }
        return cells + [start..<line.endIndex]
    }
}

/// Figures of the report.
enum FigurePlaces {
    /// Values of the attributes that hold numbers, with each hostile one in its place.
    static func numbers(_ page: [UInt8]) -> [TextMutation] {
        let names = ["value", "data-row", "data-sequence"]
        return names.flatMap { name -> [TextMutation] in
            let ranges = ranges(of: Array(" \(name)=\"".utf8), in: page)
            return (ranges.prefix(3) + ranges.dropFirst(3).suffix(1)).flatMap { range in
                (HostileValue.cells + ["1e-9223372036854775808", "0.5e9223372036854775807"]).map {
                    TextMutation(place: name, value: $0, range: range)
                }
            }
        }
    }

    /// Where the values of whole numbers behind a mark stand.
    private static func ranges(of mark: [UInt8], in page: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var position = 0
        while position + mark.count < page.count {
            guard page[position] == mark[0], page[position..<position + mark.count].elementsEqual(mark) else {
                position += 1
                continue
            }
            position += mark.count
            let digits = page[position...].prefix { (0x30...0x39).contains($0) }
            if !digits.isEmpty, digits.endIndex < page.count, page[digits.endIndex] == UInt8(ascii: "\"") {
                ranges.append(position..<digits.endIndex)
            }
        }
        return ranges
    }
}
