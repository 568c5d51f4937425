import StrictJSON

/// JSON for people: each member on a line of its own, names in order.
enum IndentedJSON {
    /// The text of a file.
    static func file(_ value: JSONValue) -> [UInt8] {
        var output: [UInt8] = []
        write(value, depth: 0, into: &output)
        return output + [0x0A]
    }

    private static func write(_ value: JSONValue, depth: Int, into output: inout [UInt8]) {
        switch value {
        case .object(let members) where !members.isEmpty:
            let names = JSONValue.sortedNames(members.keys)
            writeLines(names, between: ("{", "}"), depth: depth, into: &output) { name, output in
                JSONString.write(name, into: &output)
                output += Array(": ".utf8)
                write(members[name] ?? .null, depth: depth + 1, into: &output)
            }
        case .array(let elements) where elements.contains(where: isLong):
            writeLines(elements, between: ("[", "]"), depth: depth, into: &output) { element, output in
                write(element, depth: depth + 1, into: &output)
            }
        default: value.write(into: &output)
        }
    }

    private static func isLong(_ value: JSONValue) -> Bool {
        switch value {
        case .object, .array: true
        default: false
        }
    }

    private static func writeLines<Element>(
        _ elements: [Element], between brackets: (String, String), depth: Int, into output: inout [UInt8],
        write: (Element, inout [UInt8]) -> Void
    ) {
        func newLine(_ depth: Int) { output += Array(("\n" + String(repeating: "  ", count: depth)).utf8) }
        output += Array(brackets.0.utf8)
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            newLine(depth + 1)
            write(element, &output)
        }
        newLine(depth)
        output += Array(brackets.1.utf8)
    }
}
