import AuditModel
import BundleExport
import Foundation
import Ledger
import RecordAnalysis

/// Bundles of a small ledger, signed by the key that tests trust.
enum SealedBundles {
    private static let runs = [
        [
            transition("a", "a1", is: "Queued", on: "2026-01-05"),
            transition("a", "a2", is: "Submitted", on: "2026-01-06"),
        ],
        [
            transition("a", "a3", is: "Pending", on: "2026-02-02"),
            transition("b", "b1", is: "Queued", on: "2026-02-03"),
            #"{"deploymentId":"b","network":"n","statusHistory":[],"createdAt":"2026-02-03T00:00:00Z","updatedAt":"2026-02-04T00:00:00Z"}"#,
            transition("c", "c1", is: "Queued", on: "2026-03-03"),
            transition("z", "z1", is: "Queued", on: "2026-01-20"), "no record",
        ],
    ]

    private static func transition(_ deployment: String, _ id: String, is status: String, on day: String) -> String {
        #"{"id":"\#(id)","deploymentId":"\#(deployment)","status":"\#(status)","timestamp":"\#(day)T00:00:00Z"}"#
    }

    /// February, in whose second run a record contradicts the columns of a row of the first.
    static func makeColumns() async throws -> [UInt8] {
        let row = [
            "DeploymentId,Network,Status,Timestamp", "d,m,Queued,2026-02-03T00:00:00Z", "",
        ]
        let record = #"{"deploymentId":"d","network":"n","statusHistory":[],"createdAt":"2026-02-03T00:00:00Z"}"#
        return try await make(of: [row, [record]], sealing: [nil, "2026-02"])[0]
    }

    /// February, with columns of rows: of `c` they are all that is known, `r` has a record too, `s` has two rows that differ.
    static func makeRows() async throws -> [UInt8] {
        let rows = [
            "DeploymentId,TokenSymbol,Network,Status,Timestamp", "c,T0,n,Queued,2026-02-03T00:00:00Z",
            "r,R0,n,Queued,2026-02-04T00:00:00Z", "s,S0,n,Queued,2026-02-05T00:00:00Z",
            "s,S1,n,Submitted,2026-02-06T00:00:00Z", "",
        ]
        let record = #"{"deploymentId":"r","network":"n","statusHistory":[],"createdAt":"2026-02-04T00:00:00Z"}"#
        return try await make(of: [rows, [record]], sealing: [nil, "2026-02"])[0]
    }

    /// All bundles in order of their positions: January, January again with the record that came late, and February.
    static func make() async throws -> [[UInt8]] { try await make(of: runs, sealing: ["2026-01", "2026-02"]) }

    /// Takes runs into a ledger, and behind each seals a period.
    static func make(of runs: [[String]], sealing periods: [String?]) async throws -> [[UInt8]] {
        var bundles: [[UInt8]] = []
        let folder = FileManager.default.temporaryDirectory.appending(path: "sealed-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let now = try Timestamp.parse("2026-04-01T00:00:00Z").time
        for (number, records) in runs.enumerated() {
            let file = folder.appending(path: "records-\(number)")
            try Data(records.joined(separator: "\n").utf8).write(to: file)
            var ingest = IngestOptions(key: TestKeys.trusted, received: now)
            (ingest.inputs, ingest.ledger) = ([file.path], folder.appending(path: "ledger").path)
            _ = try await LedgerIngest.run(ingest)
            if let period = periods[number] { bundles += try await seal(period, folder, at: now) }
        }
        return bundles
    }

    private static func seal(_ period: String, _ folder: URL, at now: Timestamp) async throws -> [[UInt8]] {
        var export = ExportOptions(key: TestKeys.trusted, toolVersion: "0.1.0")
        export.analysis.selection.period = Period(label: period)
        (export.directory, export.command) = (folder.path, ["export", "--period", period])
        var options = LedgerExportOptions(export: export, now: now)
        options.ledger = folder.appending(path: "ledger").path
        return try await LedgerExport.run(options).map { [UInt8](try Data(contentsOf: URL(filePath: $0.path))) }
    }
}
