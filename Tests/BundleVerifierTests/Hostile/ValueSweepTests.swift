import BundleExport
import BundleFormat
import BundleVerifier
import Deflate
import Foundation
import Testing
import ZipFormat

/// Every value of two small bundles, changed with the key in hand: valid only where docs/bundle-format.md (13) says that
/// it is given.
///
/// Members of JSON files that are made again after each change are those of ``RelationSweepTests``.
///
/// A seeded sample of each group; with `CARTULARY_FULL_SWEEP` (scripts/sweep) every change.
@Suite("values changed with the key in hand")
struct ValueSweepTests {
    /// So many of each group and bundle are tried in every run.
    private static let sample = 24

    @Test(
        "a value that is changed with the key in hand is valid only where it is given", arguments: SmallBundle.allCases,
        ValueChange.Group.allCases)
    func values(_ small: SmallBundle, _ group: ValueChange.Group) async throws {
        let bundle = try EditableBundle(try await small.archive)
        // A bundle from files has no log.
        if small == .oneShot, group == .log { return }
        try await sweep(group, bundle, fileName: "\(small.rawValue).zip")
    }

    @Test("so are the texts and attributes of the pages below report/")
    func pages() async throws {
        let bundle = try EditableBundle(try await TestBundles.paged.value)
        #expect(bundle.files[BundlePath.reportPage(2)] != nil && bundle.files[BundlePath.reportPage(3)] == nil)
        try await sweep(.pages, bundle, fileName: "paged.zip")
    }

    private func sweep(_ group: ValueChange.Group, _ bundle: EditableBundle, fileName: String) async throws {
        let table = try OriginTable()
        let packing = DeflatedFiles(bundle)
        let all = try await ValueChange.all(group, of: bundle)
        var changes = all
        if !HostileSweepTests.isFull {
            var generator = SeededGenerator(seed: 11)
            let shuffled = all.shuffled(using: &generator)
            // Some of what is given are always among them.
            changes = Array(shuffled.filter { table.isGiven(value: $0.place) }.prefix(Self.sample / 4))
            changes += shuffled.prefix(Self.sample)
        }
        var tried = 0
        var valid: Set<String> = []
        for change in changes {
            var edited = bundle
            try await change.apply(&edited)
            guard edited.files != bundle.files else { continue }
            tried += 1
            let report = try await verify(try packing.packed(edited), fileName: fileName)
            guard report.verdict == .valid else { continue }
            valid.insert(change.place)
            #expect(table.isGiven(value: change.place), "valid: \(change.name)")
        }
        #expect(tried >= min(all.count, Self.sample) / 2)
        print(
            "values: \(tried) of \(all.count) mutations of \(group.rawValue) in \(fileName) signed again; given: "
                + (valid.isEmpty ? "none" : valid.sorted().joined(separator: ", ")))
    }
}

extension OriginTable {
    /// Whether a place of ``ValueChange`` is given: a member, the deflating of the workbook, or a file of others.
    func isGiven(value place: String) -> Bool {
        if isGiven(place) { return true }
        if place == "\(BundlePath.workbook) deflated" { return given["tables.xlsx"]?.contains("deflated") == true }
        return place.hasPrefix("signatures/") && given[place]?.hasPrefix("all of it") == true
    }
}

extension TestBundles {
    /// 251 deployments: one more than a page of the report has.
    static let paged = Task {
        let folder = try TemporaryDirectory()
        let records = (1...251).map {
            #"{"id":"t\#($0)","deploymentId":"d\#(1000 + $0)","status":"Queued","timestamp":"2026-02-03T00:00:00Z"}"#
        }
        return try await make("paged", inputs: [try folder.write(records, to: "records.ndjson")])
    }
}

/// The files of a bundle as they are deflated, so that after a change only what is new is deflated.
struct DeflatedFiles: Sendable {
    private struct File: Sendable {
        var content: [UInt8]
        var data: [UInt8]
        var checksum: UInt32

        init(_ content: [UInt8]) {
            self.content = content
            data = content.isEmpty ? [] : Deflater.compress(content) + Deflater.end
            checksum = Deflater.crc32(content)
        }
    }

    private let files: [String: File]

    init(_ bundle: EditableBundle) { files = bundle.files.mapValues(File.init) }

    /// The archive in the format's own profile.
    func packed(_ bundle: EditableBundle) throws -> [UInt8] {
        var layout = ZipLayout()
        var output: [UInt8] = []
        for (path, content) in bundle.files.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            let known = files[path].flatMap { $0.content == content ? $0 : nil }
            let file = known ?? File(content)
            let entry = try layout.append(
                name: "\(bundle.name)/\(path)", crc32: file.checksum, compressedSize: UInt64(file.data.count),
                uncompressedSize: UInt64(content.count))
            output += ZipStructure.localHeader(for: entry) + file.data
        }
        return output + (try layout.centralDirectory())
    }
}
