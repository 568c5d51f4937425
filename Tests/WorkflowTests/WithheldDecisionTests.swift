import AuditModel
import BundleComparison
import BundleExport
import BundleFormat
import BundleReading
import Foundation
import Ledger
import LedgerUpkeep
import RecordAnalysis
import Signing
import StrictJSON
import Testing

@testable import BundleVerifier

@Suite("Decisions on deployments outside a filter")
struct WithheldDecisionTests {
    /// When the disputes are decided.
    enum Moment: CaseIterable {
        case beforeAll, betweenPositions, inTwoParts
    }

    private static let networks = ["one", "two", "three", "four"]

    private static func deployment(_ number: Int, type: String, updated: String = "2026-01-14") -> String {
        Text.deployment(
            "d-\(number)",
            #","network":"\#(networks[number - 1])","deployedBy":"0x\#(number % 2)","tokenType":"\#(type)","#
                + #""createdAt":"2026-01-14T09:30:00Z","updatedAt":"\#(updated)T09:30:00Z""#)
    }

    private static func transition(_ number: Int, _ message: String) -> String {
        Text.transition(
            "t-\(number)", "d-\(number)", "Queued", "2026-01-14T09:30:00Z", ",\"message\":\"\(message)\"")
    }

    /// Disputes of a transition, of both kinds, and of a deployment record; `d-4` has none.
    private static func ingest(into ledger: TestLedger) async throws {
        let numbers = 1...4
        try await ledger.ingest(
            (numbers.map { deployment($0, type: "T") } + numbers.map { transition($0, "a") }).map { $0 + "\n" }.joined()
        )
        try await ledger.ingest(Text.header + Text.row("d-3", "Queued", "2026-01-14T09:30:00Z", network: "three"))
        try await ledger.ingest(
            Text.lines(transition(1, "b"), transition(2, "b"), deployment(2, type: "U"), deployment(3, type: "U")))
    }

    /// Settles the next disputes, for what contradicts; the last one for what stands.
    private static func settle(_ ledger: TestLedger, _ range: Range<Int>) throws {
        let disputes = try LedgerView.quarantinedRecords(ledger.path).filter { $0.kind == .conflict }.map(\.number)
        #expect(disputes.count == 4)
        for (place, number) in disputes.sorted().enumerated() where range.contains(place) {
            var options = LedgerDecision.Options(
                key: try SealedLedger.key(), received: try #require(try LedgerView.lastReceived(ledger.path)))
            options.ledger = ledger.path
            options.dispute = number
            options.accept = place == 3 ? 0 : number
            options.reason = "said by the source"
            options.by = "A. Auditor"
            _ = try LedgerDecision.run(options)
        }
    }

    /// What series are of: their archive, networks and deployers.
    private static let filters: [(name: String, networks: [String], deployers: [String])] =
        networks.map { ("net-\($0)", [$0], []) } + [("by-0", [], ["0x0"]), ("by-1", [], ["0x1"]), ("all", [], [])]

    private static func seal(_ sealed: SealedLedger, _ period: String) async throws -> [ExportResult] {
        var results: [ExportResult] = []
        for filter in filters {
            results += try await sealed.export(period) { options in
                options.archive = filter.name
                options.export.analysis.selection.networks = filter.networks
                options.export.analysis.selection.deployers = filter.deployers
            }
        }
        return results
    }

    @Test(
        "every filtered series can be sealed and is valid, whenever others are decided on", arguments: Moment.allCases)
    func series(_ moment: Moment) async throws {
        let sealed = try SealedLedger()
        try await Self.ingest(into: sealed.ledger)
        var results: [ExportResult] = []
        switch moment {
        case .beforeAll: try Self.settle(sealed.ledger, 0..<4)
        case .betweenPositions:
            results += try await Self.seal(sealed, "2026-01")
            try Self.settle(sealed.ledger, 0..<4)
        case .inTwoParts:
            try Self.settle(sealed.ledger, 0..<2)
            results += try await Self.seal(sealed, "2026-01")
            try Self.settle(sealed.ledger, 2..<4)
        }
        results += try await Self.seal(sealed, moment == .beforeAll ? "2026-01" : "2026-02")
        try await sealed.ledger.ingest(
            Text.lines(
                Text.transition("t-9", "d-4", "Submitted", "2026-02-03T00:00:00Z"),
                Self.deployment(1, type: "T", updated: "2026-01-20")))
        results += try await Self.seal(sealed, moment == .beforeAll ? "2026-02" : "2026-03")
        #expect(results.contains { $0.name.contains("-r1") })
        try await LedgerSealTests.isValid(results)
        for identifier in ["d-1", "d-4"] {
            results += try await sealed.export(nil) { options in
                options.isResponse = true
                options.export.name = "answer-\(identifier)"
                options.export.analysis.selection.deployments = [identifier]
            }
        }
        try await LedgerSealTests.isValid(results)
        var across = SeriesAcross()
        for result in results { across.add(BundleClaims(try UnverifiedBundle(path: result.path))) }
        for (result, problems) in zip(results, across.problems()) {
            #expect(problems == [], "\(result.name): \(problems ?? [])")
        }
    }
}
