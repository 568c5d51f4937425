import AuditModel
import BundleFormat
import FileSystem
import LedgerFiles
import LedgerReading
import MerkleTree
import RecordAnalysis
import RecordContent
import RecordIngest
import RecordIntake
import RecordStore
import StrictJSON

/// A source that a ledger has read.
struct KnownSource {
    var run: Int
    /// Its number among all sources of the ledger, from 1.
    var number: Int
    /// What was noted of it, under the name that it has now.
    var summary: SourceSummary
    /// Whether its file is blank, which what was noted does not tell.
    var isBlank = false
}

/// Tells, before they are parsed, which inputs a ledger has read already.
package enum KnownSources {
    /// How many inputs a ledger has not read yet.
    package static func countFresh(_ inputs: [String], in path: String) throws -> Int {
        try LedgerFailure.translating(path) { try split(inputs, LedgerFile(path, .read)).fresh.count }
    }

    /// Only an input as long as a source of the ledger is digested first.
    static func split(
        _ inputs: [String], _ ledger: LedgerFile
    ) throws -> (known: [KnownSource], fresh: [String]) {
        var known: [KnownSource] = []
        var fresh: [String] = []
        var runs: Set<Int> = []
        for path in inputs {
            let size = FileStatus.size(ofRegularFile: path) ?? 0
            if size > 0, try ledger.read({ try $0.hasSource(bytes: size) }) {
                let input = try InputFile(path)
                let digest = MerkleDigest(hexadecimal: try input.digestRest())
                if let digest, var source = try find(digest, bytes: input.size, in: ledger) {
                    source.summary.name = input.name
                    source.isBlank = try source.summary.read == 0 && isBlank(path)
                    known.append(source)
                    runs.insert(source.run)
                    continue
                }
            }
            fresh.append(path)
        }
        try ledger.read { try $0.requireRows(ofRuns: runs) }
        return (known, fresh)
    }

    private static func isBlank(_ path: String) throws -> Bool {
        let reader = SourceReader(refill: try InputFile(path).read)
        _ = try reader.next()
        return reader.isBlank
    }

    /// What the ledger noted of the source with a digest; nil if it has not read it.
    ///
    /// The columns by which a source is found are in no digest of the log, what was noted is: a file that has never been read
    /// is not left out for an edited column.
    static func find(_ digest: MerkleDigest, bytes: Int, in ledger: LedgerFile) throws -> KnownSource? {
        guard let found = try ledger.read({ try $0.source(bytes: bytes, sha256: digest) }) else { return nil }
        guard let value = try? JSONValue(parsing: found.body), let summary = IntakeFiles.source(value),
            summary.sha256 == digest.hexadecimal, summary.size == bytes
        else {
            throw LedgerError(.broken, "run \(found.run): a row of table source has another digest than its body")
        }
        return KnownSource(run: found.run, number: found.number, summary: summary)
    }

    /// By SHA-256, why sources that were read before were not whole, as the findings on them say: an answer that failed has no
    /// record whose rejection tells it, and a record with a member that was not read counts.
    ///
    /// The rows of their runs have been compared with the log.
    static func shortfalls(_ known: [KnownSource], _ ledger: LedgerFile) throws -> [String: [String]] {
        let summaries = Dictionary(known.map { ($0.number, $0.summary) }) { first, _ in first }
        var reasons: [String: [String]] = [:]
        for source in known where source.isBlank {
            reasons[source.summary.sha256] = [IntakeReview.blankReason(bytes: source.summary.size)]
        }
        for run in Set(known.map(\.run)).sorted() {
            for code in [FindingCode.sourceIncomplete, .unreadMember, .unreadableMember] {
                for body in try ledger.read({ try $0.findings(ofRun: run, holding: code.rawValue) }) {
                    guard let finding = FindingTable.decode(body), finding.code == code,
                        let position = finding.position, let summary = summaries[position.source + 1],
                        reasons[summary.sha256]?.count ?? 0 < shownReasons, let reason = reason(finding, summary)
                    else { continue }
                    reasons[summary.sha256, default: []].append(reason)
                }
            }
        }
        return reasons
    }

    /// Reasons that are given of one source.
    private static let shownReasons = 5

    /// Why a source was not whole by a finding on it; nil if it says no such thing of that source alone.
    private static func reason(_ finding: Finding, _ summary: SourceSummary) -> String? {
        let expected = finding.expected ?? ""
        let actual = finding.actual ?? ""
        switch finding.code {
        case .sourceIncomplete:
            guard isOfOneSource(finding, summary) else { return nil }
            return "it says itself that it failed, or holds more than came: expected \(expected), found \(actual)"
        case .unreadableMember where !UnreadableMember.leftUnread(expected: expected, actual: actual): return nil
        default: return "line \(finding.position?.line ?? 1): expected \(expected), found \(actual)"
        }
    }

    /// Whether a finding is on a source alone, and on no listing whose other pages may come.
    private static func isOfOneSource(_ finding: Finding, _ summary: SourceSummary) -> Bool {
        guard let page = ListingPage(summary.claims), page.isPart else { return true }
        return !SettledListings.concerns(finding)
    }
}
