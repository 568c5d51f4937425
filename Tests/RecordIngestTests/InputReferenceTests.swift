import AuditModel
import CSVRows
import Foundation
import RecordContent
import RecordIngest
import StrictJSON
import TestSupport
import Testing

/// docs/input.md, held against the tables that records are read by.
@Suite("The input reference")
struct InputReferenceTests {
    static let text: String = {
        let path = Repository.root.appending(path: "docs/input.md").path
        return (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }()

    /// The first cells of the rows below a heading.
    static func names(below heading: String) -> [String] {
        guard let start = text.range(of: "### \(heading)\n") else { return [] }
        let part = text[start.upperBound...].prefix { $0 != "#" }
        return part.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap {
            $0.split(separator: "`").dropFirst().first.map(String.init)
        }
    }

    @Test("every known member stands in the table of its record, and nothing else does")
    func members() {
        let deployment = KnownMember.allCases.filter(\.isOfDeployment).map(\.rawValue)
        let transition = KnownMember.allCases.filter(\.isOfTransition).map(\.rawValue)
        #expect(Self.names(below: "A deployment").sorted() == deployment.sorted())
        #expect(Self.names(below: "A transition").sorted() == transition.sorted())
        #expect(KnownMember.allCases.allSatisfy { $0.isOfDeployment || $0.isOfTransition })
        for (heading, table) in [
            ("errorDetails of a transition", InnerMembers.errorDetails),
            ("Each of complianceChecks of a transition", InnerMembers.complianceCheck),
            ("metadata of a transition", InnerMembers.metadata),
        ] {
            #expect(Self.names(below: heading).sorted() == table.map { "\($0.name)" }.sorted())
        }
        #expect(Self.names(below: "Columns of a CSV").sorted() == CSVColumn.all.map(\.name).sorted())
    }

    @Test("every status, category and limit stands there, and whatever is refused by name")
    func values() {
        for status in DeploymentStatus.allCases {
            #expect(Self.text.contains("| \(status.sourceNumber) | `\(status.name)` |"), "\(status)")
        }
        for category in FailureCategory.allCases {
            #expect(Self.text.contains("| \(category.rawValue) | `\(category.name)` |"), "\(category)")
        }
        #expect(Self.text.contains("| a record | \(IngestLimits.recordBytes >> 20) MiB |"))
        #expect(IngestLimits.transitionsPerDeployment == 50_000)
        #expect(Self.text.contains("| transitions of a deployment | 50,000 |"))
        for (limit, name) in [
            (FormatLimits.transitions, "the transitions of one deployment"),
            (FormatLimits.ownRecords, "the deployment's own records"),
        ] {
            let values = limit.values == 1_750_000 ? "1,750,000" : limit.values == 100_000 ? "100,000" : "?"
            #expect(Self.text.contains("| \(name) | \(limit.bytes >> 20) MiB"), "\(name)")
            #expect(Self.text.contains("\(values) values and names"), "\(name)")
        }
        #expect(Self.text.contains("| \(JSONParser.maximumRecordDepth) levels |"))
        #expect(Self.text.contains("| an identifier | \(Identifier.maximumBytes) bytes |"))
        let flat = Self.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for name in ForeignForm.names { #expect(flat.contains(name), "\(name)") }
    }

    @Test("each member of the objects inside a transition is read as the claim of its table")
    func claims() throws {
        for (path, table) in [
            ("errorDetails", InnerMembers.errorDetails), ("complianceChecks[0]", InnerMembers.complianceCheck),
            ("metadata", InnerMembers.metadata),
        ] {
            for (name, claim) in table {
                for wrong in [#""\n""#, "[]"] {
                    let object = "{\"\(name)\":\(wrong)}"
                    let outer = path.prefix { $0 != "[" }
                    let value = path.hasSuffix("]") ? "[\(object)]" : object
                    let notes = try Source.read(Text.transition("a", more: ",\"\(outer)\":\(value)")).notes
                    let isText = claim == .text && wrong.hasPrefix("\"")
                    #expect(notes.map(\.code) == (isText ? [] : [.unreadableMember]), "\(object)")
                    guard let note = notes.first else { continue }
                    #expect(note.actual?.hasPrefix("\(path).\(name): ") == true, "\(note.actual ?? "")")
                    #expect(note.expected == claim.expected)
                }
            }
        }
    }

    @Test("the shape of the first example of the page is what it says")
    func firstExample() throws {
        let block = try #require(Self.text.range(of: "```json\n"))
        let lines = Self.text[block.upperBound...].prefix { $0 != "`" }
        #expect(try Source.read(String(lines)).counts == ["d": 1, "t": 5])
    }
}
