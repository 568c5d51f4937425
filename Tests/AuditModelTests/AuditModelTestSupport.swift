import AuditModel

/// A small generator with a fixed seed (SplitMix64), so that a failing sample comes back.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// 2026-02-02T12:00:00Z moved by milliseconds.
func at(_ milliseconds: Int) -> Timestamp {
    let noon = Timestamp(unixSeconds: 1_770_033_600)
    return Timestamp(ticks: noon.ticks + Int64(milliseconds) * 10_000)
}

/// A transition as a test states it.
struct Step {
    var status: DeploymentStatus
    var time: Timestamp
    var id: String
    var transactionHash = ""
    var hasConfirmedRound = false
    var details: FailureCategory?
    var metadata: FailureCategory?
    var isRetryable: Bool?
    var delay: Int64?
    var stated: Int64?
    var checks: [(name: String, passed: Bool)] = []

    init(_ status: DeploymentStatus, _ milliseconds: Int, id: String? = nil) {
        self.init(status, time: at(milliseconds), id: id ?? "\(status.name)-\(milliseconds)")
    }

    init(_ status: DeploymentStatus, time: Timestamp, id: String) {
        self.status = status
        self.time = time
        self.id = id
    }
}

/// A deployment as a test states it.
struct TestDeployment {
    var id = "d-1"
    var steps: [Step] = []
    /// Whether there is a deployment record.
    var hasRecord = true
    var network = "testnet"
    var tokenType = "ASA_FT"
    var statedStatus: DeploymentStatus?
    var createdAt: Timestamp?
    var updatedAt: Timestamp?
    var complianceSummary = ""
    var assetIdentifier = ""
    var snapshotAfterPeriod = false
    var isDisputed = false

    /// Queued to Completed in four minutes, with everything that an auditor asks for.
    static var completed: TestDeployment {
        var deployment = TestDeployment()
        deployment.steps = [
            Step(.queued, 0), Step(.submitted, 60_000), Step(.pending, 120_000), Step(.confirmed, 180_000),
            Step(.completed, 240_000),
        ]
        for index in 1...3 { deployment.steps[index].transactionHash = "0xaa" }
        deployment.steps[3].hasConfirmedRound = true
        deployment.statedStatus = .completed
        deployment.createdAt = at(0)
        deployment.updatedAt = at(240_000)
        return deployment
    }

    /// The dossier that assembly would make of it.
    var dossier: Dossier {
        var dossier = Dossier()
        dossier.id = dossier.keep(id)
        for step in steps { dossier.add(step) }
        dossier.recordCount = hasRecord ? 1 : 0
        dossier.isDisputed = isDisputed
        dossier.snapshotAfterPeriod = snapshotAfterPeriod
        guard hasRecord else { return dossier }
        dossier.members.content = dossier.keep("{}")
        dossier.members.network = dossier.keep(network)
        dossier.members.tokenType = dossier.keep(tokenType)
        dossier.members.complianceSummary = dossier.keep(complianceSummary)
        dossier.members.assetIdentifier = dossier.keep(assetIdentifier)
        dossier.members.statedStatus = statedStatus
        dossier.members.createdAt = createdAt
        dossier.members.updatedAt = updatedAt
        return dossier
    }

    /// The dossier in the order of its history, and the history.
    var built: (dossier: Dossier, history: History) {
        var dossier = dossier
        var history = History()
        history.build(&dossier)
        return (dossier, history)
    }

    /// The codes of its derived findings, in their order.
    func findings(
        asOf: Timestamp = at(240_000), thresholds: Thresholds = Thresholds(), reused: Set<String> = []
    ) -> [Finding] {
        let (dossier, history) = built
        var findings: [Finding] = []
        DeploymentRules(thresholds: thresholds, asOf: asOf).evaluate(
            dossier, history, isReused: { reused.contains(dossier.bytes.text(dossier.transitions[$0].id)) },
            into: &findings)
        return findings
    }
}

extension Dossier {
    /// Appends a text; an empty one is absent.
    mutating func keep(_ text: String) -> ByteSlice {
        let bytes = Array(text.utf8)
        return bytes.isEmpty ? .none : append(bytes.span, 0..<bytes.count)
    }

    mutating func add(_ step: Step) {
        var transition = Transition()
        transition.id = keep(step.id)
        transition.hasOwnID = true
        transition.content = keep("{\"id\":\"\(step.id)\"}")
        transition.transactionHash = keep(step.transactionHash)
        transition.time = step.time
        transition.status = step.status
        transition.statedDurationMs = step.stated
        transition.retryDelaySeconds = step.delay
        transition.isRetryable = step.isRetryable
        transition.hasConfirmedRound = step.hasConfirmedRound
        transition.detailsCategory = step.details
        transition.metadataCategory = step.metadata
        let first = Int32(checks.count)
        for check in step.checks { checks.append(ComplianceCheck(name: keep(check.name), passed: check.passed)) }
        transition.checks = first..<Int32(checks.count)
        transitions.append(transition)
    }

    /// The identifiers of the transitions in their order.
    var identifiers: [String] { transitions.map { bytes.text($0.id) } }
}

extension History {
    var dispositions: [Disposition] { entries.map(\.disposition) }
}

/// Every order of some values, by Heap's algorithm.
func permutations<Value>(_ values: [Value]) -> [[Value]] {
    var values = values
    var result = [values]
    var counters = [Int](repeating: 0, count: values.count)
    var index = 1
    while index < values.count {
        if counters[index] < index {
            values.swapAt(index % 2 == 0 ? 0 : counters[index], index)
            result.append(values)
            counters[index] += 1
            index = 1
        } else {
            counters[index] = 0
            index += 1
        }
    }
    return result
}
