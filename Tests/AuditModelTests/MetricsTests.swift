import AuditModel
import Testing

@Suite("Metrics")
struct MetricsTests {
    static let networks = ["testnet", "mainnet", "", "caf\u{E9}", "cafe\u{301}"]

    /// Deployments with legal and illegal histories, equal times, categories, checks and missing records.
    static func random(_ count: Int, seed: UInt64) -> [TestDeployment] {
        var generator = SeededGenerator(seed: seed)
        func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &generator)] }
        return (0..<count).map { number in
            var deployment = TestDeployment()
            deployment.id = "d-\(number)"
            deployment.network = pick(networks)
            deployment.tokenType = pick(["ASA_FT", "ERC20_Mintable", ""])
            deployment.hasRecord = Int.random(in: 0..<10, using: &generator) > 0
            deployment.isDisputed = Int.random(in: 0..<10, using: &generator) == 0
            let way = pick([
                "QSPCD", "QSPCID", "QFQSPCD", "QFQF", "QX", "QSP", "QSCD", "SPCD", "D", "", "QSPCF", "QSFQSP",
            ])
            var time = Int.random(in: -200_000_000...200_000_000, using: &generator)
            if Int.random(in: 0..<2, using: &generator) == 0 { deployment.createdAt = at(time - 3_000_000) }
            deployment.statedStatus = pick([nil, nil, .completed, .failed, .pending, .cancelled])
            for (place, letter) in way.enumerated() {
                guard let status = HistoryTests.letters[letter] else { continue }
                var step = Step(status, time, id: "\(place)")
                step.details = status == .failed ? pick([nil, .networkError, .unknown]) : nil
                step.metadata = status == .failed ? pick([nil, .validationError]) : nil
                step.checks = pick([[], [], [("KYC", true)], [("KYC", false), ("AML", true)]])
                deployment.steps.append(step)
                time += pick([0, 1, 999, 60_000, 3_600_000])
            }
            return deployment
        }
    }

    /// A period that begins at a time and ends after all deployments, but for those created in the last hours.
    static func period(from start: Timestamp) -> Period { Period(from: start, to: at(190_000_000)) }

    static func part(_ deployments: some Sequence<TestDeployment>, period: Period? = nil) -> MetricsPart {
        var part = MetricsPart()
        for deployment in deployments {
            let (dossier, history) = deployment.built
            part.add(dossier, history, period: period)
        }
        return part
    }

    /// Every number by its path.
    static func figures(_ metrics: Metrics) -> [ExactString: String] {
        var result: [ExactString: String] = [:]
        func add(_ path: String, _ value: MetricValue) {
            switch value {
            case .integer(let number): result[ExactString(path)] = "\(number)"
            case .rate(let number): result[ExactString(path)] = "\(number)"
            case .time: break
            case .group(let members): for (name, member) in members { add("\(path)/\(name.text)", member) }
            }
        }
        for (name, value) in metrics.values { add(name.text, value) }
        return result
    }

    static func differences(_ left: [ExactString: String], _ right: [ExactString: String]) -> [String] {
        Set(left.keys).union(right.keys).filter { left[$0] != right[$0] }
            .map { "\($0.text): \(left[$0] ?? "absent"), expected \(right[$0] ?? "absent")" }.sorted()
    }

    @Test("every figure is that of a slow and obvious count", arguments: 1...12)
    func reference(_ seed: Int) {
        let deployments = Self.random(seed * 9, seed: UInt64(seed))
        let period = seed % 3 == 0 ? nil : Self.period(from: at(seed * 1_000_000))
        let metrics = Metrics(Self.part(deployments, period: period), period: nil, asOf: at(0))
        let expected = ReferenceMetrics(deployments, period: period).figures
        #expect(Self.differences(Self.figures(metrics), expected) == [])
    }

    @Test("parts merged in any split and order give the figures of the whole", arguments: 1...8)
    func merge(_ seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed) + 50)
        var deployments = Self.random(60, seed: UInt64(seed))
        let whole = Metrics(Self.part(deployments, period: Self.period(from: at(0))), period: nil, asOf: at(0))
        deployments.shuffle(using: &generator)
        var parts: [MetricsPart] = []
        while !deployments.isEmpty {
            let count = Int.random(in: 0...min(20, deployments.count), using: &generator)
            parts.append(Self.part(deployments.prefix(count), period: Self.period(from: at(0))))
            deployments.removeFirst(count)
        }
        var merged = MetricsPart()
        for part in parts.shuffled(using: &generator) { merged.merge(part) }
        let result = Metrics(merged, period: nil, asOf: at(0))
        #expect(Self.differences(Self.figures(result), Self.figures(whole)) == [])
        #expect(result == whole)
    }

    @Test("what is open at the end is what was open at the start and came, less what ended", arguments: 1...10)
    func rollForward(_ seed: Int) {
        let deployments = Self.random(80, seed: UInt64(seed) + 900)
        let metrics = Metrics(
            Self.part(deployments, period: Self.period(from: at(seed * 5_000_000))), period: nil, asOf: at(0))
        let opened = ["carriedIn", "createdInPeriod", "reopenedInPeriod"].map(metrics.integer).reduce(0, +)
        let ended = ["completedInPeriod", "failedInPeriod", "cancelledInPeriod"].map(metrics.integer).reduce(0, +)
        #expect(metrics.integer("carriedOut") == opened - ended)
        #expect(metrics.integer("carriedOut") == metrics.integer("pendingDeployments"))
    }

    @Test("nothing to measure gives zeros, a sample size of zero, and no times")
    func nothing() {
        let metrics = Metrics(MetricsPart(), period: nil, asOf: at(7))
        #expect(Self.figures(metrics).values.allSatisfy { $0 == "0" || $0 == "0.0" })
        #expect(metrics.integer("durationSampleSize") == 0)
        #expect(metrics["periodStart"] == .time(nil))
        #expect(metrics["periodEnd"] == .time(nil))
        #expect(metrics["calculatedAt"] == .time(at(7)))
        #expect(OperationsRules.evaluate(metrics, Thresholds()).isEmpty)
    }

    @Test("without a period the metrics reach from the first to the last transition in a history")
    func bounds() {
        var deployment = TestDeployment.completed
        deployment.steps.append(Step(.failed, 900_000))
        deployment.steps.append(Step(.pending, time: .unset, id: "unset"))
        let part = Self.part([deployment])
        let open = Metrics(part, period: nil, asOf: at(0))
        #expect(open["periodStart"] == .time(at(0)))
        #expect(open["periodEnd"] == .time(at(240_000)))
        let given = Metrics(part, period: (at(-1), at(1)), asOf: at(0))
        #expect(given["periodStart"] == .time(at(-1)))
        #expect(given["periodEnd"] == .time(at(1)))
    }

    @Test("networks that differ in bytes alone stay two")
    func exactNames() {
        let names = ["caf\u{E9}", "cafe\u{301}", "cafe"]
        let deployments = names.map { name in
            var deployment = TestDeployment.completed
            deployment.network = name
            deployment.tokenType = name
            deployment.steps[1].checks = [(name, true)]
            return deployment
        }
        let metrics = Metrics(Self.part(deployments), period: nil, asOf: at(0))
        for name in ["deploymentsByNetwork", "deploymentsByTokenType", "byNetwork", "complianceChecksByName"] {
            #expect(metrics[name]?.group?.count == 3, "\(name)")
        }
    }

    @Test("averageDurationByTransition is of completed deployments, and what covers all is in durationByTransition")
    func stepsOfCompleted() {
        var failed = TestDeployment()
        failed.steps = [Step(.queued, 0), Step(.submitted, 10_000), Step(.failed, 11_000)]
        let metrics = Metrics(Self.part([.completed, failed]), period: nil, asOf: at(0))
        let step: ExactString = "Queued->Submitted"
        #expect(metrics["averageDurationByTransition"]?.group?[step] == .integer(60_000))
        #expect(metrics["averageDurationByTransition"]?.group?["Submitted->Failed"] == nil)
        #expect(metrics["durationByTransition"]?.group?[step]?.group?["averageMs"] == .integer(35_000))
        #expect(metrics["durationByTransition"]?.group?["Submitted->Failed"] != nil)
    }

    @Test("as the source counts, a stated status, the first failure and every record in order of time decide")
    func asSource() {
        var skipped = TestDeployment.completed
        skipped.steps = [Step(.queued, 0), Step(.submitted, 1_000), Step(.confirmed, 3_000), Step(.completed, 9_000)]
        var failedTwice = TestDeployment()
        failedTwice.steps = [Step(.queued, 0), Step(.failed, 1_000), Step(.queued, 2_000), Step(.failed, 3_000)]
        failedTwice.steps[1].metadata = .networkError
        failedTwice.steps[3].metadata = .validationError
        var unexplained = TestDeployment()
        unexplained.steps = [Step(.queued, 0), Step(.failed, 1_000)]
        unexplained.steps[1].details = .internalError
        let metrics = Metrics(Self.part([skipped, failedTwice, unexplained]), period: nil, asOf: at(0))
        let source = metrics["asSource"]?.group ?? [:]
        #expect(metrics["successfulDeployments"] == .integer(0) && source["successfulDeployments"] == .integer(1))
        #expect(source["averageDurationMs"] == .integer(9_000))
        let steps = source["averageDurationByTransition"]?.group?.mapValues(\.integer)
        #expect(steps == ["Queued->Submitted": 1_000, "Submitted->Confirmed": 2_000, "Confirmed->Completed": 6_000])
        #expect(
            metrics["failuresByCategory"] == .group(["ValidationError": .integer(1), "InternalError": .integer(1)]))
        #expect(source["failuresByCategory"] == .group(["NetworkError": .integer(1)]))
        #expect(source["retriedDeployments"] == .integer(1))
    }

    static let percentiles: [(values: [Int64], median: Int64, p90: Int64, p95: Int64, p99: Int64, mean: Int64)] = [
        ([], 0, 0, 0, 0, 0), ([7], 7, 7, 7, 7, 7), ([1, 2], 1, 2, 2, 2, 1), ([2, 1, 4], 2, 4, 4, 4, 2),
        (Array(1...20), 10, 18, 19, 20, 10), (Array(1...100), 50, 90, 95, 99, 50),
        (Array(1...101), 51, 91, 96, 100, 51),
        (Array(1...200), 100, 180, 190, 198, 100), ([-3, -2], -2, -2, -2, -2, -2), ([5, 5, 5, 5], 5, 5, 5, 5, 5),
    ]

    @Test("percentiles go by nearest rank, and means are truncated", arguments: percentiles.indices)
    func summaries(_ row: Int) {
        let expected = Self.percentiles[row]
        let summary = DurationSummary(Durations(expected.values.reversed()))
        #expect(summary.median == expected.median)
        #expect(summary.percentile(90) == expected.p90)
        #expect(summary.percentile(95) == expected.p95)
        #expect(summary.percentile(99) == expected.p99)
        #expect(summary.average == expected.mean)
        #expect(summary.count == Int64(expected.values.count))
    }

    @Test("durations in many parts, merged in any order, are the same as all at once")
    func mergedDurations() {
        var generator = SeededGenerator(seed: 3)
        let values = (0..<300_000).map { _ in Int64.random(in: -5...40_000, using: &generator) * 7 }
        var merged = Durations()
        var other = Durations()
        for start in stride(from: 0, to: values.count, by: 1_000) {
            let part = Durations(Array(values[start..<start + 1_000]))
            if start.isMultiple(of: 3_000) { other.merge(part) } else { merged.merge(part) }
        }
        merged.append(1)
        merged.merge(other)
        let sorted = (values + [1]).sorted()
        let summary = DurationSummary(merged)
        #expect(summary.count == 300_001 && summary.sum == sorted.reduce(0, +))
        #expect(summary.fastest == sorted[0] && summary.slowest == sorted[300_000] && summary.median == sorted[150_000])
        for percent: Int64 in [1, 50, 90, 95, 99, 100] {
            #expect(summary.percentile(percent) == sorted[Int(percent * 300_001 + 99) / 100 - 1])
        }
        #expect(merged.counts.count == Set(sorted).count)
    }

    @Test("durations whose sum no number holds have the nearest one, and nothing else changes")
    func enormous() {
        let year: Int64 = 365 * 86_400_000
        let values = [Int64](repeating: 8_000 * year, count: 40_000)
        let summary = DurationSummary(Durations(values))
        #expect(summary.count == 40_000 && summary.sum == .max)
        #expect(summary.median == 8_000 * year && summary.slowest == 8_000 * year)
        #expect(DurationSummary(Durations(values.map { -$0 })).sum == .min)
        var part = MetricsPart()
        part.steps[0] = Durations(values)
        part.steps[1] = Durations(values)
        let metrics = Metrics(part, period: nil, asOf: at(0))
        #expect(metrics["timeInState"]?.group?["Queued"]?.group?["totalMs"] == .integer(.max))
    }

    @Test("every member that is described is computed, and every one computed is described")
    func definitions() {
        let metrics = Metrics(Self.part([.completed]), period: nil, asOf: at(0))
        #expect(Set(metrics.values.keys.map(\.text)) == Set(MetricDefinition.all.map(\.name)))
    }
}
