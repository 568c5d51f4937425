import AuditModel
import Testing

@Suite("Findings on operations")
struct OperationsFindingTests {
    /// Deployments that completed, failed by the network, failed otherwise, were cancelled, and are open.
    static func metrics(
        completed: Int = 0, network: Int = 0, other: Int = 0, cancelled: Int = 0, open: Int = 0,
        duration: Int = 240_000
    ) -> Metrics {
        var part = MetricsPart()
        func add(_ count: Int, _ steps: [Step]) {
            var deployment = TestDeployment()
            deployment.steps = steps
            let (dossier, history) = deployment.built
            for _ in 0..<count { part.add(dossier, history, period: nil) }
        }
        var failure = Step(.failed, 1)
        failure.metadata = .networkError
        add(
            completed,
            [Step(.queued, 0), Step(.submitted, 1), Step(.pending, 2), Step(.confirmed, 3), Step(.completed, duration)])
        add(network, [Step(.queued, 0), failure])
        add(other, [Step(.queued, 0), Step(.failed, 1)])
        add(cancelled, [Step(.queued, 0), Step(.cancelled, 1)])
        add(open, [Step(.queued, 0)])
        return Metrics(part, period: nil, asOf: at(0))
    }

    static func text(_ findings: [Finding]) -> [String] { findings.map { "\($0.code.rawValue) \($0.severity.name)" } }

    static let cases: [(name: String, metrics: Metrics, findings: [String])] = [
        ("nothing at all", metrics(), []),
        ("nothing measured", metrics(cancelled: 1), ["success-rate-below-target error"]),
        ("95 of 100", metrics(completed: 95, cancelled: 5), []),
        ("949 of 1000", metrics(completed: 949, cancelled: 51), ["success-rate-below-target warning"]),
        ("90 of 100", metrics(completed: 90, cancelled: 10), ["success-rate-below-target warning"]),
        ("899 of 1000", metrics(completed: 899, cancelled: 101), ["success-rate-below-target error"]),
        ("ten minutes", metrics(completed: 1, duration: 600_000), []),
        ("a millisecond more", metrics(completed: 1, duration: 600_001), ["p95-above-target warning"]),
        ("fifteen minutes", metrics(completed: 1, duration: 900_000), ["p95-above-target warning"]),
        ("and a millisecond", metrics(completed: 1, duration: 900_001), ["p95-above-target error"]),
        ("5 of 100 by the network", metrics(completed: 95, network: 5), []),
        (
            "6 of 100 by the network", metrics(completed: 94, network: 6),
            ["success-rate-below-target warning", "network-error-rate-above-target warning"]
        ),
        ("6 of 100 otherwise", metrics(completed: 94, other: 6), ["success-rate-below-target warning"]),
        ("10 open", metrics(completed: 200, open: 10), []),
        ("11 open", metrics(completed: 300, open: 11), ["too-many-pending warning"]),
    ]

    @Test("each figure raises its finding beyond its limit, and not at it", arguments: cases.indices)
    func limits(_ row: Int) {
        let (name, metrics, findings) = Self.cases[row]
        #expect(Self.text(OperationsRules.evaluate(metrics, Thresholds())) == findings, "\(name)")
    }

    @Test("every finding on operations has its example")
    func examplesAreWhole() {
        let raised = Set(Self.cases.flatMap(\.findings).map { $0.split(separator: " ").first.map(String.init) ?? "" })
        let codes = FindingCode.allCases.filter { $0.subject == .operations && $0 != .stuckDeployment }
        #expect(raised == Set(codes.map(\.rawValue)))
    }

    @Test("a limit other than the default is evaluated beside the default")
    func bothLimits() {
        var thresholds = Thresholds()
        thresholds.successRate = 50
        thresholds.p95Seconds = 60
        thresholds.networkErrorRate = 50
        thresholds.pendingDeployments = 0
        let metrics = Self.metrics(completed: 92, network: 7, open: 1)
        let findings = OperationsRules.evaluate(metrics, thresholds)
        #expect(
            findings.map { "\($0.code.rawValue): \($0.expected ?? "")" } == [
                "success-rate-below-target: at least 95 % (by default)",
                "network-error-rate-above-target: at most 5 % (by default)",
                "p95-above-target: at most 60 s (as configured)", "too-many-pending: at most 0 (as configured)",
            ])
    }

    @Test("a limit beyond which a finding is an error does not hide the error at the default")
    func errorLimits() {
        var thresholds = Thresholds()
        thresholds.successRateError = 10
        let low = OperationsRules.evaluate(Self.metrics(completed: 50, cancelled: 50), thresholds)
        #expect(low.contains { $0.code == .successRateBelowTarget && $0.severity == .error })
        thresholds = Thresholds()
        thresholds.p95ErrorSeconds = 100_000
        let slow = OperationsRules.evaluate(Self.metrics(completed: 1, duration: 1_000_000), thresholds)
        #expect(slow.contains { $0.code == .p95AboveTarget && $0.severity == .error })
    }

    @Test("with both limits of one figure changed, each pair is evaluated together")
    func pairsOfLimits() {
        var thresholds = Thresholds()
        thresholds.successRate = 99
        thresholds.successRateError = 80
        let findings = OperationsRules.evaluate(Self.metrics(completed: 85, cancelled: 15), thresholds)
        #expect(Self.text(findings) == ["success-rate-below-target warning", "success-rate-below-target error"])
    }

    @Test("the defaults are the alerts that the source recommends")
    func defaults() {
        let values = Thresholds.all.map { "\($0.name)=\(Thresholds.defaults[keyPath: $0.path])" }
        #expect(
            values == [
                "network-error-rate=5", "p95-error-seconds=900", "p95-seconds=600", "pending-deployments=10",
                "stuck-after-seconds=3600", "success-rate=95", "success-rate-error=90",
            ])
    }
}
