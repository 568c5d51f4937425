import AuditModel
import BundleExport
import FileSystem
import RecordAnalysis
import Testing

@Suite("Periods, filters and the as-of time")
struct SelectionTests {
    /// Created in January and active in February; created in February; created in March; of no known time.
    static let records = Text.lines(
        Text.deployment("jan", #","network":"main","createdAt":"2026-01-31T23:59:59Z","deployedBy":"0xABCdef""#),
        Text.transition("j1", "jan", "Queued", "2026-01-31T23:59:59Z"),
        Text.transition("j2", "jan", "Submitted", "2026-02-01T00:00:00Z"),
        Text.transition("j3", "jan", "Pending", "2026-03-01T00:00:00Z"),
        Text.deployment("feb", #","network":"test","tokenType":"ASA","createdAt":"2026-02-01T00:00:00Z""#),
        Text.transition("f1", "feb", "Queued", "2026-02-28T23:59:59.9999999Z"),
        Text.deployment("mar", #","network":"test","createdAt":"2026-03-01T00:00:00Z""#),
        Text.transition("m1", "mar", "Queued", "2026-03-01T00:00:00Z"),
        Text.deployment("none", #","network":"test""#),
        Text.transition("o1", "old", "Queued", "2025-12-31T00:00:00Z"))

    static let february = Period(label: "2026-02")

    static func ids(_ bundle: MadeBundle) -> [String] {
        bundle.text("deployments.csv").split(separator: "\n").dropFirst().map { String($0.split(separator: ",")[1]) }
    }

    static func places(_ result: AnalysisResult) -> (records: [String: Int], transitions: [String: Int]) {
        func named(_ counts: [Int]) -> [String: Int] {
            Dictionary(uniqueKeysWithValues: zip(Selection.Destination.allCases.map(\.name), counts)).filter {
                $0.value > 0
            }
        }
        return (named(result.reconciliation.deploymentRecords), named(result.reconciliation.transitions))
    }

    @Test("by activity a deployment belongs to a period in which it was created or changed")
    func activity() async throws {
        let bundle = try await MadeBundle.make(texts: [Self.records]) { $0.analysis.selection.period = Self.february }
        #expect(Self.ids(bundle) == ["feb", "jan"])
        let places = Self.places(bundle.result.analysis)
        #expect(places.records == ["inBundle": 2, "after": 1, "notAssignable": 1])
        #expect(places.transitions == ["inBundle": 3, "after": 2, "before": 1])
        let marks = bundle.text("transitions.csv").split(separator: "\n").dropFirst().map { line in
            line.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(marks.map { "\($0[3]) \($0[8])" } == ["f1 true", "j1 false", "j2 true"])
    }

    @Test("by creation it belongs to the period in which it was created alone")
    func created() async throws {
        let bundle = try await MadeBundle.make(texts: [Self.records]) { options in
            options.analysis.selection.period = Self.february
            options.analysis.selection.basis = .created
        }
        #expect(Self.ids(bundle) == ["feb"])
        let places = Self.places(bundle.result.analysis)
        #expect(places.records == ["inBundle": 1, "before": 1, "after": 1, "notAssignable": 1])
        #expect(places.transitions == ["inBundle": 1, "before": 3, "after": 2])
    }

    @Test("each filter leaves out in its place of the reconciliation, the first that does not match")
    func filters() async throws {
        let cases: [(change: @Sendable (inout Selection) -> Void, ids: [String], place: String)] = [
            ({ $0.networks = ["main"] }, ["jan"], "leftOutByNetwork"),
            ({ $0.networks = ["MAIN"] }, ["jan"], "leftOutByNetwork"),
            ({ $0.tokenTypes = ["ASA"] }, ["feb"], "leftOutByTokenType"),
            ({ $0.tokenTypes = ["asa"] }, ["feb"], "leftOutByTokenType"),
            ({ $0.deployers = ["0xabcDEF"] }, ["jan"], "leftOutByDeployer"),
            ({ $0.statuses = [.pending] }, ["jan"], "leftOutByStatus"),
            ({ ($0.networks, $0.statuses) = (["main", "test"], [.queued]) }, ["feb", "mar"], "leftOutByStatus"),
        ]
        for (change, ids, place) in cases {
            let bundle = try await MadeBundle.make(texts: [Self.records]) { change(&$0.analysis.selection) }
            #expect(Self.ids(bundle) == ids)
            #expect(Self.places(bundle.result.analysis).records[place] != nil, "\(place)")
            #expect(bundle.result.name == "test-partial")
        }
    }

    @Test("a filter value that matches nothing is an error with what is near, unless that is accepted")
    func unmatched() async throws {
        let cases: [(change: @Sendable (inout Selection) -> Void, near: String?)] = [
            ({ $0.networks = ["mian"] }, "--network main"),
            ({ $0.tokenTypes = ["AS"] }, "--token-type ASA"),
            ({ $0.deployers = ["0xABCdee"] }, "--deployed-by 0xABCdef"),
            ({ $0.networks = ["quite another name"] }, nil), ({ $0.statuses = [.cancelled] }, nil),
        ]
        for (change, near) in cases {
            let error = await #expect(throws: EnvironmentError.self) {
                try await MadeBundle.make(texts: [Self.records]) { change(&$0.analysis.selection) }
            }
            #expect(error?.kind == .usage)
            let hint = error?.hint?.description
            #expect(near == nil || hint?.contains(near ?? "") == true, "\(hint ?? "none")")
            let bundle = try await MadeBundle.make(texts: [Self.records]) { options in
                change(&options.analysis.selection)
                options.analysis.allowsEmpty = true
            }
            #expect(Self.ids(bundle) == [])
        }
    }

    /// Three tokens: one of two attempts with a hash each, one that only its record names a hash of, one of an orphan.
    static let tokens = Text.lines(
        Text.deployment("D-1", #","tokenName":"Gold","tokenSymbol":"GLD","assetIdentifier":"0xAbC","network":"main""#),
        Text.transition("a1", "D-1", "Queued", "2026-02-01T00:00:00Z"),
        Text.transition("a2", "D-1", "Submitted", "2026-02-02T00:00:00Z", #","transactionHash":"0xFF01""#),
        Text.transition("a3", "D-1", "Queued", "2026-02-03T00:00:00Z", #","transactionHash":"TX2""#),
        Text.deployment(
            "D-2",
            #","tokenName":"Silver","tokenSymbol":"SLV","assetIdentifier":7,"transactionHash":"TX3","network":"test""#),
        Text.transition("b1", "D-2", "Queued", "2026-02-04T00:00:00Z"),
        Text.transition("c1", "D-3", "Queued", "2026-02-05T00:00:00Z", #","transactionHash":"TX4""#))

    @Test(
        "single deployments are chosen by identifier, asset, transaction in any record, and name or symbol of the token"
    )
    func singleFilters() async throws {
        let cases: [(change: @Sendable (inout Selection) -> Void, ids: [String], place: String)] = [
            ({ $0.deployments = ["D-3"] }, ["D-3"], "leftOutByDeployment"),
            ({ $0.deployments = ["D-1", "D-3"] }, ["D-1", "D-3"], "leftOutByDeployment"),
            ({ $0.assets = ["0xaBc"] }, ["D-1"], "leftOutByAsset"), ({ $0.assets = ["7"] }, ["D-2"], "leftOutByAsset"),
            ({ $0.transactions = ["0xff01"] }, ["D-1"], "leftOutByTransaction"),
            ({ $0.transactions = ["TX2", "TX4"] }, ["D-1", "D-3"], "leftOutByTransaction"),
            ({ $0.transactions = ["TX3"] }, ["D-2"], "leftOutByTransaction"),
            ({ $0.tokens = ["gold"] }, ["D-1"], "leftOutByToken"),
            ({ $0.tokens = ["Gld", "Silver"] }, ["D-1", "D-2"], "leftOutByToken"),
        ]
        for (change, ids, place) in cases {
            for threads in [1, 3] {
                let bundle = try await MadeBundle.make(texts: [Self.tokens]) { options in
                    change(&options.analysis.selection)
                    options.analysis.threads = threads
                }
                #expect(Self.ids(bundle) == ids)
                #expect(Self.places(bundle.result.analysis).transitions[place] != nil, "\(place)")
            }
        }
        for change: @Sendable (inout Selection) -> Void in [
            { $0.deployments = ["d-1"] }, { $0.transactions = ["tx2"] }, { $0.assets = ["07"] },
            { $0.tokens = ["Gol"] },
        ] {
            let error = await #expect(throws: EnvironmentError.self) {
                try await MadeBundle.make(texts: [Self.tokens]) { change(&$0.analysis.selection) }
            }
            #expect(error?.kind == .usage)
        }
    }

    @Test("the first filter in the fixed order that does not match names the destination")
    func orderOfFilters() async throws {
        let bundle = try await MadeBundle.make(texts: [Self.tokens]) {
            $0.analysis.selection.networks = ["main"]
            $0.analysis.selection.deployments = ["D-1", "D-2"]
        }
        #expect(Self.places(bundle.result.analysis).records == ["inBundle": 1, "leftOutByNetwork": 1])
        #expect(Self.places(bundle.result.analysis).transitions == ["inBundle": 3, "leftOutByNetwork": 2])
    }

    @Test("what only a record of after the period names does not choose in it")
    func filtersInPeriods() async throws {
        let late = Text.deployment(
            "late", #","createdAt":"2026-02-10T00:00:00Z","updatedAt":"2026-03-02T00:00:00Z","assetIdentifier":"9""#)
        let texts = [Self.tokens + Text.lines(late, Text.transition("l", "late", "Queued", "2026-02-10T00:00:00Z"))]
        let whole = try await MadeBundle.make(texts: texts) { $0.analysis.selection.assets = ["9"] }
        #expect(Self.ids(whole) == ["late"])
        let error = await #expect(throws: EnvironmentError.self) {
            try await MadeBundle.make(texts: texts) {
                $0.analysis.selection.assets = ["9"]
                $0.analysis.selection.period = Self.february
            }
        }
        #expect(error?.message.contains("before the end of the period") == true)
    }

    @Test("a value that stands in one of very many deployments is found, whatever the sample for near matches holds")
    func manyDeployments() async throws {
        let count = 12_000
        let text = (0..<count).map { Text.deployment("d\($0)") + "\n" }.joined()
        let bundle = try await MadeBundle.make(texts: [text]) {
            $0.analysis.selection.deployments = ["d\(count - 1)", "d7"]
        }
        #expect(Self.ids(bundle) == ["d\(count - 1)", "d7"])
    }

    @Test("a filter matches a name by its bytes, and finds each of two that differ in nothing else")
    func exactFilters() async throws {
        let names = ["caf\u{E9}", "cafe\u{301}"]
        let text = names.enumerated().map { Text.deployment("d\($0)", #","network":"\#($1)""#) + "\n" }.joined()
        for (number, name) in names.enumerated() {
            let bundle = try await MadeBundle.make(texts: [text]) { $0.analysis.selection.networks = [name] }
            #expect(Self.ids(bundle) == ["d\(number)"])
        }
    }

    @Test("a record newer than the period gives its fixed members only, and checks on the rest are skipped")
    func snapshotAfterPeriod() async throws {
        let late = Text.deployment(
            "d",
            #","network":"n","createdAt":"2026-02-02T00:00:00Z","#
                + #""updatedAt":"2026-03-01T00:00:00Z","currentStatus":"Failed","tokenName":"t""#
        )
        let early = Text.deployment("d", #","tokenName":"early","updatedAt":"2026-02-28T23:59:59Z""#)
        let queued = Text.transition("q", "d", "Queued", "2026-02-02T00:00:00Z")
        let alone = try await MadeBundle.make(texts: [Text.lines(late, queued)]) {
            $0.analysis.selection.period = Self.february
        }
        let line = alone.text("audit-trail.json")
        #expect(line.contains(#""snapshotAfterPeriod":true"#))
        #expect(
            line.contains(
                #""deployment":{"createdAt":"2026-02-02T00:00:00.0000000Z","deploymentId":"d","network":"n"}"#))
        #expect(!alone.result.analysis.derived.contains { $0.code == .statusMismatch })
        let both = try await MadeBundle.make(texts: [Text.lines(late, early, queued)]) {
            $0.analysis.selection.period = Self.february
        }
        #expect(!both.text("audit-trail.json").contains("snapshotAfterPeriod"))
        #expect(both.text("audit-trail.json").contains(#""tokenName":"early""#))
        let open = try await MadeBundle.make(texts: [Text.lines(late, queued)])
        #expect(open.result.analysis.derived.contains { $0.code == .statusMismatch })
    }

    @Test("an empty period yields a bundle that says so, if that is accepted")
    func emptyPeriod() async throws {
        let bundle = try await MadeBundle.make(texts: [Self.records]) {
            $0.analysis.selection.period = Period(label: "2020")
            $0.analysis.allowsEmpty = true
        }
        #expect(Self.ids(bundle) == [])
        #expect(bundle.text("audit-trail.json") == "[\n]\n")
        #expect(bundle.result.contentRoot == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test("no period hides rejected records, and a filter shows digest and length of those that nobody can assign")
    func rejectedStay() async throws {
        let texts = [Self.records + "{\n"]
        let period = try await MadeBundle.make(texts: texts) { $0.analysis.selection.period = Self.february }
        #expect(period.text("rejected.json").contains(#""raw""#))
        let bundle = try await MadeBundle.make(texts: texts) { options in
            options.analysis.selection.networks = ["main"]
            options.analysis.selection.period = Self.february
        }
        #expect(bundle.text("rejected.json").contains(#""kind":"rejected""#))
        #expect(!bundle.text("rejected.json").contains(#""raw""#))
        let digests = try await MadeBundle.make(texts: texts) { $0.analysis.keepsRawRejected = false }
        #expect(!digests.text("rejected.json").contains(#""raw""#))
    }

    @Test(
        "the as-of time is the option, else the period's end, else SOURCE_DATE_EPOCH, else the latest time in a history"
    )
    func asOf() async throws {
        let (option, epoch) = (Timestamp(unixSeconds: 1_800_000_000), Timestamp(unixSeconds: 1_700_000_000))
        func run(_ change: (inout AnalysisOptions) -> Void) async throws -> String {
            let result = try await Analysed.texts([Self.records], change)
            return "\(result.asOfSource) \(result.asOf.text)"
        }
        let given = try await run {
            ($0.asOf, $0.selection.period, $0.sourceDateEpoch) = (option, Self.february, epoch)
        }
        #expect(given == "option \(option.text)")
        let period = try await run { ($0.selection.period, $0.sourceDateEpoch) = (Self.february, epoch) }
        #expect(period == "period-end 2026-03-01T00:00:00.0000000Z")
        let environment = try await run { $0.sourceDateEpoch = epoch }
        #expect(environment == "SOURCE_DATE_EPOCH \(epoch.text)")
        let latest = try await run { _ in }
        #expect(latest == "latest-record 2026-03-01T00:00:00.0000000Z")
        let nothing = try await Analysed.texts([Text.deployment("d")])
        #expect(nothing.asOfSource == "epoch")
    }

    @Test("bundles are named from their period, and filtered ones end in -partial")
    func names() throws {
        let cases: [(label: String?, filtered: Bool, name: String)] = [
            (nil, false, "audit-all"), ("2026-02", false, "audit-2026-02"), ("2026-Q1", true, "audit-2026-q1-partial"),
            ("2026-W07", false, "audit-2026-w07"), (nil, true, "audit-all-partial"),
        ]
        for (label, filtered, name) in cases {
            var options = ExportOptions(key: try MadeBundle.key(), toolVersion: "")
            options.analysis.selection.period = label.flatMap { Period(label: $0) }
            if filtered { options.analysis.selection.networks = ["n"] }
            #expect(options.bundleName == name)
        }
        var options = ExportOptions(key: try MadeBundle.key(), toolVersion: "")
        let from = try Timestamp.parse("2026-02-01T00:00:00Z").time
        options.analysis.selection.period = Period(from: from, to: try Timestamp.parse("2026-02-03T04:05:06.7Z").time)
        #expect(options.bundleName == "audit-2026-02-01-to-2026-02-03t040506z")
    }
}
