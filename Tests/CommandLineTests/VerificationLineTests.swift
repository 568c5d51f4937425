import Testing
import VerificationAnswers

@testable import BundleVerifier
@testable import CommandLineInterface

@Suite("Lines of a verification")
struct VerificationLineTests {
    private static func report(_ verdict: VerificationReport.Verdict) -> VerificationReport {
        var report = VerificationReport()
        report.verdict = verdict
        report.verdicts = [verdict]
        report.scope = "full"
        return report
    }

    private static func check(_ status: VerificationReport.Check.Status, _ detail: String) -> VerificationLine {
        .check(VerificationReport.Check(name: "manifest", status: status, detail: detail))
    }

    @Test("a line has the colour of its outcome", arguments: VerificationReport.Verdict.allCases)
    func seal(_ verdict: VerificationReport.Verdict) {
        let line = VerificationLine.seal(Self.report(verdict))
        let color = verdict == .valid ? "32" : "31"
        #expect(Console(usesColor: true).painted(line) == "\u{1B}[\(color)m\(line.text)\u{1B}[0m")
        #expect(Console(usesColor: false).painted(line) == line.text)
        #expect(line.text.hasPrefix(verdict == .valid ? "Seal: intact: valid" : "Seal: \(verdict.rawValue)"))
    }

    @Test("failed and skipped checks are coloured, others are not")
    func checks() {
        let console = Console(usesColor: true)
        #expect(console.painted(Self.check(.failed, "x")) == "\u{1B}[31m  failed: manifest: x\u{1B}[0m")
        #expect(console.painted(Self.check(.skipped, "x")) == "\u{1B}[33m  skipped: manifest: x\u{1B}[0m")
        #expect(console.painted(Self.check(.passed, "x")) == "  passed: manifest: x")
        #expect(console.painted(.archiveProblem("x")) == "\u{1B}[31m  failed: x\u{1B}[0m")
    }

    @Test("text from outside that reads like a verdict gets no colour")
    func foreignText() {
        let console = Console(usesColor: true)
        #expect(console.painted(.file("Seal: intact: valid")) == "Seal: intact: valid")
        #expect(console.painted(.file("  failed")) == "  failed")
        #expect(console.painted(Self.check(.passed, "\u{1B}[31mred")) == "  passed: manifest: \\u{1B}[31mred")
        #expect(console.painted(.archive(path: "Seal:", .valid)) == "Archive Seal:: valid")
    }

    @Test("numbers agree with their nouns")
    func counts() {
        var counts = ArchiveCounts(expected: 1, found: 1, removed: 1, verified: 1, valid: 1, validEarlier: 0)
        #expect(
            VerificationLine.archiveCounts(counts).text == "  expected 1 bundle, found 1 and 1 tombstone, 1 of 1 valid")
        counts = ArchiveCounts(expected: nil, found: 9, removed: 0, verified: 2, valid: 1, validEarlier: 3)
        #expect(
            VerificationLine.archiveCounts(counts).text
                == "  expected an unknown number of bundles, found 9, 1 of 2 valid, 3 valid in an earlier run, "
                + "4 checked only for signature and position")
        #expect(VerificationLine.records(errors: 1, warnings: 0).text == "Records: 1 error, 0 warnings")
    }
}
