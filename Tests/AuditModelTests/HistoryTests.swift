import AuditModel
import Testing

@Suite("History")
struct HistoryTests {
    /// A history as text: what a comparison needs to see.
    static func text(_ deployment: TestDeployment) -> String {
        let (dossier, history) = deployment.built
        let lines = zip(dossier.identifiers, history.entries).map { id, entry in
            "\(id) \(entry.disposition.name) after \(entry.before?.name ?? "none") attempt \(entry.attempt)"
                + " previous \(entry.previous)"
        }
        let ends = "first \(history.first) last \(history.last) attempts \(history.attempts)"
        return lines.joined(separator: "\n") + "\n\(history.state?.name ?? "none") \(ends) \(history.ambiguousGroups)"
    }

    @Test("all 5,040 orders of seven transitions, a retry and equal times among them, give one history")
    func everyOrder() {
        var deployment = TestDeployment()
        let steps = [
            Step(.queued, 0), Step(.failed, 1_000), Step(.queued, 2_000, id: "retry"), Step(.submitted, 3_000),
            Step(.pending, 3_000), Step(.confirmed, 3_000), Step(.submitted, 3_000, id: "again"),
        ]
        var texts: Set<String> = []
        let orders = permutations(steps)
        for order in orders {
            deployment.steps = order
            texts.insert(Self.text(deployment))
        }
        #expect(orders.count == 5_040)
        #expect(texts.count == 1)
        let (dossier, history) = deployment.built
        #expect(
            dossier.identifiers == [
                "Queued-0", "Failed-1000", "retry", "Submitted-3000", "again", "Pending-3000", "Confirmed-3000",
            ])
        #expect(
            history.dispositions == [.inHistory, .inHistory, .inHistory, .inHistory, .repeat] + [
                .inHistory, .inHistory,
            ])
        #expect(history.state == .confirmed)
        #expect(history.attempts == 2)
        #expect(history.entries.map(\.attempt) == [0, 0, 1, 1, 1, 1, 1])
    }

    @Test("a shuffled and repeatedly built history of many transitions is that of the sorted ones")
    func manyTransitions() {
        var generator = SeededGenerator(seed: 7)
        var deployment = TestDeployment()
        for round in 0..<30 {
            deployment.steps.append(Step(.queued, round * 10))
            deployment.steps.append(Step(.failed, round * 10 + 5))
        }
        let expected = Self.text(deployment)
        for _ in 0..<20 {
            deployment.steps.shuffle(using: &generator)
            #expect(Self.text(deployment) == expected)
        }
        var (dossier, history) = deployment.built
        let identifiers = dossier.identifiers
        history.build(&dossier)
        #expect(dossier.identifiers == identifiers)
        #expect(history.attempts == 30)
    }

    /// Statuses by letter, one second apart; what each becomes, the state, and the number of attempts.
    static let runs: [(letters: String, becomes: String, state: DeploymentStatus?, attempts: Int)] = [
        ("", "", nil, 0),
        ("Q", "h", .queued, 1),
        ("QSPCD", "hhhhh", .completed, 1),
        ("QSPCID", "hhhhhh", .completed, 1),
        ("QX", "hh", .cancelled, 1),
        ("QSCD", "hhxx", .submitted, 1),
        ("QQSS", "hrhr", .submitted, 1),
        ("QFQSPCD", "hhhhhhh", .completed, 2),
        ("QFFQFQ", "hhrhhh", .queued, 3),
        ("QSPCDDSF", "hhhhhrxx", .completed, 1),
        ("QXQ", "hhx", .cancelled, 1),
        ("SPCD", "hhhh", .completed, 1),
        ("SFQ", "hhh", .queued, 2),
        ("FQ", "hh", .queued, 2),
        ("D", "h", .completed, 1),
        ("X", "h", .cancelled, 1),
        ("DQ", "xh", .queued, 1),
        ("XDS", "xxh", .submitted, 1),
        ("DD", "xx", nil, 0),
        ("XD", "xx", nil, 0),
        ("I", "h", .indexed, 1),
    ]

    static let letters: [Character: DeploymentStatus] = [
        "Q": .queued, "S": .submitted, "P": .pending, "C": .confirmed, "I": .indexed, "D": .completed, "F": .failed,
        "X": .cancelled,
    ]

    static let becomes: [Character: Disposition] = ["h": .inHistory, "r": .repeat, "x": .refused]

    static func steps(_ text: String) -> [Step] {
        text.enumerated().compactMap { place, letter in
            letters[letter].map { Step($0, place * 1000, id: "\(place)") }
        }
    }

    @Test("transitions become part of the history, repeats or refused as written", arguments: runs.indices)
    func dispositions(_ row: Int) {
        let run = Self.runs[row]
        var deployment = TestDeployment()
        deployment.steps = Self.steps(run.letters)
        let (_, history) = deployment.built
        #expect(history.dispositions == run.becomes.compactMap { Self.becomes[$0] }, "\(run.letters)")
        #expect(history.state == run.state)
        #expect(history.attempts == run.attempts)
        #expect(history.ambiguousGroups == [])
        let places = history.entries.indices.filter { history.entries[$0].disposition == .inHistory }
        #expect(history.first == places.first ?? -1)
        #expect(history.last == places.last ?? -1)
    }

    @Test("a time before 2009 is refused, touches no state and is not counted as a transition")
    func implausibleTimes() {
        let edge = Timestamp(unixSeconds: 1_230_768_000)
        let before = Timestamp(ticks: edge.ticks - 1)
        var deployment = TestDeployment()
        deployment.steps = [
            Step(.queued, time: .unset, id: "unset"), Step(.failed, time: before, id: "a"),
            Step(.queued, time: before, id: "b"), Step(.completed, 0, id: "only"),
        ]
        let (dossier, history) = deployment.built
        #expect(dossier.identifiers == ["unset", "b", "a", "only"])
        #expect(history.dispositions == [.refused, .refused, .refused, .inHistory])
        #expect(history.entries.map(\.isPlausible) == [false, false, false, true])
        #expect(history.state == .completed, "the only plausible transition may be terminal")
        deployment.steps = [Step(.queued, time: edge, id: "edge")]
        #expect(deployment.built.history.state == .queued)
    }

    @Test("a leap second has its place between the second before and the second after")
    func leapSecond() throws {
        let texts = ["2016-12-31T23:59:59.9999999Z", "2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00Z"]
        var deployment = TestDeployment()
        deployment.steps = [
            Step(.pending, time: try Timestamp.parse(texts[2]).time, id: "after"),
            Step(.submitted, time: try Timestamp.parse(texts[1]).time, id: "leap"),
            Step(.queued, time: try Timestamp.parse(texts[0]).time, id: "before"),
        ]
        let (dossier, history) = deployment.built
        #expect(dossier.identifiers == ["before", "leap", "after"])
        #expect(history.state == .pending)
    }
}
