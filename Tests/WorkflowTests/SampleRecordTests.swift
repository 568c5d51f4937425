import AuditModel
import BundleFormat
import Foundation
import RecordAnalysis
import StrictJSON
import Testing

@Suite("Sample records")
struct SampleRecordTests {
    static let truth: JSONValue = {
        let text = (try? Repository.text("fixtures/truth.json")) ?? "{}"
        return (try? JSONValue(parsing: Array(text.utf8))) ?? .null
    }()

    static func group(_ name: String) -> [String: Int64] { (truth[name]?.object ?? [:]).compactMapValues(\.integer) }

    static func compare(
        _ result: AnalysisResult, hasCategories: Bool = true, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let metrics = [
            "averageDurationMs": "averageDurationMs", "fastestDurationMs": "fastestDurationMs",
            "medianDurationMs": "medianDurationMs", "p95DurationMs": "p95DurationMs",
            "slowestDurationMs": "slowestDurationMs", "retriedDeployments": "retriedDeployments",
            "totalDeployments": "deployments",
        ]
        for (name, member) in metrics {
            let expected = truth[member]?.integer
            #expect(result.metrics.integer(name) == expected, "\(name)", sourceLocation: sourceLocation)
        }
        for name in ["deploymentsByNetwork", "deploymentsByTokenType"] {
            #expect(result.group(name) == group(name), "\(name)", sourceLocation: sourceLocation)
        }
        #expect(
            result.group("failuresByCategory") == (hasCategories ? group("failuresByCategory") : ["Unknown": 4]),
            sourceLocation: sourceLocation)
        let states = result.group("deploymentsByState").filter { $0.value > 0 }
        #expect(states == group("finalStates"), sourceLocation: sourceLocation)
        #expect(Int64(result.sums.acceptedTransitions) == truth["transitions"]?.integer, sourceLocation: sourceLocation)
        #expect(result.sums.rejected == 0, sourceLocation: sourceLocation)
        #expect(result.sums.conflicts == 0, sourceLocation: sourceLocation)
        let illegal = result.derived.count { $0.code == .illegalTransition }
        #expect(Int64(illegal) == truth["illegalTransitions"]?.integer, sourceLocation: sourceLocation)
        #expect(result.sums.refused == illegal, sourceLocation: sourceLocation)
    }

    static let wholes: [(files: [String], hasCategories: Bool, read: Int)] = [
        (["audit-trail-bulk.json"], true, 241), (["audit-trail-bulk.csv"], false, 201),
        (["bulk-response-json.json"], true, 241), (["bulk-response-csv.json"], false, 201),
        (["deployments.ndjson", "transitions.ndjson"], true, 241),
        (["transitions.ndjson", "deployments.ndjson"], true, 241),
        (["audit-trail-bulk.csv", "deployments.ndjson", "transitions.ndjson"], true, 442),
        (["audit-trail-bulk.csv", "bulk-response-csv.json"], false, 402),
        (["audit-trail-bulk.json", "audit-trail-bulk.json"], true, 482),
    ]

    @Test("each whole set of files gives the figures of the truth", arguments: wholes.indices)
    func whole(_ row: Int) async throws {
        let (files, hasCategories, read) = Self.wholes[row]
        let result = try await Analysed.files(files.flatMap { Repository.records($0) })
        Self.compare(result, hasCategories: hasCategories)
        #expect(result.sums.read == read)
    }

    @Test("all files at once give the figures of the truth")
    func everything() async throws {
        let result = try await Analysed.files([Repository.root.appending(path: "fixtures/records").path])
        Self.compare(result)
        #expect(result.sources.count == 9)
    }

    @Test(
        "files packed with gzip give the same figures",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/gzip"), "gzip is not installed"),
        arguments: [
            ["audit-trail-bulk.json"], ["audit-trail-bulk.csv"], ["bulk-response-json.json"],
            ["bulk-response-csv.json"],
            ["deployments.ndjson", "transitions.ndjson"],
        ])
    func gzip(_ names: [String]) async throws {
        let folder = try Folder()
        let paths = try names.map { name in
            let path = try folder.write(try Repository.text("fixtures/records/\(name)"), to: name)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/gzip")
            process.arguments = ["-n", path]
            try process.run()
            process.waitUntilExit()
            return path + ".gz"
        }
        let result = try await Analysed.files(paths)
        Self.compare(result, hasCategories: !names[0].contains("csv"))
        #expect(result.sources.count { $0.isGzip } == names.count)
    }

    @Test(
        "partial responses give the figures of their deployments alone",
        arguments: [
            ("list-response.json", 10), ("status-response.json", 1), ("audit-trail.json", 1),
        ])
    func partial(_ file: String, _ count: Int) async throws {
        let result = try await Analysed.files(Repository.records(file))
        let bulk = try JSONValue(parsing: Array(Repository.text("fixtures/records/audit-trail-bulk.json").utf8))
        let text = try Repository.text("fixtures/records/\(file)")
        let part = (bulk.array ?? []).filter { text.contains($0["deploymentId"]?.string ?? "?") }
        #expect(part.count == count)
        let expected = try await Analysed.texts([String(decoding: JSONValue.array(part).bytes, as: UTF8.self)])
        #expect(result.metrics == expected.metrics)
        #expect(result.sums.acceptedTransitions == expected.sums.acceptedTransitions)
        #expect(result.derived.map(\.code) == expected.derived.map(\.code))
        #expect((result.intake[.sourceIncomplete] ?? 0) == (file.hasPrefix("list") ? 1 : 0))
    }

    @Test("the sources say what was read from each")
    func sources() async throws {
        let result = try await Analysed.files(
            Repository.records("transitions.ndjson", "bulk-response-csv.json", "list-response.json"))
        #expect(result.sources.map(\.name) == ["bulk-response-csv.json", "list-response.json", "transitions.ndjson"])
        for source in result.sources {
            #expect(source.read == source.accepted + source.duplicates + source.conflicts + source.rejected)
            let path = try #require(Repository.records(source.name).first)
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
            #expect(source.size == bytes.count)
            #expect(source.sha256 == ContentDigest.hexadecimal(of: bytes))
            #expect(source.firstTime != nil)
        }
        #expect(result.sources[1].claims["totalCount"] == "40")
        #expect(result.sources.map(\.shape).allSatisfy { !$0.isEmpty && $0 != "empty" })
    }
}
