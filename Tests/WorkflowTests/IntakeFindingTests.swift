import AuditModel
import BundleFormat
import FileSystem
import Foundation
import RecordAnalysis
import RecordSpill
import Testing

/// Texts that raise one intake finding, and texts as like them as can be that raise none.
struct IntakeCase: Sendable {
    var code: FindingCode
    var hit: [String]
    var near: [String]
    var asOf: Timestamp?
    var expected = 1
}

@Suite("Intake findings")
struct IntakeFindingTests {
    static let q = Text.transition("q")
    static let s = Text.transition("s", "d", "Submitted", "2026-02-10T10:00:01Z")
    static let base = Text.lines(Text.deployment(), q, s)

    static func page(_ number: Int, _ id: String, total: Int = 2) -> String {
        #"{"success":true,"deployments":[{"deploymentId":"\#(id)","statusHistory":[]}],"totalCount":\#(total),"#
            + #""page":\#(number),"pageSize":1,"totalPages":2}"#
    }

    static func listing(_ claims: String) -> String {
        #"{"success":true,\#(claims),"deployments":[{"deploymentId":"a","statusHistory":[]}]}"#
    }

    static func history(_ first: String, _ second: String) -> String {
        #"{"deploymentId":"d","statusHistory":[\#(first),\#(second)]}"#
    }

    static let cases = [
        IntakeCase(
            code: .duplicateRecord, hit: [base, q],
            near: [base, Text.transition("other", "d", "Queued", "2026-02-10T11:00:00Z")]),
        IntakeCase(
            code: .conflictingRecord, hit: [base, Text.transition("q", "d", "Failed")],
            near: [base, Text.transition("q", "other", "Failed")]),
        IntakeCase(
            code: .conflictingDeployment,
            hit: [Text.lines(Text.deployment("d", #","network":"a""#), Text.deployment("d", #","network":"b""#))],
            near: [Text.lines(Text.deployment("d", #","network":"a""#), Text.deployment("d", #","tokenName":"b""#))]),
        IntakeCase(code: .malformedRecord, hit: [base + "{\n"], near: [base + "\n"]),
        IntakeCase(
            code: .unknownStatus, hit: [base + Text.transition("x", "d", "Odd")],
            near: [base + Text.transition("x", "d", "Indexed")]),
        IntakeCase(
            code: .invalidIdentifier, hit: [base + Text.transition("x\\u0007", "d")],
            near: [base + Text.transition("x\\u00a0", "d")]),
        IntakeCase(
            code: .unknownMember,
            hit: [Text.lines(Text.deployment("d", #","decimals":6"#), Text.deployment("e", #","decimals":7"#))],
            near: [Text.lines(Text.deployment("d", #","decimals":null"#), Text.deployment("e", #","tokenName":"x""#))]),
        IntakeCase(
            code: .unreadableMember, hit: [Text.deployment("d", #","currentStatus":8"#)],
            near: [Text.deployment("d", #","currentStatus":7.0"#)]),
        IntakeCase(
            code: .unreadMember, hit: [base, #"{"success":true,"deployments":[],"items":[{"deploymentId":"a"}]}"#],
            near: [base, #"{"success":true,"deployments":[],"items":[]}"#]),
        IntakeCase(
            code: .unreadList,
            hit: [
                Text.lines(Text.deployment("d", #","history":[{"a":1}]"#), Text.deployment("e", #","history":[{}]"#))
            ],
            near: [Text.deployment("d", #","history":null"#)]),
        IntakeCase(
            code: .simulatedEvidence,
            hit: [Text.lines(base, Text.transition("m", "d", "Pending", "2026-02-10T10:00:02Z", simulated("true")))],
            near: [Text.lines(base, Text.transition("m", "d", "Pending", "2026-02-10T10:00:02Z", simulated("false")))]),
        IntakeCase(
            code: .timestampWithoutZone, hit: [base + Text.transition("x", "d", "Pending", "2026-02-10T10:00:02")],
            near: [base + Text.transition("x", "d", "Pending", "2026-02-10T10:00:02+00:00")]),
        IntakeCase(
            code: .timestampInFuture,
            hit: [base + Text.transition("x", "d", "Pending", "2026-02-10T10:00:02.0000001Z")],
            near: [base + Text.transition("x", "d", "Pending", "2026-02-10T10:00:02Z")],
            asOf: Timestamp(unixSeconds: 1_770_717_602)),
        IntakeCase(code: .outOfOrderRecord, hit: [history(s, q)], near: [history(q, s)]),
        IntakeCase(code: .sourceIncomplete, hit: [page(1, "a")], near: [page(1, "a"), page(2, "b")]),
        IntakeCase(
            code: .sourceCached, hit: [#"{"success":true,"data":"[]","isCached":true}"#, base],
            near: [#"{"success":true,"data":"[]","isCached":false}"#, base]),
        IntakeCase(
            code: .csvDialect, hit: ["DeploymentId;Status;Timestamp\nd;Queued;2026-02-10T10:00:00Z\n"],
            near: ["DeploymentId,Status,Timestamp\nd,Queued,2026-02-10T10:00:00Z\n"]),
        IntakeCase(
            code: .fullPage, hit: [listing(#""pageSize":1,"page":1"#)],
            near: [listing(#""pageSize":2,"page":1"#)]),
        IntakeCase(code: .statedMetricMismatch, hit: [metrics(2), base], near: [metrics(1), base]),
    ]

    private static func simulated(_ value: String) -> String { #","metadata":{"isSimulatedEvidence":\#(value)}"# }

    /// An answer of the service on its metrics for all of 2026.
    private static func metrics(_ deployments: Int) -> String {
        #"{"success":true,"metrics":{"totalDeployments":\#(deployments),"successfulDeployments":0,"#
            + #""periodStart":"2026-01-01T00:00:00Z","periodEnd":"2026-12-31T23:59:59Z"}}"#
    }

    @Test("records that arrive so raise their finding and no other of intake", arguments: cases.indices)
    func hit(_ row: Int) async throws {
        let example = Self.cases[row]
        let result = try await Analysed.texts(example.hit) { $0.asOf = example.asOf }
        #expect(result.intake == [example.code: example.expected])
        let finding = result.findings.first { $0.code == example.code }
        #expect(finding?.severity == example.code.severity)
        #expect(finding?.position != nil)
        #expect(result.sums.addUp)
    }

    @Test("records at the edge of the rule raise none", arguments: cases.indices)
    func near(_ row: Int) async throws {
        let example = Self.cases[row]
        let result = try await Analysed.texts(example.near) { $0.asOf = example.asOf }
        #expect(result.intake == [:])
    }

    @Test("every intake finding has its example")
    func examplesAreWhole() {
        #expect(Set(Self.cases.map(\.code)) == Set(FindingCode.allCases.filter { !$0.isDerived }))
    }

    static let statements: [(text: String, count: Int)] = [
        (#"{"success":false,"errorMessage":"x","deployments":[]}"#, 1),
        (#"{"success":true,"data":"[]","recordCount":0}"#, 0),
        (#"{"success":true,"data":"[]","recordCount":3}"#, 1),
        (page(1, "a", total: 5).replacing(#""totalPages":2"#, with: #""totalPages":1"#), 1),
        (page(1, "a", total: 1).replacing(#""totalPages":2"#, with: #""totalPages":1"#), 0),
        (page(2, "a"), 1), (listing(#""totalCount":3"#), 1), (listing(#""totalCount":1"#), 0),
        (listing(#""totalCount":0"#), 1), (page(1, "a", total: 0), 2), (listing(#""recordCount":0"#), 1),
        (listing(#""recordCount":0,"totalCount":0"#), 1),
        (Text.lines(listing(#""totalCount":0"#), Text.deployment("z")), 1),
        (Text.lines(listing(#""totalCount":1"#), Text.deployment("z")), 0),
        (Text.lines(listing(#""totalCount":1"#), listing(#""totalCount":1"#).replacing(#""a""#, with: #""b""#)), 0),
        (Text.lines(listing(#""totalCount":0"#), listing(#""totalCount":0"#)), 1),
        (listing(#""totalPages":4,"page":1"#), 1), (listing(#""totalPages":1,"page":1"#), 0),
        (listing(#""totalPages":2"#), 1), (listing(#""totalCount":"3""#), 1),
        // The failure of an envelope counts wherever it stands in its source.
        (Text.lines(listing(#""totalCount":1"#), #"{"success":false}"#, listing(#""totalCount":1"#)), 1),
        (listing(#""hasMore":true"#), 1), (listing(#""hasMore":false"#), 0), (listing(#""hasMore":"false""#), 0),
        (listing(#""nextPageToken":"abc""#), 1), (listing(#""next_page_token":"""#), 0),
        (listing(#""nextCursor":null"#), 0), (listing(#""HasNextPage":1,"page":1"#), 1),
        (listing(#""hasMore":true,"totalPages":1,"page":1"#), 1), (listing(#""hasMore":true,"totalCount":1"#), 1),
        (Text.lines(listing(#""nextPageToken":"abc""#), listing(#""nextPageToken":null"#)), 0),
        (Text.lines(listing(#""hasMore":true,"page":1"#), listing(#""page":2,"hasMore":false"#)), 0),
        (Text.lines(listing(#""hasMore":true,"page":1"#), listing(#""page":3,"hasMore":false"#)), 2),
        (listing(#""page":3"#), 1), (listing(#""page":1"#), 0), (listing(#""hasMore":true,"next":null"#), 1),
        // An envelope without room for records tells how many come behind it.
        (Text.lines(#"{"success":true,"totalCount":1}"#, Text.deployment("z")), 0),
        (Text.lines(listing(#""totalCount":2"#), listing(#""totalCount":2"#).replacing(#""a""#, with: #""b""#)), 2),
        (Text.lines(listing(#""totalCount":2"#), Text.deployment("z")), 1),
        (listing(#""totalPages":1,"page":2"#), 1),
        (
            listing(#""totalPages":1,"page":1"#) + "\n" + #"{"success":true,"page":2,"totalPages":1,"deployments":[]}"#,
            0
        ),
        (#"{"success":true,"page":1,"totalPages":0,"totalCount":0,"deployments":[]}"#, 0),
        (listing(#""truncated":true"#), 1), (listing(#""truncated":1"#), 0), (listing(#""status":500"#), 1),
        (#"{"type":"about:blank","title":"Bad Request","status":400}"#, 1),
    ]

    @Test("what a response says of itself is held against what was counted", arguments: statements.indices)
    func claims(_ row: Int) async throws {
        let (text, count) = Self.statements[row]
        let result = try await Analysed.texts([text, Self.base])
        #expect((result.intake[.sourceIncomplete] ?? 0) == count, "\(text)")
    }

    @Test("a misspelt member of an envelope is noted with the one that is meant")
    func misspelt() async throws {
        for (name, meant) in [("TotalCount", "totalCount"), ("total_pages", "totalPages"), ("iscached", "isCached")] {
            let result = try await Analysed.texts([Self.listing("\"\(name)\":100")])
            // Of a count that is not read, nothing tells whether all of it came.
            let isCount = name != "iscached"
            #expect(result.intake == (isCount ? [.unknownMember: 1, .sourceIncomplete: 1] : [.unknownMember: 1]))
            let finding = result.findings.first { $0.code == .unknownMember }
            #expect(finding?.expected == "\"\(meant)\"" && finding?.actual == "\"\(name)\" in 1 record")
        }
    }

    @Test("a page of a usual size is full, whoever names no size; a total says what there is")
    func fullPages() async throws {
        func listing(_ count: Int, _ claims: String = "") -> String {
            let list = (0..<count).map { Text.deployment("d\($0)") }.joined(separator: ",")
            return #"{"success":true,\#(claims)"deployments":[\#(list)]}"#
        }
        for (text, count) in [
            (listing(100), 1), (listing(99), 0), (listing(100, #""totalPages":1,"page":1,"#), 0), (listing(50), 1),
            (listing(100, #""pageSize":200,"#), 0), (listing(100, #""pageSize":100,"#), 1),
            (listing(100, #""recordCount":100,"#), 0), (listing(7, #""pageSize":"7","#), 1),
        ] {
            let result = try await Analysed.texts([text])
            #expect(result.intake[.fullPage] ?? 0 == count, "\(text.prefix(80))")
        }
    }

    @Test("pages that repeat a deployment do not hold as many as the total says", arguments: [nil, 1])
    func repeatedDeployments(memory: Int?) async throws {
        for (ids, count) in [(["a", "a"], 1), (["a", "b"], 0)] {
            let pages = ids.enumerated().map { Self.page($0 + 1, $1) }
            let result = try await Analysed.texts(pages) { options in
                if let memory { options.memory = MemoryBudget(size: memory, directory: NSTemporaryDirectory()) }
            }
            #expect(result.intake[.sourceIncomplete] ?? 0 == count)
            let finding = result.findings.first { $0.code == .sourceIncomplete }
            #expect(finding?.actual == (count == 0 ? nil : "2 pages with 1 different deployment"))
        }
    }

    @Test(
        "a whole number is the same in every form, and any other value is not",
        arguments: [("5", "5.0", 0), ("5", "\"5\"", 0), ("5", "\"5.00e0\"", 0), ("5", "6", 1), ("5", "5.5", 1)])
    func numbers(_ first: String, _ second: String, conflicts: Int) async throws {
        func record(_ value: String) -> String {
            Text.transition("q", "d", "Queued", "2026-02-10T10:00:00Z", #","confirmedRound":\#(value)"#)
        }
        let result = try await Analysed.texts([record(first), record(second)])
        #expect(result.sums.conflicts == conflicts && result.sums.duplicates == 1 - conflicts)
        #expect(result.sums.addUp)
    }

    @Test("without an as-of time nothing lies in the future")
    func noFuture() async throws {
        let result = try await Analysed.texts([Text.transition("q", "d", "Queued", "9000-01-01T00:00:00Z")])
        #expect(result.intake == [:])
    }

    @Test("unknown members are one finding by source and name, with their number")
    func unknownMembers() async throws {
        let lines = (0..<5).map { Text.deployment("d\($0)", #","decimals":\#($0),"zzz":1"#) + "\n" }.joined()
        let result = try await Analysed.texts([lines, lines])
        #expect(result.intake[.unknownMember] == 4)
        #expect(
            result.findings.filter { $0.code == .unknownMember }.allSatisfy {
                $0.actual?.contains("in 5 records") ?? false
            })
    }

    @Test("unknown members whose names differ in bytes alone are two findings")
    func unknownMembersByBytes() async throws {
        let text = Text.lines(Text.deployment("d", ",\"\u{E9}\":1"), Text.deployment("e", ",\"e\u{301}\":1"))
        let result = try await Analysed.texts([text])
        #expect(result.intake[.unknownMember] == 2)
    }

    @Test("findings below an error are listed up to 1,000 by source and code; their count stays exact")
    func manyNotes() async throws {
        let lines = (0..<1_500).map { _ in Self.q + "\n" }.joined()
        let result = try await Analysed.texts([Self.base, lines])
        #expect(result.intake[.duplicateRecord] == 1_500)
        let listed = result.findings.filter { $0.code == .duplicateRecord }
        #expect(listed.count == 1_000)
        #expect(listed.last?.actual?.contains("500 more") == true)
        #expect(result.sums.duplicates == 1_500)
    }

    @Test("every rejected record is listed, with source, line and offset")
    func rejected() async throws {
        let result = try await Analysed.texts([Self.base, Self.q + "\n{\n\n}}\n" + Self.s + "\n"])
        let findings = result.findings.filter { $0.code == .malformedRecord }
        #expect(findings.map { $0.position?.source } == [1, 1])
        #expect(findings.map { $0.position?.line } == [2, 4])
        #expect(result.sums.rejected == 2)
    }

    @Test("input of which nothing can be read is an error, unless an empty result is accepted")
    func nothingReadable() async throws {
        let error = await #expect(throws: EnvironmentError.self) { try await Analysed.texts(["garbage"]) }
        #expect(error?.kind == .unreadableInput)
        let result = try await Analysed.texts(["garbage"]) { $0.allowsEmpty = true }
        #expect(result.sums.rejected == 1)
    }
}
