import AuditModel
import Testing

/// The public records and histories, held against the rules that they are built over.
@Suite("Histories of records")
struct DeploymentHistoryTests {
    /// A deployment with random transitions and members, every kind of evidence among them.
    private func randomDeployment(_ number: Int, _ random: inout SeededGenerator) -> TestDeployment {
        var deployment = TestDeployment()
        deployment.id = "d-\(number)"
        deployment.hasRecord = Int.random(in: 0..<5, using: &random) > 0
        deployment.network = ["testnet", "mainnet", ""].randomElement(using: &random) ?? ""
        deployment.statedStatus = DeploymentStatus.allCases.randomElement(using: &random)
        deployment.createdAt = Bool.random(using: &random) ? at(Int.random(in: -5000..<5000, using: &random)) : nil
        deployment.updatedAt = Bool.random(using: &random) ? at(Int.random(in: 0..<90_000, using: &random)) : nil
        deployment.complianceSummary = ["", "1 passed, 0 failed out of 1 checks"].randomElement(using: &random) ?? ""
        deployment.isDisputed = Bool.random(using: &random)
        for index in 0..<Int.random(in: 0..<9, using: &random) {
            var step = Step(
                DeploymentStatus.allCases.randomElement(using: &random) ?? .queued,
                Int.random(in: 0..<6, using: &random) * 10_000, id: "t-\(index)")
            step.transactionHash = ["", "0xaa", "0xbb"].randomElement(using: &random) ?? ""
            step.hasConfirmedRound = Bool.random(using: &random)
            step.details = FailureCategory.allCases.randomElement(using: &random)
            step.metadata = Bool.random(using: &random) ? .networkError : nil
            step.isRetryable = Bool.random(using: &random) ? false : nil
            step.delay = Bool.random(using: &random) ? 30 : nil
            step.stated = Bool.random(using: &random) ? 10_000 : nil
            step.checks = Bool.random(using: &random) ? [("kyc", Bool.random(using: &random)), ("", true)] : []
            deployment.steps.append(step)
        }
        return deployment
    }

    @Test("histories, findings and metrics of records are those of the dossier that assembly makes")
    func sameAsDossier() {
        var random = SeededGenerator(seed: 15)
        var builder = MetricsBuilder()
        var part = MetricsPart()
        for number in 0..<300 {
            let deployment = randomDeployment(number, &random)
            let history = deployment.publicHistory
            let (dossier, expected) = deployment.built
            #expect(history.steps.map(\.transition.id) == dossier.identifiers)
            #expect(history.steps.map(\.disposition) == expected.dispositions)
            #expect(history.state == expected.state)
            #expect(history.attempts == expected.attempts)
            #expect(history.findings(asOf: at(9_000_000)) == deployment.findings(asOf: at(9_000_000)))
            builder.add(history)
            part.add(dossier, expected, period: nil)
        }
        let metrics = builder.metrics(asOf: at(9_000_000))
        #expect(metrics == Metrics(part, period: nil, asOf: at(9_000_000)))
        #expect(metrics.findings() == OperationsRules.evaluate(metrics, .defaults))
        #expect(metrics.integer("totalDeployments") == 300)
    }

    @Test("a history gives back the records that it was made of, whatever their order")
    func recordsComeBack() {
        var random = SeededGenerator(seed: 16)
        for number in 0..<100 {
            let records = randomDeployment(number, &random).steps.map(\.record)
            let history = DeploymentHistory(deploymentID: "d", transitions: records)
            #expect(Set(history.steps.map(\.transition)) == Set(records))
            let shuffled = DeploymentHistory(deploymentID: "d", transitions: records.shuffled(using: &random))
            #expect(shuffled.steps == history.steps)
        }
    }

    @Test("records of equal time, status and identifier have an order too")
    func tiesOfEqualIdentifiers() {
        let records = [nil, FailureCategory.networkError, .internalError].map { category in
            TransitionRecord(id: "t", status: .failed, time: at(0), errorCategory: category)
        }
        let histories = permutations(records).map { DeploymentHistory(deploymentID: "d", transitions: $0).steps }
        #expect(histories.count == 6)
        #expect(Set(histories).count == 1)
    }

    @Test("a deployment without a record is an orphan, one without transitions is told too")
    func missingRecords() {
        let orphan = DeploymentHistory(deploymentID: "d", transitions: [Step(.queued, 0).record])
        #expect(orphan.findings(asOf: at(0)).map(\.code) == [.orphanTransition])
        #expect(orphan.findings(asOf: at(0)).map(\.deploymentID) == ["d"])
        let bare = DeploymentHistory(of: DeploymentRecord(id: "e"), transitions: [])
        #expect(bare.findings(asOf: at(0)).map(\.code) == [.deploymentWithoutTransitions])
        #expect(bare.state == nil)
        #expect(bare.steps == [])
    }

    @Test("a finding of a reused identifier needs two deployments, not two transitions")
    func reusedIdentifiers() {
        func history(_ deployment: String, _ ids: [String]) -> DeploymentHistory {
            DeploymentHistory(
                of: DeploymentRecord(id: deployment),
                transitions: ids.enumerated().map { Step(.queued, $0.offset, id: $0.element).record })
        }
        let histories = [history("d", ["a", "b"]), history("e", ["b", "c"]), history("f", ["c2", "c2"])]
        let reused = DeploymentHistory.reusedTransitionIDs(among: histories)
        #expect(reused == ["b"])
        let found = histories.flatMap { $0.findings(asOf: at(0), reusedTransitionIDs: reused) }
        #expect(found.filter { $0.code == .identifierReused }.map(\.deploymentID) == ["d", "e"])
        // Equal under Unicode equivalence, but not the same bytes.
        let accents = [history("d", ["\u{E9}"]), history("e", ["e\u{301}"])]
        #expect(DeploymentHistory.reusedTransitionIDs(among: accents).isEmpty)
    }

    @Test("what lies at or after the end of a period is left out, what a later record states too")
    func knownBefore() throws {
        var deployment = TestDeployment.completed
        deployment.steps[4].checks = [("kyc", false)]
        deployment.complianceSummary = "0 passed, 1 failed out of 1 checks"
        let history = deployment.publicHistory
        let known = history.asKnown(before: at(240_000))
        #expect(known.state == .confirmed)
        #expect(known.steps.count == 4)
        #expect(known.findings(asOf: at(240_000)) == [])
        #expect(history.asKnown(before: at(240_001)).steps == history.steps)
        #expect(
            history.findings(asOf: at(240_000)).map(\.code) == [.failedComplianceCheck, .completedAfterFailedCheck])
    }

    @Test("a deployment belongs to a period by activity, or by creation alone")
    func periods() {
        let history = TestDeployment.completed.publicHistory
        let first = Period(from: at(0), to: at(1))
        let last = Period(from: at(240_000), to: at(240_001))
        #expect(history.belongs(to: first) && history.isCreated(in: first))
        #expect(history.belongs(to: last) && !history.isCreated(in: last))
        #expect(!history.belongs(to: Period(from: at(1), to: at(60_000))))
        #expect(!history.belongs(to: Period(from: at(240_001), to: at(300_000))))
    }

    @Test("metrics of a period see each deployment as it was known before its end, and merge exactly")
    func metricsOfPeriod() {
        let period = Period(from: at(100_000), to: at(200_000))
        var whole = MetricsBuilder(period: period)
        var left = whole
        var right = whole
        for index in 0..<4 {
            let history = TestDeployment.completed.publicHistory
            whole.add(history)
            if index < 1 { left.add(history) } else { right.add(history) }
        }
        let metrics = whole.metrics(asOf: period.to)
        #expect(metrics.integer("carriedIn") == 4)
        #expect(metrics.integer("carriedOut") == 4)
        #expect(metrics.integer("successfulDeployments") == 0)
        #expect(metrics["deploymentsByState"]?.group?["Confirmed"] == .integer(4))
        #expect(metrics["periodEnd"] == .time(period.to))
        left.merge(right)
        #expect(left.metrics(asOf: period.to) == metrics)
    }

    @Test("limits far outside their range count as the nearer end")
    func limits() {
        var builder = MetricsBuilder()
        builder.add(TestDeployment.completed.publicHistory)
        var thresholds = Thresholds()
        thresholds.successRate = .min
        thresholds.networkErrorRate = .min
        thresholds.p95Seconds = .max
        thresholds.pendingDeployments = .max
        #expect(builder.metrics(asOf: at(0)).findings(thresholds: thresholds) == [])
        thresholds.successRate = .max
        #expect(builder.metrics(asOf: at(0)).findings(thresholds: thresholds).map(\.code) == [.successRateBelowTarget])
    }

    @Test("a timestamp is made from its text and printed as its canonical text")
    func timestamps() throws {
        #expect(try Timestamp("2026-02-02T13:00:00.5+01:00") == at(500))
        #expect("\(at(500))" == "2026-02-02T12:00:00.5000000Z")
        #expect(try Timestamp.parse("2026-02-02T12:00:00").zone == .absent)
        let error = #expect(throws: Timestamp.ParseError.self) { try Timestamp("2026-02-30T00:00:00Z") }
        #expect(error?.description == "date that does not exist")
        let range = Timestamp.unixSecondsRange
        #expect(Timestamp(unixSeconds: range.lowerBound).text == "0001-01-01T00:00:00.0000000Z")
        #expect(Timestamp(unixSeconds: range.upperBound).text == "9999-12-31T23:59:59.0000000Z")
    }
}

extension Step {
    /// The record that a caller of the library would make.
    fileprivate var record: TransitionRecord {
        TransitionRecord(
            id: id, status: status, time: time, transactionHash: transactionHash.isEmpty ? nil : transactionHash,
            hasConfirmedRound: hasConfirmedRound, statedDurationMs: stated, errorCategory: details,
            metadataCategory: metadata, isRetryable: isRetryable, retryDelaySeconds: delay,
            complianceChecks: checks.map { .init(name: $0.name, passed: $0.passed) })
    }
}

extension TestDeployment {
    /// The history that a caller of the library would build.
    fileprivate var publicHistory: DeploymentHistory {
        let transitions = steps.map(\.record)
        guard hasRecord else {
            return DeploymentHistory(deploymentID: id, transitions: transitions, isDisputed: isDisputed)
        }
        return DeploymentHistory(
            of: DeploymentRecord(
                id: id, network: network, tokenType: tokenType, statedStatus: statedStatus, createdAt: createdAt,
                updatedAt: updatedAt, complianceSummary: complianceSummary),
            transitions: transitions, isDisputed: isDisputed)
    }
}
