package import BundleVerifier
package import StrictJSON

/// A line of what a verification prints, kept as a value until it is written.
///
/// What decides a colour or a summary is read from the value, never from the text.
package enum VerificationLine: Sendable {
    /// The file that the next lines are about.
    case file(String)
    /// Why an argument could not be read.
    case unread(String)
    /// What a reader should know, and what makes nothing less valid.
    case warning(String)
    /// The verdict on a bundle, the key and the scope.
    case seal(VerificationReport)
    /// The findings on the records of a bundle.
    case records(errors: Int, warnings: Int)
    /// A break that the bundle's ledger declares.
    case declaredBreak(String)
    /// Why a period was sealed though a source did not cover it.
    case uncovered(String)
    case check(VerificationReport.Check)
    case passedChecks(Int, failed: Int, notJudged: Int)
    /// What no check compares.
    case notCompared([String])
    /// A version of before 1.0 made the bundle.
    case development(version: String)
    /// The verdict on an archive.
    case archive(path: String, VerificationReport.Verdict)
    case archiveCounts(ArchiveCounts)
    /// What an archive is, and what it holds: a word and its value.
    case archiveFact(String, String)
    /// What is wrong with an archive as a whole.
    case archiveProblem(String)
    /// A result for programs, in place of all other lines.
    case object(JSONValue)
}

/// How many bundles of an archive were expected, found and valid.
package struct ArchiveCounts: Sendable, Equatable {
    /// The number in the signed checkpoint; nil if there is none that can be trusted.
    package var expected: Int?
    package var found: Int
    /// Bundles that a signed tombstone stands for.
    package var removed: Int
    /// Bundles that were verified completely in this run, and those of them that are valid.
    package var verified: Int
    package var valid: Int
    /// Bundles that were valid in an earlier run and were not verified again.
    package var validEarlier: Int

    package init(expected: Int?, found: Int, removed: Int, verified: Int, valid: Int, validEarlier: Int) {
        self.expected = expected
        self.found = found
        self.removed = removed
        self.verified = verified
        self.valid = valid
        self.validEarlier = validEarlier
    }

    /// Bundles of which only the signature and the position in the series were checked.
    package var partlyChecked: Int { found - verified - validEarlier }
}

extension VerificationLine {
    /// How what a line says turned out.
    package enum Outcome: Sendable { case good, bad, notChecked }

    /// The outcome; nil for a line that states facts alone.
    package var outcome: Outcome? {
        switch self {
        case .seal(let report) where report.verdict == .valid: report.depth == .head ? .notChecked : .good
        case .seal: .bad
        case .check(let check):
            switch check.status {
            case .passed: nil
            case .failed: .bad
            case .skipped, .notJudged: .notChecked
            }
        case .archiveProblem, .unread: .bad
        case .warning: .notChecked
        case .file, .records, .declaredBreak, .uncovered, .passedChecks, .notCompared, .development, .archive,
            .archiveCounts, .archiveFact, .object:
            nil
        }
    }
}
