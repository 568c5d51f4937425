import Foundation
import Testing

/// docs/glossary.md, held against the sources.
@Suite("The glossary")
struct GlossaryTests {
    /// The rows that define a term: its cells without the blanks around them.
    static let rows: [[String]] = {
        let path = CommandFolder.root.appending(path: "docs/glossary.md").path
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
            return cells.count == 5 && cells[0] != "term" && !cells[0].hasPrefix("-") ? cells : nil
        }
    }()

    /// The names of all types in the sources.
    static let types: Set<String> = {
        let folder = CommandFolder.root.appending(path: "Sources")
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
        var names: Set<String> = []
        for path in paths where path.hasSuffix(".swift") {
            let text = (try? String(contentsOf: folder.appending(path: path), encoding: .utf8)) ?? ""
            for match in text.matches(of: /\b(?:struct|enum|class|actor|protocol) ([A-Z]\w*)/) {
                names.insert(String(match.1))
            }
        }
        return names
    }()

    @Test("each term stands there once, with a meaning of one or two sentences and what carries it")
    func terms() {
        #expect(Self.rows.count > 80)
        #expect(Set(Self.rows.map { $0[0] }).count == Self.rows.count)
        for row in Self.rows {
            #expect(row[1].hasSuffix("."), "\(row[0])")
            #expect((1...2).contains(row[1].matches(of: /[.?](?: |$)/).count), "\(row[0])")
            #expect(row[2].hasPrefix("`"), "\(row[0])")
        }
    }

    @Test("every type that carries a term is there")
    func carriers() {
        #expect(Self.types.count > 300)
        var found = 0
        for row in Self.rows {
            for name in row[2].matches(of: /`((?:[A-Z]\w*\.)?[A-Z]\w*)`/).compactMap({ $0.1.split(separator: ".").last }
            ) {
                #expect(Self.types.contains(String(name)), "\(row[0]): \(name)")
                found += 1
            }
        }
        #expect(found > 40)
    }
}
