import BundleFormat
import Foundation
import StrictJSON

/// The tables of docs/bundle-format.md, section 13: what is given, and what is derived.
struct OriginTable {
    /// Files that a row names, as they are written there.
    private(set) var files: Set<String> = []
    /// What each row of files says is given, by the names of the files.
    private(set) var given: [String: String] = [:]
    /// Members by file: whether they are given.
    private(set) var members: [String: [String: Bool]] = [:]

    init() throws {
        let text = try String(
            contentsOf: TestBundles.repository.appending(path: "docs/bundle-format.md"), encoding: .utf8)
        let section = text.components(separatedBy: "\n## 13. ").last ?? ""
        let tables = section.components(separatedBy: "\n| --- ")
        guard tables.count > 3 else { throw EditableBundle.Unexpected(what: "tables of section 13") }
        for row in OriginTable.rows(tables[1]) {
            files.formUnion(OriginTable.names(row[0]))
            for name in OriginTable.names(row[0]) { given[name] = row[1] }
        }
        for row in OriginTable.rows(tables[2]) {
            for name in OriginTable.names(row[1]) {
                members[OriginTable.names(row[0])[0], default: [:]][name] = row[2].hasPrefix("given")
            }
        }
    }

    private static func rows(_ table: String) -> [[String]] {
        table.split(separator: "\n").dropFirst().prefix { $0.hasPrefix("| ") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }.filter { $0.count == 3 }
    }

    private static func names(_ cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
            String($0.element)
        }
    }

    /// Whether a row stands for a file; the path is that below the bundle's directory.
    func hasRow(_ path: String) -> Bool {
        let name = path.hasPrefix("data/") ? String(path.dropFirst("data/".count)) : path
        let stem = name.split(separator: ".").first.map(String.init) ?? ""
        return files.contains(name) || files.contains("\(stem).*")
            || files.contains { $0.hasSuffix("/") && name.hasPrefix($0) }
    }

    /// The row of a member, by its longest name; nil if there is none.
    ///
    /// Names are joined by points, without marks of lists.
    func row(_ file: String, _ member: String) -> String? {
        var names = member.split(separator: ".").map(String.init)
        while !names.isEmpty {
            let name = names.joined(separator: ".")
            if members[file]?[name] != nil { return name }
            names.removeLast()
        }
        return members[file]?["*"] == nil ? nil : "*"
    }

    /// Whether whoever holds the key may choose a member; `place` is file and member as ``MemberChange`` names them.
    func isGiven(_ place: String) -> Bool {
        let parts = place.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[0].hasPrefix("data/") else { return false }
        let file = String(parts[0].dropFirst("data/".count))
        let member = parts[1].replacing("[]", with: "").split(separator: ".").joined(separator: ".")
        return row(file, member).flatMap { members[file]?[$0] } ?? false
    }

    /// Every member that a schema names, joined by points, without marks of lists.
    static func schemaMembers(_ name: String) throws -> Set<String> {
        let schema = try JSONValue(parsing: FixedTexts.schema(name) ?? [])
        var found: Set<String> = []
        collect(schema, "", definitions: schema["$defs"], depth: 0, into: &found)
        return found
    }

    private static func collect(
        _ schema: JSONValue, _ path: String, definitions: JSONValue?, depth: Int, into found: inout Set<String>
    ) {
        guard depth < 12 else { return }
        if let name = schema["$ref"]?.string?.split(separator: "/").last, let target = definitions?[String(name)] {
            collect(target, path, definitions: definitions, depth: depth + 1, into: &found)
        }
        for (name, member) in schema["properties"]?.object ?? [:] {
            let below = path.isEmpty ? name : "\(path).\(name)"
            found.insert(below)
            collect(member, below, definitions: definitions, depth: depth + 1, into: &found)
        }
        if let items = schema["items"] {
            collect(items, path, definitions: definitions, depth: depth + 1, into: &found)
        }
        for word in ["allOf", "anyOf", "oneOf"] {
            for part in schema[word]?.array ?? [] {
                collect(part, path, definitions: definitions, depth: depth + 1, into: &found)
            }
        }
    }
}
