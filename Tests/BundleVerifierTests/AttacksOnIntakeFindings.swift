import AuditModel
import BundleFormat
import BundleVerifier
import StrictJSON
import Testing

/// Bundles with records of which reading makes findings that the records say by themselves.
enum NotedBundles {
    private static func transition(_ id: String?, _ status: String, at time: String, with more: String = "") -> String {
        let own = id.map { #""id":"\#($0)","# } ?? ""
        return #"{\#(own)"deploymentId":"a","status":"\#(status)","timestamp":"\#(time)"\#(more)}"#
    }

    private static let records = [
        #"{"deploymentId":"a","network":"n","createdAt":"2026-02-01T00:00:00Z","currentStatus":99,"isSimulated":1}"#,
        transition("a1", "Queued", at: "2026-02-01T00:00:00Z", with: #","isSimulatedEvidence":true"#),
        transition(
            "a2", "Submitted", at: "2026-02-01T00:00:01", with: #","metadata":{"deep":[{"is_simulated":"no"}]}"#),
        transition("a3", "Pending", at: "2026-02-01T00:00:02Z", with: #","more":[{"jobId":"x","status":4}]"#),
        transition("a4", "Confirmed", at: "2026-02-01T00:00:03Z", with: #","confirmedRound":-1,"reasonCode":5"#),
        transition(nil, "Indexed", at: "2026-02-01T00:00:04Z", with: #","isSimulated":{}"#),
        transition("a5", "Completed", at: "2099-02-01T00:00:05Z"),
        #"{"id":"b1","deploymentId":"b","status":"Queued","timestamp":"2026-02-01T00:00:00Z","isSimulated":true}"#,
        #"{"deploymentId":"b","network":"m","createdAt":"2026-02-01T00:00:00Z"}"#,
    ]

    private static func make(
        _ name: String, _ records: [String] = records, selection: (inout Selection) -> Void = { _ in }
    ) async throws -> [UInt8] {
        let folder = try TemporaryDirectory()
        return try await TestBundles.make(
            name, inputs: [try folder.write(records, to: "records.ndjson")], selection: selection)
    }

    static let oneShot = Task { try await make("noted") }
    static let filtered = Task { try await make("noted-partial") { $0.networks = ["n"] } }
    /// More findings below an error than are listed.
    static let withoutZone = Task {
        try await make(
            "without-zone",
            (0..<1_003).map { number in
                #"{"id":"t\#(number)","deploymentId":"d\#(number % 7)","status":"Queued","timestamp":"2026-02-01T00:00:00"}"#
            })
    }
    /// January and February; of the record of January that stands in February too the first bundle tells.
    static let sealed = Task {
        let january = transition(
            "a0", "Queued", at: "2026-01-31T00:00:00Z", with: #","isSimulated":true,"reasonCode":5"#)
        // A late record of a deployment of January would be a correction.
        let february = records.filter { !$0.contains("2099") }.map {
            $0.replacing(#""deploymentId":"a","network""#, with: #""deploymentId":"c","network""#)
        }
        return try await SealedBundles.make(of: [[january], february], sealing: ["2026-01", "2026-02"])
    }
}

extension Attack {
    private static func findings(_ bundle: EditableBundle) throws -> [Finding] {
        try bundle.lines(BundlePath.findings).dropFirst().dropLast().compactMap { line in
            FindingTable.decode(Array((line.hasSuffix(",") ? String(line.dropLast()) : line).utf8))
        }
    }

    /// Changes or drops the findings of a code that a test chooses, and counts them again.
    private static func change(
        _ name: String, _ code: FindingCode, on base: Base,
        by edit: @escaping @Sendable (Finding) -> Finding?
    ) -> Attack {
        Attack("\(code.rawValue), \(base): \(name)", check: "findings", on: base) { bundle in
            let before = try findings(bundle)
            let after = before.compactMap { $0.code == code ? edit($0) : $0 }
            guard before != after else { throw EditableBundle.Unexpected(what: "a finding \(code.rawValue)") }
            bundle.files[BundlePath.findings] = LineArray.file(
                after.map { finding in
                    var element: [UInt8] = []
                    FindingTable.writeJSON(finding, into: &element)
                    return element
                })
            func count(_ findings: [Finding]) -> Int {
                findings.reduce(0) { $0 + ($1.code == code ? 1 + (UnlistedFindings($1)?.count ?? 0) : 0) }
            }
            let lost = Int64(count(before) - count(after))
            let left = Int64(count(after))
            try bundle.set(["findings", "byCode", code.rawValue], to: left == 0 ? nil : .integer(left))
            if left == 0 { try removeCode(code, &bundle) }
            let severity = "\(code.severity.name)s"
            let stated = try bundle.json(BundlePath.bundle)["findings"]?[severity]?.integer ?? 0
            try bundle.set(["findings", severity], to: .integer(stated - lost))
            try await bundle.rederive()
        }
    }

    private static func removeCode(_ code: FindingCode, _ bundle: inout EditableBundle) throws {
        var codes = try bundle.json(BundlePath.bundle)["findings"]?["byCode"]?.object ?? [:]
        codes[code.rawValue] = nil
        try bundle.set(["findings", "byCode"], to: .object(codes))
    }

    private static func drop(_ codes: [FindingCode], on base: Base) -> [Attack] {
        codes.map { change("dropped", $0, on: base) { _ in nil } }
    }

    /// Findings that follow from one record alone, by who holds the key: the record says it, and the bundle does not.
    static let onIntakeFindings: [Attack] =
        drop(
            [.simulatedEvidence, .unreadMember, .unreadableMember, .timestampWithoutZone, .timestampInFuture],
            on: .noted)
        + drop([.simulatedEvidence, .unreadMember, .unreadableMember, .timestampWithoutZone], on: .notedSealed)
        + drop([.simulatedEvidence, .unreadMember, .unreadableMember, .timestampInFuture], on: .notedFiltered)
        + [
            change("of one transition dropped", .simulatedEvidence, on: .noted) { $0.transitionID == "a2" ? nil : $0 },
            change("of records without identifier dropped", .simulatedEvidence, on: .noted) {
                $0.transitionID == nil ? nil : $0
            },
            change("given to another transition", .simulatedEvidence, on: .noted) { finding in
                var finding = finding
                if finding.transitionID == "a1" { finding.transitionID = "a4" }
                return finding
            },
            change("given to another deployment", .unreadMember, on: .noted) { finding in
                var finding = finding
                finding.deploymentID = "b"
                return finding
            },
            change("of one of two members dropped", .unreadableMember, on: .noted) {
                $0.actual?.hasPrefix("reasonCode") == true ? nil : $0
            },
            change("of the deployment record dropped", .unreadableMember, on: .notedSealed) {
                $0.transitionID == nil ? nil : $0
            },
            change("made one on a rejected member", .unreadMember, on: .noted) { finding in
                var finding = finding
                finding.expected = nil
                return finding
            },
            change("one less not listed", .timestampWithoutZone, on: .withoutZone) { finding in
                guard let unlisted = UnlistedFindings(finding) else { return finding }
                return UnlistedFindings(count: unlisted.count - 1).added(to: unlisted.removed(from: finding))
            },
        ]
}

@Suite("attacks on intake findings that records ask for")
struct IntakeFindingAttackTests {
    @Test("the bundles are valid before they are attacked, and tell of what the records say")
    func good() async throws {
        let bundles = [
            ("noted", try await NotedBundles.oneShot.value), ("noted-partial", try await NotedBundles.filtered.value),
            ("without-zone", try await NotedBundles.withoutZone.value),
            ("audit-2026-01", try await NotedBundles.sealed.value[0]),
            ("audit-2026-02", try await NotedBundles.sealed.value[1]),
        ]
        for (name, archive) in bundles {
            let report = try await verify(archive, fileName: "\(name).zip")
            #expect(report.verdict == .valid, "\(name): \(report.faults)")
        }
        let second = try EditableBundle(bundles[4].1)
        #expect(second.name == "audit-2026-02")
        #expect(try second.text(BundlePath.trail).contains(#""id":"a0""#))
        #expect(try !second.text(BundlePath.findings).contains(#""transitionId":"a0""#), "the first bundle tells of it")
    }

    @Test("a finding that a record asks for is missing", arguments: Attack.onIntakeFindings)
    func attacks(_ attack: Attack) async throws {
        let report = try await attack.run()
        #expect(report.verdict == attack.verdict, "\(attack.name): \(report.faults)")
        #expect(report.failures == [attack.check], "\(attack.name) fails \(report.failures)\n\(report.faults)")
    }
}
