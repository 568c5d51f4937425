import AuditModel
import BundleFormat
import StrictJSON
import Testing

@Suite("What a bundle claims, decoded")
struct ClaimsTests {
    private static func time(_ text: String) throws -> Timestamp { try Timestamp.parse(text).time }

    /// A description with every member that a bundle can have.
    private static func description() throws -> BundleDescription {
        var selection = Selection()
        selection.period = Period(label: "2026-02")
        selection.networks = ["n", "e\u{301}"]
        selection.statuses = [.failed]
        selection.transactions = ["0xAb"]
        var sums = IntakeSums()
        for (number, sum) in IntakeSums.all.enumerated() { sums[keyPath: sum.path] = number }
        var reconciliation = Reconciliation()
        reconciliation.transitions[Selection.Destination.inBundle.rawValue] = 7
        let ledger = LedgerPart(
            origin: "cartulary/ledger", size: 12, root: String(repeating: "3", count: 64), checkpoint: "",
            earlierTransitions: 0,
            earlierDeploymentRecords: 0, breaks: [])
        return BundleDescription(
            name: "audit-2026-02-partial", ledger: ledger, series: try series(), selection: selection,
            asOf: try time("2026-03-01T00:00:00Z"), asOfSource: "period-end",
            command: ["export", "--period", "2026-02"],
            declared: ["entity": "A Bank", "uncovered": "the feed was down"], toolVersion: "1.2.3",
            keyAlgorithm: "ssh-ed25519", keyFingerprint: "SHA256:x",
            rootHexadecimal: String(repeating: "0", count: 64), deployments: 3, sums: sums,
            reconciliation: reconciliation,
            findings: [
                BundleDescription.FindingCount(code: .repeatedStatus, severity: .info, count: 2),
                BundleDescription.FindingCount(code: .malformedRecord, severity: .error, count: 4),
            ], rulesDigest: String(repeating: "1", count: 64))
    }

    private static func series() throws -> SeriesPart {
        let previous = SeriesPosition(
            sequence: 1, revision: 0, name: "audit-2026-01", digest: String(repeating: "2", count: 64),
            from: try time("2026-01-01T00:00:00Z"), to: try time("2026-02-01T00:00:00Z"))
        let next = (
            try time("2026-03-01T00:00:00Z"), try time("2026-04-01T00:00:00Z"), try time("2026-04-10T00:00:00Z")
        )
        return SeriesPart(
            archive: "audit", sequence: 2, revision: 0, previous: previous, supersedes: nil, next: next, logStart: 0,
            range: [], proof: [])
    }

    private static func claims(_ value: JSONValue) throws -> DescriptionClaims {
        try DescriptionClaims.decode(value.file).get()
    }

    @Test("what is written as bundle.json is read back, member by member")
    func description() throws {
        let written = try Self.description()
        let read = try Self.claims(written.value)
        #expect(read.problems.isEmpty && read.isCanonical)
        #expect(try read.name.get() == written.name)
        #expect(try read.kind.get() == .sealed)
        #expect(try read.basis.get() == .activity)
        #expect(try read.isFiltered.get())
        #expect(try read.filters.get() == BundleFilters(written.selection))
        #expect(try read.period.get() == written.selection.period)
        #expect(try read.asOf.get().time == written.asOf)
        #expect(try read.contentTree.get().size == 3)
        #expect(try read.sums.get() == written.sums)
        #expect(try read.reconciliation.get().transitions[.inBundle] == 7)
        #expect(try read.reconciliation.get().transitions.accepted == 7)
        #expect(try read.findings.get().byCode == [.repeatedStatus: 2, .malformedRecord: 4])
        #expect(try read.findings.get().errors == 4)
        #expect(try read.key.get().fingerprint == written.keyFingerprint)
        #expect(try read.ledger.get() == written.ledger)
        #expect(try read.series.get() == written.series)
        #expect(try read.declared.get() == written.declared)
        #expect(try read.tool.get().version == "1.2.3")
        #expect(
            read.statement(anchorSHA256: "x") == BundleDescription.statement(anchorSHA256: "x", bundle: written.value))
        let sealed = try #require(try read.sealedClaims())
        #expect(sealed.position(digest: "d").sequence == 2)
    }

    @Test("a member that is not in form is named, and the others are read")
    func malformed() throws {
        var members = try #require(try Self.description().value.object)
        members["sums"] = .object(["read": .integer(1)])
        members["kind"] = .string("archive")
        members["grade"] = .string("A")
        let read = try Self.claims(.object(members))
        #expect(
            read.problems == [
                "members that the format does not have: grade", "kind: expected one-shot, sealed or response",
                "sums: expected a count for each of the format's sums",
            ])
        #expect(read.sums.problem?.reason == "data/bundle.json: sums: expected a count for each of the format's sums")
        #expect(read.sums.problem?.kind == .malformed)
        #expect(try read.reconciliation.get().transitions[.inBundle] == 7)
        let text = DescriptionClaims.decode(Array("{\"a\":}".utf8))
        #expect(text.problem?.kind == .unreadable)
        #expect(text.problem?.reason == "data/bundle.json has a character that JSON does not allow there at byte 5")
    }

    @Test("counts end at 2^53 - 1, places of a series at 100,000", arguments: ["contentTree.size", "ledger.size"])
    func counts(_ path: String) throws {
        let names = path.split(separator: ".").map(String.init)
        for (number, isCount) in [
            (Int64(0), true), ((1 << 53) - 1, true), (-1, false), (1 << 53, false), (.max, false), (.min, false),
        ] {
            var members = try #require(try Self.description().value.object)
            var part = try #require(members[names[0]]?.object)
            part[names[1]] = .integer(number)
            members[names[0]] = .object(part)
            #expect(try Self.claims(.object(members)).problems.isEmpty == isCount, "\(path) = \(number)")
        }
        for (sequence, isPosition) in [
            (Int64(1), true), (100_000, true), (0, false), (100_001, false), (1 << 53, false),
        ] {
            var members = try #require(try Self.description().series?.value.object)
            members["sequence"] = .integer(sequence)
            #expect((SeriesPart(.object(members)) != nil) == isPosition, "place \(sequence)")
        }
    }

    @Test("a sum of counts is a count or nothing")
    func sums() {
        #expect(NumberLimits.sum([]) == 0)
        #expect(NumberLimits.sum([1, 2, 3]) == 6)
        #expect(NumberLimits.sum([NumberLimits.maximumCount, 0]) == NumberLimits.maximumCount)
        #expect(NumberLimits.sum([NumberLimits.maximumCount, 1]) == nil)
        #expect(NumberLimits.sum(repeatElement(NumberLimits.maximumCount, count: 5000)) == nil)
        #expect(NumberLimits.sum([-1]) == nil)
    }

    @Test("elements of rejected.json are read back as they are written, and refused with anything else")
    func rejected() throws {
        let record = RejectedRecord(
            code: .malformedRecord, reason: "r", position: SourcePosition(source: 1, line: 2, offset: 3), sha256: "s",
            byteCount: 4, rawBase64: "AA==", deploymentID: nil)
        guard case .record(let read)? = RejectedElement(record.element) else {
            Issue.record("not read back")
            return
        }
        #expect(read.element == record.element)
        let conflict = ConflictRecord(
            deploymentID: "d", transitionID: "t", kept: Array("{}".utf8),
            others: [(Array("{}".utf8), record.position), (Array("{}".utf8), record.position)])
        guard case .conflict(let back)? = RejectedElement(conflict.element), back.others.count == 2,
            back.element == conflict.element
        else {
            Issue.record("not a conflict of two others")
            return
        }
        for element in [record.element, conflict.element] {
            let text = String(decoding: element, as: UTF8.self)
            for changed in [
                text.replacing("\"line\":2", with: "\"line\":-2"),
                text.replacing("\"source\":1", with: "\"source\":1.5"),
                text.replacing("\"offset\":3", with: "\"offset\":9007199254740992"),
                text.replacing("{\"", with: "{\"a\":1,\"", maxReplacements: 1), text + " ",
            ] {
                #expect(RejectedElement(Array(changed.utf8)) == nil, "\(changed)")
            }
        }
    }

    @Test("a line of the log has an index and a row that are counts")
    func logRow() {
        func row(_ index: String, _ row: String) -> LogRow? {
            let leaf = String(repeating: "0", count: 64)
            return LogRow(line: Array("\(index),\(leaf),transition,inBundle,\(row),,,,,,,".utf8))
        }
        #expect(row("7", "9007199254740991")?.row == NumberLimits.maximumCount)
        for number in ["-7", "9007199254740992", "9223372036854775807", "18446744073709551615", "07", "+7"] {
            #expect(row(number, "0") == nil, "index \(number)")
            #expect(row("7", number) == nil, "row \(number)")
        }
    }

    @Test("an entry of the log that is no record is one of the ledger's kinds, with numbers in bounds")
    func logEntry() {
        func entry(_ text: String) -> LogEntry? { LogEntry(Array(text.utf8)) }
        let digest = String(repeating: "0", count: 64)
        func decision(_ replaces: String, _ more: String = "") -> String {
            #"{"accepted":"\#(digest)","by":"b","deploymentId":"d"\#(more),"reason":"r","#
                + #""received":"2026-01-01T00:00:00.0000000Z","replaces":\#(replaces),"settles":[1],"type":"decision"}"#
        }
        guard case .decision(let read)? = entry(decision("[3,4]"))?.kind, read.replaces == [3, 4] else {
            Issue.record("not a decision on two entries")
            return
        }
        #expect(
            entry(decision("[3]", #","other":1"#)) == nil && entry(decision("[3]").replacing(":", with: ": ")) == nil)
        for text in [
            decision("[-1]"), decision("[9223372036854775807]"), #"{"replaces":[3],"type":"decision"}"#,
            #"{"type":"run"}"#,
            #"{"digest":"d","name":"n","sequence":100001,"series":"s","type":"seal"}"#, #"{"type":"record"}"#, "{}",
            "[",
        ] {
            #expect(entry(text) == nil, "\(text)")
        }
    }
}
