import AuditModel
import BundleExport
import BundleFormat
import RecordAnalysis
import Testing

@Suite("Metrics that a source states")
struct StatedMetricsTests {
    /// Completed in February without Pending; failed, with two categories; still queued at noon of the 10th.
    private static let records = Text.lines(
        Text.deployment(
            "a", #","network":"main","tokenType":"ASA","currentStatus":"Completed","createdAt":"2026-02-01T00:00:00Z""#),
        Text.transition("a1", "a", "Queued", "2026-02-01T00:00:00Z"),
        Text.transition("a2", "a", "Submitted", "2026-02-01T00:00:02Z"),
        Text.transition("a3", "a", "Completed", "2026-02-01T00:00:06Z"),
        Text.deployment(
            "b", #","network":"test","tokenType":"ASA","currentStatus":"Failed","createdAt":"2026-02-03T00:00:00Z""#),
        Text.transition("b1", "b", "Queued", "2026-02-03T00:00:00Z"),
        Text.transition("b2", "b", "Failed", "2026-02-03T00:00:01Z", #","metadata":{"errorCategory":"NetworkError"}"#),
        Text.transition("b3", "b", "Failed", "2026-02-03T00:00:02Z", #","metadata":{"errorCategory":"InternalError"}"#),
        Text.deployment("c", #","network":"test","currentStatus":"Cancelled","createdAt":"2026-02-10T10:00:00Z""#),
        Text.transition("c1", "c", "Queued", "2026-02-10T10:00:00Z"),
        Text.transition("c2", "c", "Cancelled", "2026-02-10T14:00:00Z"))

    private static func metrics(_ changes: [String: String] = [:]) -> String {
        var members = [
            "totalDeployments": "3", "successfulDeployments": "1", "failedDeployments": "1", "pendingDeployments": "1",
            "cancelledDeployments": "0", "successRate": "33.33", "failureRate": "33.333333333333336",
            "averageDurationMs": "6000", "medianDurationMs": "6000", "p95DurationMs": "6000",
            "fastestDurationMs": "6000", "slowestDurationMs": "6000", "failuresByCategory": #"{"NetworkError":1}"#,
            "deploymentsByNetwork": #"{"main":1,"test":2}"#, "deploymentsByTokenType": #"{"ASA":2,"":1}"#,
            "averageDurationByTransition": #"{"Queued->Submitted":2000,"Submitted->Completed":4000}"#,
            "retriedDeployments": "0", "periodStart": #""2026-02-01T00:00:00Z""#,
            "periodEnd": #""2026-02-10T12:00:00Z""#, "calculatedAt": #""2026-02-10T12:00:00.5Z""#,
        ]
        members.merge(changes) { $1 }
        return "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }

    private static func found(
        _ answer: String, _ change: (inout AnalysisOptions) -> Void = { _ in }
    ) async throws -> [String] {
        let result = try await Analysed.texts([records, answer], change)
        #expect(result.sums.rejected == 0)
        return result.findings.filter { $0.code == .statedMetricMismatch }.map {
            "\($0.expected ?? "") | \($0.actual ?? "")"
        }
    }

    @Test(
        "an answer that agrees with the records, as they were when it was made, is no finding",
        arguments: [true, false])
    func agrees(inEnvelope: Bool) async throws {
        let answer = inEnvelope ? #"{"success":true,"metrics":\#(Self.metrics())}"# : Self.metrics()
        #expect(try await Self.found(answer) == [])
        #expect(try await Self.found(answer) { $0.selection.period = Period(label: "2026-02") } == [])
        let result = try await Analysed.texts([Self.records, answer])
        let claims = result.sources.map(\.claims).first { !$0.isEmpty } ?? [:]
        #expect(claims["metrics.totalDeployments"] == "3" && claims["metrics.deploymentsByNetwork/test"] == "2")
        #expect(result.sources.contains { $0.shape == "envelope" && $0.read == 0 })
    }

    @Test("each figure that differs is a finding with both values")
    func differs() async throws {
        let cases: [(changes: [String: String], findings: [String])] = [
            (
                ["successfulDeployments": "2"],
                ["successfulDeployments 1, as the records give it | successfulDeployments 2"]
            ),
            (["successRate": "33.34"], ["successRate 33.33333333333333, as the records give it | successRate 33.34"]),
            (
                ["deploymentsByNetwork": #"{"main":1,"test":1,"other":1}"#],
                [
                    "deploymentsByNetwork/other 0, as the records give it | deploymentsByNetwork/other 1",
                    "deploymentsByNetwork/test 2, as the records give it | deploymentsByNetwork/test 1",
                ]
            ),
            (
                ["failuresByCategory": "{}"],
                ["failuresByCategory/NetworkError 1, as the records give it | failuresByCategory/NetworkError 0"]
            ),
            (
                ["averageDurationMs": #""soon""#],
                ["averageDurationMs 6000, as the records give it | averageDurationMs soon"]
            ),
            (
                ["calculatedAt": #""2026-02-11T00:00:00Z""#],
                [
                    "cancelledDeployments 1, as the records give it | cancelledDeployments 0",
                    "pendingDeployments 0, as the records give it | pendingDeployments 1",
                ]
            ),
        ]
        for (changes, findings) in cases {
            #expect(try await Self.found(#"{"success":true,"metrics":\#(Self.metrics(changes))}"#).sorted() == findings)
        }
    }

    @Test("an answer for another period, or beside a filter that the service does not have, is said not to be compared")
    func incomparable() async throws {
        let period = try await Self.found(Self.metrics()) { $0.selection.period = Period(label: "2026-02-10") }
        #expect(period.count == 1 && period[0].hasSuffix("nothing is compared"))
        let filter = try await Self.found(Self.metrics()) { $0.selection.deployments = ["a"] }
        // A filtered bundle withholds the words of a finding that is of no deployment.
        #expect(filter == [" | "])
        let none = try await Self.found(Self.metrics(["periodStart": "null"]))
        #expect(none.count == 1 && none[0].contains("nothing is compared"))
    }

    @Test("an answer of very many figures hides nothing else that it says of itself")
    func manyFigures() async throws {
        let networks = (0..<2_000).map { "\"n\($0)\":1" }.joined(separator: ",")
        let answer = #"{"metrics":\#(Self.metrics(["deploymentsByNetwork": "{\(networks)}"])),"success":false}"#
        let result = try await Analysed.texts([Self.records, answer])
        #expect(result.findings.contains { $0.code == .sourceIncomplete })
        let claims = result.sources.map(\.claims).first { !$0.isEmpty } ?? [:]
        #expect(claims["success"] == "false" && claims.count <= 1_100)
    }

    @Test("of several answers in one source the first is compared, and that is said")
    func severalAnswers() async throws {
        let first = Self.metrics(["totalDeployments": "4"])
        let found = try await Self.found(Text.lines(first, Self.metrics(["failedDeployments": "9"])))
        #expect(
            found.sorted() == [
                "one answer in a source | 2; the first is compared",
                "totalDeployments 3, as the records give it | totalDeployments 4",
            ])
    }

    @Test("a member metrics that holds no metrics is not taken for them")
    func otherMetrics() async throws {
        let result = try await Analysed.texts([Self.records, #"{"success":true,"metrics":{"history":[]}}"#])
        #expect(!result.sources.contains { $0.claims.keys.contains { $0.hasPrefix("metrics.") } })
    }

    @Test("a bundle with such findings is made, and its own metrics.json agrees with its records")
    func bundle() async throws {
        let answer = Self.metrics(["totalDeployments": "4"])
        let bundle = try await MadeBundle.make(texts: [Self.records, answer])
        #expect(bundle.text("findings.json").contains("stated-metric-mismatch"))
        let own = bundle.text("metrics.json")
        #expect(try await Self.found(own) == [])
    }
}
