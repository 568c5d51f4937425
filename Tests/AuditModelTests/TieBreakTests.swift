import AuditModel
import Testing

@Suite("Transitions of equal time")
struct TieBreakTests {
    /// The way into each state.
    static let ways: [(state: DeploymentStatus?, letters: String)] = [
        (nil, ""), (.queued, "Q"), (.submitted, "QS"), (.pending, "QSP"), (.confirmed, "QSPC"), (.indexed, "QSPCI"),
        (.completed, "QSPCD"), (.failed, "QF"), (.cancelled, "QX"),
    ]

    static func compare(_ way: String, _ group: [Step], sourceLocation: SourceLocation = #_sourceLocation) {
        var deployment = TestDeployment()
        deployment.steps =
            HistoryTests.steps(way).map { step in
                var step = step
                step.time = Timestamp(ticks: step.time.ticks - 100_000_000)
                return step
            } + group
        let reference = ReferenceHistory(deployment.steps)
        let (dossier, history) = deployment.built
        let what = "\(way) then \(group.map { "\($0.status.name) \($0.id)" })"
        #expect(dossier.identifiers == reference.events.map(\.step.id), "\(what)", sourceLocation: sourceLocation)
        #expect(history.dispositions == reference.events.map(\.disposition), "\(what)", sourceLocation: sourceLocation)
        #expect(history.state == reference.state, "\(what)", sourceLocation: sourceLocation)
        #expect(history.ambiguousGroups.isEmpty == !reference.isAmbiguous, "\(what)", sourceLocation: sourceLocation)
    }

    @Test("every pair of statuses from every state is ordered as trying both orders says", arguments: ways.indices)
    func pairs(_ row: Int) {
        for first in DeploymentStatus.allCases {
            for second in DeploymentStatus.allCases {
                Self.compare(Self.ways[row].letters, [Step(first, 60_000, id: "a"), Step(second, 60_000, id: "b")])
            }
        }
    }

    @Test("random groups of 3 to 6 from every state are ordered as trying all orders says", arguments: ways.indices)
    func groups(_ row: Int) {
        var generator = SeededGenerator(seed: UInt64(row) + 100)
        for size in 3...6 {
            for _ in 0..<(size < 6 ? 30 : 6) {
                let group = (0..<size).map { place in
                    let status = DeploymentStatus.allCases[Int.random(in: 0..<8, using: &generator)]
                    return Step(status, 60_000, id: "\(Int.random(in: 0..<100, using: &generator))-\(place)")
                }
                Self.compare(Self.ways[row].letters, group)
            }
        }
    }

    @Test("two groups of equal times one after the other are each ordered from the state before them")
    func severalGroups() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<60 {
            let steps = (0..<8).map { place in
                let status = DeploymentStatus.allCases[Int.random(in: 0..<8, using: &generator)]
                return Step(status, place / 4 * 1000, id: "\(Int.random(in: 0..<9, using: &generator))-\(place)")
            }
            Self.compare("", steps)
        }
    }

    @Test("identifiers of equal rank go by their bytes, not by their characters")
    func identifiersByBytes() {
        var deployment = TestDeployment()
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        deployment.steps = [composed, "z", "Z", decomposed, "\u{10000}", "\u{FFFD}"].map { Step(.queued, 0, id: $0) }
        let bytes = deployment.built.dossier.identifiers.map { Array($0.utf8) }
        let expected = ["Z", decomposed, "z", composed, "\u{FFFD}", "\u{10000}"].map { Array($0.utf8) }
        #expect(bytes == expected)
    }

    @Test("eight equal times are searched: a whole life cycle in one instant is legal")
    func eight() {
        var deployment = TestDeployment()
        deployment.steps = "DICPSQFQ".enumerated().compactMap { place, letter in
            HistoryTests.letters[letter].map { Step($0, 0, id: "\(place)") }
        }
        let (_, history) = deployment.built
        #expect(history.dispositions.allSatisfy { $0 == .inHistory })
        #expect(history.attempts == 2)
    }

    @Test("more than eight equal times go by rank and identifier, whatever that refuses")
    func nine() {
        var deployment = TestDeployment()
        var generator = SeededGenerator(seed: 11)
        deployment.steps = "DICPSQFQX".enumerated().compactMap { place, letter in
            HistoryTests.letters[letter].map { Step($0, 0, id: "\(place)") }
        }
        deployment.steps.shuffle(using: &generator)
        let (dossier, history) = deployment.built
        #expect(dossier.identifiers == ["5", "7", "4", "3", "2", "1", "0", "6", "8"])
        #expect(
            history.dispositions == [.inHistory, .repeat, .inHistory, .inHistory, .inHistory, .inHistory, .inHistory]
                + [.refused, .refused])
        #expect(history.state == .completed)
        #expect(history.ambiguousGroups == [])
    }

    @Test("a group is ambiguous if and only if equally good orders end in different states")
    func ambiguity() {
        let cases: [(letters: String, isAmbiguous: Bool)] = [
            ("QF", true), ("QS", false), ("QQ", false), ("QX", false), ("DX", false), ("SF", false), ("SP", false),
        ]
        for (letters, isAmbiguous) in cases {
            var deployment = TestDeployment()
            deployment.steps = letters.enumerated().compactMap { place, letter in
                HistoryTests.letters[letter].map { Step($0, 0, id: "\(place)") }
            }
            #expect(deployment.built.history.ambiguousGroups == (isAmbiguous ? [0] : []), "\(letters)")
        }
    }
}
