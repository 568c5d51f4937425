import BundleFormat
import BundleVerifier
import Testing

/// The tables of what is given and what is derived say what the code does.
@Suite("What is given and what is derived")
struct OriginTests {
    /// Files of the payload whose members the table names, by their schema.
    private static let schemas = [
        "audit-trail", "bundle", "corrections", "datapackage", "findings", "metrics", "rejected", "rules", "series",
        "sources",
    ]

    @Test("every file that a bundle can have is in the table")
    func files() throws {
        let table = try OriginTable()
        let paths =
            BundlePath.requiredPayload + BundlePath.sealedPayload(revision: 1) + BundlePath.requiredTags
            + [BundlePath.reportPage(2)]
        for path in paths { #expect(table.hasRow(path), "\(path) is in no row of docs/bundle-format.md, 13") }
        #expect(!table.hasRow("data/other.txt") && !table.hasRow("data/other.json"))
    }

    @Test("every member of every JSON file is in the table, and no other", arguments: schemas)
    func members(_ schema: String) throws {
        let table = try OriginTable()
        let file = "\(schema).json"
        let all = try OriginTable.schemaMembers(schema)
        #expect(!all.isEmpty)
        for member in all { #expect(table.row(file, member) != nil, "\(file): \(member) is in no row") }
        for name in table.members[file, default: [:]].keys where name != "*" {
            #expect(all.contains(name), "\(file): the table names \(name), which the schema does not have")
        }
    }

    @Test("a derived file that is changed in any place is not valid, though it is signed again")
    func derivedFiles() async throws {
        for small in SmallBundle.allCases {
            let original = try EditableBundle(try await small.archive)
            let paths = original.files.keys.filter { $0.hasPrefix("data/") }.sorted()
            for path in paths {
                let bytes = try original.bytes(path)
                for changed in [bytes + [0x0A], Array(bytes.dropLast()), Self.flipped(bytes)] {
                    var bundle = original
                    bundle.files[path] = changed
                    try bundle.reseal(.trusted)
                    let report = try await verify(try bundle.packed(), fileName: "\(bundle.name).zip")
                    #expect(report.verdict != .valid, "\(path) of \(small.rawValue)")
                }
            }
        }
    }

    /// The bytes with the one in their middle changed.
    private static func flipped(_ bytes: [UInt8]) -> [UInt8] {
        var changed = bytes
        changed[bytes.count / 2] ^= 0x01
        return changed
    }
}
