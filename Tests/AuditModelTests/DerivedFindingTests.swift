import AuditModel
import Testing

/// One minimal deployment that raises a code, and one as like it as can be that does not.
struct FindingCase: Sendable {
    var code: FindingCode
    /// What the deployment raises, in order: the code alone wherever that can be.
    var raised: [FindingCode]
    var hit: @Sendable () -> [Finding]
    var near: @Sendable () -> [Finding]

    init(
        _ code: FindingCode, _ raised: [FindingCode]? = nil, hit: @escaping @Sendable () -> [Finding],
        near: @escaping @Sendable () -> [Finding]
    ) {
        self.code = code
        self.raised = raised ?? [code]
        self.hit = hit
        self.near = near
    }
}

/// A completed deployment, changed.
private func completed(_ change: (inout TestDeployment) -> Void) -> TestDeployment {
    var deployment = TestDeployment.completed
    change(&deployment)
    return deployment
}

/// A deployment whose asset exists; the last status is Confirmed, as the live service writes it after Submitted.
private func deployed(from last: DeploymentStatus) -> TestDeployment {
    var deployment = TestDeployment()
    let states: [DeploymentStatus] = [.queued, .submitted, .pending].filter { $0 <= last } + [.confirmed]
    deployment.steps = states.enumerated().map { Step($1, $0 * 1_000) }
    for index in deployment.steps.indices { deployment.steps[index].transactionHash = "0xaa" }
    deployment.steps[states.count - 1].hasConfirmedRound = true
    deployment.assetIdentifier = "820017699"
    return deployment
}

/// A deployment that failed once, one second after it was queued, changed.
private func failed(_ change: (inout TestDeployment) -> Void = { _ in }) -> TestDeployment {
    var deployment = TestDeployment()
    deployment.steps = [Step(.queued, 0), Step(.failed, 1_000)]
    deployment.steps[1].metadata = .networkError
    change(&deployment)
    return deployment
}

private let beforeLedgers = Timestamp(ticks: Timestamp(unixSeconds: 1_230_768_000).ticks - 1)

@Suite("Derived findings")
struct DerivedFindingTests {
    static let order: [FindingCase] = [
        FindingCase(.illegalTransition) {
            completed { $0.steps.append(Step(.queued, 90_000)) }.findings()
        } near: {
            TestDeployment.completed.findings()
        },
        FindingCase(.transitionAfterTerminal) {
            completed { $0.steps.append(Step(.failed, 240_001)) }.findings()
        } near: {
            TestDeployment.completed.findings()
        },
        FindingCase(.missingInitialState) {
            completed { deployment in
                deployment.steps.removeFirst()
                deployment.createdAt = at(60_000)
            }.findings()
        } near: {
            TestDeployment.completed.findings()
        },
        FindingCase(.ambiguousOrder) {
            failed { $0.steps[1].time = at(0) }.findings()
        } near: {
            failed().findings()
        },
        FindingCase(.implausibleTimestamp) {
            completed { $0.steps.append(Step(.queued, time: beforeLedgers, id: "old")) }.findings()
        } near: {
            TestDeployment.completed.findings()
        },
        FindingCase(.repeatedStatus) {
            completed { $0.steps.append(Step(.pending, 130_000)) }.findings()
        } near: {
            TestDeployment.completed.findings()
        },
        FindingCase(.repeatedFailure) {
            failed { deployment in
                deployment.steps.append(Step(.failed, 2_000))
                deployment.steps[2].metadata = .validationError
            }.findings()
        } near: {
            failed { deployment in
                deployment.steps.append(Step(.failed, 2_000))
                deployment.steps[2].metadata = .networkError
            }.findings()
        },
    ]

    static let consistency: [FindingCase] = [
        FindingCase(.statusMismatch) {
            completed { $0.statedStatus = .confirmed }.findings()
        } near: {
            completed { $0.statedStatus = nil }.findings()
        },
        FindingCase(.durationMismatch) {
            completed { $0.steps[1].stated = 60_002 }.findings()
        } near: {
            completed { $0.steps[1].stated = 59_999 }.findings()
        },
        FindingCase(.createdAtMismatch) {
            completed { $0.createdAt = Timestamp(ticks: at(-1_000).ticks - 1) }.findings()
        } near: {
            completed { $0.createdAt = at(-1_000) }.findings()
        },
        FindingCase(.updatedAtMismatch) {
            completed { $0.updatedAt = Timestamp(ticks: at(239_000).ticks - 1) }.findings()
        } near: {
            completed { $0.updatedAt = at(239_000) }.findings()
        },
        FindingCase(.complianceSummaryMismatch) {
            completed { $0.complianceSummary = "1 passed, 0 failed out of 1 checks" }.findings()
        } near: {
            completed { $0.complianceSummary = "No compliance checks performed" }.findings()
        },
        FindingCase(.assetBeforeConfirmation, [.assetBeforeConfirmation, .illegalTransition]) {
            deployed(from: .submitted).findings()
        } near: {
            deployed(from: .pending).findings()
        },
        FindingCase(.identifierReused) {
            TestDeployment.completed.findings(reused: ["Queued-0"])
        } near: {
            TestDeployment.completed.findings(reused: ["Queued-1"])
        },
        FindingCase(.orphanTransition) {
            completed { $0.hasRecord = false }.findings()
        } near: {
            TestDeployment.completed.findings()
        },
        FindingCase(.deploymentWithoutTransitions) {
            TestDeployment().findings()
        } near: {
            failed { $0.steps.removeLast() }.findings()
        },
    ]

    static let evidence: [FindingCase] = [
        FindingCase(.missingTransactionHash) {
            completed { deployment in for index in 0..<5 { deployment.steps[index].transactionHash = "" } }.findings()
        } near: {
            completed { deployment in for index in 2..<5 { deployment.steps[index].transactionHash = "" } }.findings()
        },
        FindingCase(.transactionHashChanged) {
            completed {
                $0.steps[2].transactionHash = "0xbb"; $0.steps[3].transactionHash = ""
            }.findings()
        } near: {
            completed { $0.steps[2].transactionHash = "" }.findings()
        },
        FindingCase(.missingConfirmedRound) {
            completed { $0.steps[3].hasConfirmedRound = false }.findings()
        } near: {
            completed {
                $0.steps[3].hasConfirmedRound = false; $0.steps[4].hasConfirmedRound = true
            }.findings()
        },
        FindingCase(.missingErrorCategory) {
            failed { $0.steps[1].metadata = nil }.findings()
        } near: {
            failed { $0.steps[1].metadata = .unknown }.findings()
        },
        FindingCase(.errorCategoryMismatch) {
            failed { $0.steps[1].details = .validationError }.findings()
        } near: {
            failed { $0.steps[1].details = .networkError }.findings()
        },
        FindingCase(.retryOfNonRetryable) {
            failed {
                $0.steps[1].isRetryable = false; $0.steps.append(Step(.queued, 2_000))
            }.findings()
        } near: {
            failed {
                $0.steps[1].isRetryable = true; $0.steps.append(Step(.queued, 2_000))
            }.findings()
        },
        FindingCase(.retryTooEarly) {
            failed { deployment in
                deployment.steps[1].delay = 60
                deployment.steps.append(Step(.queued, time: Timestamp(ticks: at(61_000).ticks - 1), id: "retry"))
            }.findings()
        } near: {
            failed {
                $0.steps[1].delay = 60; $0.steps.append(Step(.queued, 61_000))
            }.findings()
        },
    ]

    static let others: [FindingCase] = [
        FindingCase(.failedComplianceCheck) {
            completed {
                $0.steps[1].checks = [("KYC", false)]; $0.steps[2].checks = [("KYC", true)]
            }.findings()
        } near: {
            completed { $0.steps[1].checks = [("KYC", true)] }.findings()
        },
        FindingCase(.completedAfterFailedCheck, [.failedComplianceCheck, .completedAfterFailedCheck]) {
            completed {
                $0.steps[1].checks = [("KYC", true)]; $0.steps[2].checks = [("KYC", false)]
            }.findings()
        } near: {
            completed {
                $0.steps[1].checks = [("KYC", false)]; $0.steps[2].checks = [("KYC", true)]
            }.findings()
        },
        FindingCase(.stuckDeployment) {
            failed { $0.steps.removeLast() }.findings(asOf: at(3_601_000))
        } near: {
            failed { $0.steps.removeLast() }.findings(asOf: at(3_600_000))
        },
    ]

    static let cases = order + consistency + evidence + others

    @Test("a minimal deployment raises its finding and nothing else", arguments: cases.indices)
    func hit(_ row: Int) {
        let example = Self.cases[row]
        let findings = example.hit()
        #expect(findings.map(\.code) == example.raised)
        #expect(findings.allSatisfy { $0.deploymentID == "d-1" && $0.severity == $0.code.severity })
        #expect(findings.allSatisfy { $0.message.hasPrefix($0.code.explanation) })
    }

    @Test("a deployment at the edge of the rule does not raise it", arguments: cases.indices)
    func near(_ row: Int) {
        let example = Self.cases[row]
        #expect(!example.near().contains { $0.code == example.code })
    }

    @Test("every derived finding on a deployment has its example")
    func examplesAreWhole() {
        let operations = FindingCode.allCases.filter { $0.subject == .operations && $0 != .stuckDeployment }
        let derived = FindingCode.allCases.filter(\.isDerived)
        #expect(Set(Self.cases.map(\.code)) == Set(derived).subtracting(operations))
        #expect(Self.cases.count == Set(Self.cases.map(\.code)).count)
    }

    @Test("a deployment with everything in its place raises nothing")
    func nothing() { #expect(TestDeployment.completed.findings().isEmpty) }

    /// A failure of a category alone, and a retry so many milliseconds later.
    private static func retried(
        _ category: FailureCategory?, after milliseconds: Int, _ change: (inout TestDeployment) -> Void = { _ in }
    ) -> [FindingCode] {
        failed { deployment in
            deployment.steps[1].metadata = category
            deployment.steps.append(Step(.queued, 1_000 + milliseconds))
            change(&deployment)
        }.findings().map(\.code).filter { $0 == .retryOfNonRetryable || $0 == .retryTooEarly }
    }

    @Test(
        "a failure that gives its category alone is judged by the defaults of the category",
        arguments: [
            (FailureCategory.networkError, 30), (.transactionFailure, 60), (.internalError, 120), (.userRejection, 0),
            (.insufficientFunds, 0), (.rateLimitExceeded, 0), (.unknown, 0),
        ])
    func defaultDelays(_ category: FailureCategory, _ seconds: Int) {
        #expect(Self.retried(category, after: seconds * 1_000) == [])
        guard seconds > 0 else { return }
        #expect(Self.retried(category, after: seconds * 1_000 - 1) == [.retryTooEarly])
    }

    @Test(
        "a category that is not retryable by default is none to retry",
        arguments: [FailureCategory.validationError, .complianceError, .configurationError])
    func defaultNotRetryable(_ category: FailureCategory) {
        #expect(Self.retried(category, after: 86_400_000) == [.retryOfNonRetryable])
        #expect(Self.retried(category, after: 86_400_000) { $0.steps[1].isRetryable = true } == [])
        #expect(Self.retried(category, after: 86_400_000) { $0.steps[1].delay = 1 } == [])
    }

    @Test("what the failure says of retries counts before the defaults of its category")
    func statedBeforeDefault() {
        #expect(Self.retried(.networkError, after: 5_000) { $0.steps[1].isRetryable = true } == [])
        #expect(Self.retried(.networkError, after: 5_000) { $0.steps[1].delay = 5 } == [])
        #expect(Self.retried(nil, after: 0) == [])
        #expect(Self.retried(.networkError, after: 60_000) { $0.steps[1].delay = .max } == [.retryTooEarly])
    }

    @Test("a repeat of a failure that says less of retries does not hide what the failure says")
    func repeatsHideNothing() {
        let bare = Step(.failed, 1_500)
        #expect(Self.retried(.validationError, after: 90_000) { $0.steps.append(bare) } == [.retryOfNonRetryable])
        let codes = Self.retried(nil, after: 90_000) { deployment in
            deployment.steps[1].isRetryable = false
            deployment.steps.append(bare)
            deployment.steps[3].metadata = .networkError
        }
        #expect(codes == [.retryOfNonRetryable])
        let later = Self.retried(.networkError, after: 31_000) { deployment in
            deployment.steps.append(bare)
            deployment.steps[3].metadata = .validationError
        }
        #expect(later == [.retryOfNonRetryable], "of two that say as much the later one counts")
    }

    @Test("a finding by a default names the category")
    func defaultsAreNamed() {
        let findings = failed { $0.steps.append(Step(.queued, 2_000)) }.findings()
        #expect(findings.map(\.code) == [.retryTooEarly])
        #expect(findings.first?.expected == "30 s after the failure, by default of NetworkError")
    }

    @Test("a cancelled and a failed deployment are not stuck, however long ago they ended")
    func endedIsNotStuck() {
        var cancelled = TestDeployment()
        cancelled.steps = [Step(.queued, 0), Step(.cancelled, 1)]
        #expect(cancelled.findings(asOf: at(900_000_000)).isEmpty)
        #expect(failed().findings(asOf: at(900_000_000)).isEmpty)
    }

    @Test("a deployment unchanged for half a second longer than the threshold is stuck")
    func stuckByAFraction() {
        let findings = failed { $0.steps.removeLast() }.findings(asOf: at(3_600_500))
        #expect(findings.map(\.code) == [.stuckDeployment])
    }

    @Test("a threshold other than the default is evaluated beside the default, and each finding says which")
    func stuckThresholds() {
        var thresholds = Thresholds()
        thresholds.stuckAfterSeconds = 7_200
        let queued = failed { $0.steps.removeLast() }
        let both = queued.findings(asOf: at(7_201_000), thresholds: thresholds)
        #expect(both.map(\.code) == [.stuckDeployment, .stuckDeployment])
        #expect(both.map { $0.expected?.contains("as configured") } == [true, false])
        #expect(both.map { $0.expected?.contains("by default") } == [false, true])
        let one = queued.findings(asOf: at(7_200_000), thresholds: thresholds)
        #expect(one.map { $0.expected?.contains("by default") } == [true])
        thresholds.stuckAfterSeconds = 60
        let shorter = queued.findings(asOf: at(3_600_000), thresholds: thresholds)
        #expect(shorter.map { $0.expected?.contains("as configured") } == [true])
    }

    @Test("checks on the rest of a record that is newer than the period are skipped")
    func snapshotAfterPeriod() {
        let findings = completed { deployment in
            deployment.snapshotAfterPeriod = true
            deployment.statedStatus = .failed
            deployment.createdAt = at(-9_000_000)
            deployment.complianceSummary = "7 passed"
        }.findings()
        #expect(findings.isEmpty)
    }

    @Test("findings of a retried deployment go by attempt: the hash may change from one to the next")
    func attempts() {
        var deployment = TestDeployment.completed
        deployment.steps =
            [Step(.queued, -60_000), Step(.submitted, -50_000), Step(.failed, -40_000)] + deployment.steps
        deployment.steps[1].transactionHash = "0xfirst"
        deployment.steps[2].metadata = .networkError
        deployment.createdAt = at(-60_000)
        #expect(deployment.findings().isEmpty)
    }

    @Test("derived findings of one deployment come in the order of docs/domain.md, 6")
    func orderOfFindings() {
        let findings = completed { deployment in
            deployment.statedStatus = .failed
            deployment.createdAt = at(-5_000)
            deployment.steps[1].stated = 1
            deployment.steps[3].hasConfirmedRound = false
            deployment.steps[2].transactionHash = "0xcc"
            deployment.steps[2].checks = [("KYC", false)]
            deployment.steps.append(Step(.completed, 250_000))
            deployment.steps.append(Step(.queued, 260_000))
        }.findings(reused: ["Submitted-60000"])
        #expect(
            findings.map(\.code) == [
                .statusMismatch, .createdAtMismatch, .updatedAtMismatch, .identifierReused, .durationMismatch,
                .repeatedStatus, .transitionAfterTerminal, .missingConfirmedRound, .transactionHashChanged,
                .transactionHashChanged, .failedComplianceCheck, .completedAfterFailedCheck,
            ])
    }

    @Test("every code has one subject, a severity, and sentences that end")
    func codes() {
        #expect(FindingCode.allCases.count == 49)
        for code in FindingCode.allCases {
            #expect(code.explanation.hasSuffix("."), "\(code)")
            #expect(code.isDerived == (code.subject != .intake), "\(code)")
            #expect(
                code.rawValue.utf8.allSatisfy { $0 == 0x2D || (0x61...0x7A).contains($0) || $0 == 0x39 || $0 == 0x35 })
        }
    }
}
