import BundleComparison
import BundleFormat
import BundleReading
import Signing
import StrictJSON
import Testing

@testable import BundleVerifier
@testable import ZipFormat

/// Every attack of the tables ends in its verdict, and names the check that caught it.
struct AttackTests {
    @Test("bundle of the tables is valid before it is attacked")
    func goodBundles() async throws {
        for (archive, name) in [
            (try await TestBundles.full.value, "full"), (try await TestBundles.filtered.value, "filtered-partial"),
            (try await TestBundles.tiny.value, "tiny"), (try await TestBundles.shortened.value, "full"),
            (try await SmallBundle.contradicting.value, "contradicting"),
        ] {
            let report = try await verify(archive, fileName: "\(name).zip")
            #expect(report.verdict == .valid, "\(name): \(report.faults)")
            let packed = try await verify(try EditableBundle(archive).packed(), fileName: "\(name).zip")
            #expect(packed.verdict == .valid, "\(name) packed by the tests: \(packed.faults)")
        }
        let report = try await verify(try await TestBundles.filtered.value, fileName: "filtered-partial.zip")
        #expect(report.scope == "filtered: network base-mainnet")
    }

    @Test("packing and signing again changes nothing")
    func resealing() async throws {
        let archive = try await TestBundles.full.value
        var bundle = try EditableBundle(archive)
        let files = bundle.files
        try bundle.reseal(.trusted)
        for (path, bytes) in files where bundle.files[path] != bytes { Issue.record("\(path) differs") }
        #expect(bundle.files.count == files.count)
    }

    @Test("files", arguments: Attack.onFiles)
    func files(_ attack: Attack) async throws { try await expectCaught(attack) }

    @Test("signatures", arguments: Attack.onSignatures)
    func signatures(_ attack: Attack) async throws { try await expectCaught(attack) }

    @Test("content", arguments: Attack.onContent)
    func content(_ attack: Attack) async throws { try await expectCaught(attack) }

    @Test("workbook", arguments: Attack.onWorkbook)
    func workbook(_ attack: Attack) async throws { try await expectCaught(attack) }

    @Test("report", arguments: Attack.onReport)
    func report(_ attack: Attack) async throws { try await expectCaught(attack) }

    @Test("bundles of a ledger are valid before they are attacked")
    func goodSealedBundles() async throws {
        for (archive, name) in zip(try await TestBundles.sealed.value, ["audit-2026-01-r1", "audit-2026-02"]) {
            let report = try await verify(archive, fileName: "\(name).zip")
            #expect(report.verdict == .valid, "\(name): \(report.faults)")
            let packed = try await verify(try EditableBundle(archive).packed(), fileName: "\(name).zip")
            #expect(packed.verdict == .valid, "\(name) packed by the tests: \(packed.faults)")
        }
        let rows = try await verify(try await TestBundles.rows.value, fileName: "audit-2026-02.zip")
        #expect(rows.verdict == .valid, "\(rows.faults)")
    }

    @Test("a bundle that leaves out what the log of another shows, or stands in its place, breaks the chain")
    func across() async throws {
        let archives = try await TestBundles.sealed.value
        func check(_ second: [UInt8]) throws -> [String] {
            var across = SeriesAcross()
            across.add(BundleClaims(try UnverifiedBundle(bytes: archives[0], fileName: "audit-2026-01-r1.zip")))
            across.add(BundleClaims(try UnverifiedBundle(bytes: second, fileName: "audit-2026-02.zip")))
            return across.problems().flatMap { $0 ?? [] }
        }
        #expect(try check(archives[1]) == [])
        var bundle = try EditableBundle(archives[1])
        bundle.write(
            lines: try bundle.lines(BundlePath.log).filter { !$0.contains(",b,2026-02-03") }, to: BundlePath.log)
        try bundle.reseal(.trusted)
        #expect(try check(bundle.packed()).contains { $0.contains("belongs here and is left out") })
        var other = try EditableBundle(archives[1])
        try other.set(["series", "previous", "digest"], to: .string(String(repeating: "0", count: 64)))
        try other.reseal(.trusted)
        #expect(try check(other.packed()).contains { $0.contains("is not the one that it follows") })
        var same = try EditableBundle(archives[1])
        try same.set(["series", "sequence"], to: .integer(2))
        try same.reseal(.trusted)
        #expect(try check(same.packed()).contains { $0.contains("has its position 2") })
        var report = try await verify(archives[1], fileName: "audit-2026-02.zip")
        report.add(across: ["one"])
        #expect(report.verdict == .brokenChain && report.verdict.exitStatus == 13)
    }

    @Test("series and log", arguments: Attack.onSeries)
    func series(_ attack: Attack) async throws { try await expectCaught(attack) }

    @Test("entries of the log that are no records", arguments: Attack.onLog)
    func log(_ attack: Attack) async throws { try await expectCaught(attack) }

    @Test("columns of CSV rows in the log", arguments: Attack.onColumns)
    func columns(_ attack: Attack) async throws { try await expectCaught(attack) }

    @Test("intake", arguments: Attack.onIntake)
    func intake(_ attack: Attack) async throws { try await expectCaught(attack) }

    @Test("relations between records", arguments: Attack.onRecords)
    func records(_ attack: Attack) async throws { try await expectCaught(attack) }

    @Test("relations of the intake", arguments: Attack.onIntakeRelations)
    func intakeRelations(_ attack: Attack) async throws { try await expectCaught(attack) }

    @Test("relations of the description", arguments: Attack.onDescription)
    func description(_ attack: Attack) async throws { try await expectCaught(attack) }

    @Test("signature files of others", arguments: Attack.onOtherSignatures)
    func otherSignatures(_ attack: Attack) async throws { try await expectCaught(attack) }

    @Test("scope", arguments: Attack.onScope)
    func scope(_ attack: Attack) async throws { try await expectCaught(attack) }

    private func expectCaught(_ attack: Attack) async throws {
        let report = try await attack.run()
        #expect(report.verdict == attack.verdict, "\(attack.name): \(report.faults)")
        #expect(report.verdict.exitStatus == attack.status)
        #expect(report.failures.contains(attack.check), "\(attack.name) fails \(report.failures)\n\(report.faults)")
    }

    @Test("approvals added later leave a bundle valid")
    func approval() async throws {
        var bundle = try EditableBundle(try await TestBundles.full.value)
        let good = try await verify(try bundle.packed(), fileName: "full.zip")
        bundle.files["signatures/approval-1.sig"] = try bundle.approval(by: TestKeys.other)
        let report = try await verify(try bundle.packed(), fileName: "full.zip")
        #expect(report.verdict == .valid, "\(report.faults)")
        #expect(report.detail("other-signatures").contains("signatures/approval-1.sig fits"))
        // What is not judged is no check that passed.
        var own = bundle
        own.files["signatures/approval-1.sig"] = try bundle.approval(by: TestKeys.trusted)
        let sealer = try await verify(try own.packed(), fileName: "full.zip")
        #expect(sealer.counts == (good.counts.passed, 0, good.counts.notJudged + 1), "by the key that sealed")
        #expect(sealer.detail("other-signatures").contains("the key that signed the bundle"))
        #expect(report.counts == (good.counts.passed, 0, good.counts.notJudged + 1))
        let trust = try TestKeys.trust(TestKeys.other)
        let both = try AllowedSigners(
            parsing: try Array("t \(TestKeys.trusted.publicKey.openSSHLine(comment: ""))\n".utf8)
                + Array("o \(TestKeys.other.publicKey.openSSHLine(comment: ""))\n".utf8))
        let judged = try await verify(try bundle.packed(), fileName: "full.zip", trust: both)
        #expect(judged.counts == (good.counts.passed + 1, 0, good.counts.notJudged), "\(judged.faults)")
        var copied = bundle
        for number in 2...5 {
            copied.files["signatures/approval-\(number).sig"] = bundle.files["signatures/approval-1.sig"]
        }
        let copies = try await verify(try copied.packed(), fileName: "full.zip", trust: both)
        #expect(copies.counts == (good.counts.passed + 1, 0, good.counts.notJudged + 4), "\(copies.faults)")
        #expect(try await verify(try bundle.packed(), fileName: "full.zip", trust: trust).verdict == .untrusted)
        bundle.files["signatures/approval-2.sig"] = [UInt8](repeating: 0, count: (1 << 20) + 1)
        let large = try await verify(try bundle.packed(), fileName: "full.zip")
        #expect(large.failures == ["other-signatures"])
    }

    @Test("a key counts only within its time, at the time that is asked for")
    func keyTimes() async throws {
        let archive = try await TestBundles.full.value
        let trust = try TestKeys.trust(options: "valid-after=\"20260101Z\",valid-before=\"20260601Z\"")
        func verdict(_ seconds: Int64) async throws -> VerificationReport.Verdict {
            try await verify(archive, fileName: "full.zip", trust: trust, time: seconds).verdict
        }
        #expect(try await verdict(1_767_225_599) == .untrusted)
        #expect(try await verdict(1_767_225_600) == .valid)
        #expect(try await verdict(1_780_000_000) == .valid)
        #expect(try await verdict(1_780_272_000) == .valid)
        #expect(try await verdict(1_780_272_001) == .untrusted)
        let wrong = try TestKeys.trust(options: "namespaces=\"\(SignatureNames.approvalNamespace)\"")
        #expect(try await verify(archive, fileName: "full.zip", trust: wrong).verdict == .untrusted)
        let other = try TestKeys.trust(TestKeys.other)
        let report = try await verify(archive, fileName: "full.zip", trust: other)
        #expect(report.verdict == .untrusted)
        #expect(report.keyFingerprint == nil)
        #expect(report.verdict.exitStatus == 12)
    }

    @Test("every broken file and every failed check is listed, not the first alone")
    func everythingIsListed() async throws {
        var bundle = try EditableBundle(try await TestBundles.full.value)
        try bundle.replace("Completed", by: "Confirmed", in: BundlePath.deployments)
        try bundle.set(["successfulDeployments"], to: .integer(28), in: BundlePath.metrics)
        try bundle.replace("Do not trust", by: "Do trust", in: BundlePath.verifyText)
        try bundle.remove(BundlePath.metricTable)
        try bundle.remove(BundlePath.schema("rules"))
        bundle.write("x", to: "data/one.txt")
        bundle.write("x", to: "data/two.txt")
        let report = try await verify(try bundle.packed(), fileName: "full.zip")
        #expect(report.verdicts == [.tampered, .incomplete])
        for path in [BundlePath.deployments, BundlePath.metrics, BundlePath.verifyText] {
            #expect(report.detail("payload-manifest").contains("\(path) has SHA-256"), "\(path)")
        }
        for path in [BundlePath.metricTable, BundlePath.schema("rules")] {
            #expect(report.detail("files-present").contains("\(path) is missing"), "\(path)")
            #expect(report.detail("payload-manifest-files").contains(path), "\(path)")
        }
        for path in ["data/one.txt", "data/two.txt"] { #expect(report.detail("file-set").contains(path), "\(path)") }
        let expected = [
            "files-present", "file-set", "payload-manifest", "payload-manifest-files", "table data/deployments.csv",
            "metrics", "fixed-texts", "bag-info",
        ]
        #expect(Set(report.failures) == Set(expected), "\(report.faults)")
    }

    @Test("a file that cannot be inflated hides nothing that is wrong elsewhere")
    func brokenFileHidesNothing() async throws {
        for path in [BundlePath.report, BundlePath.transitions, BundlePath.rejected, BundlePath.workbook] {
            var bundle = try EditableBundle(try await TestBundles.full.value)
            try bundle.set(["successfulDeployments"], to: .integer(28), in: BundlePath.metrics)
            var archive = try bundle.packed()
            let zip = try ZipArchive(bytes: archive)
            let entry = try #require(zip.entries.first { $0.name == "full/\(path)" })
            archive[Int(entry.dataOffset) + Int(entry.compressedSize) / 2] ^= 0x10
            let report = try await verify(archive, fileName: "full.zip")
            #expect(report.detail("files-readable").contains(path), "\(path): \(report.faults)")
            #expect(report.failures.contains("metrics"), "\(path) broken: \(report.faults)")
        }
    }
}
