import AuditModel
import BundleFormat
import RecordAnalysis
import RecordIngest
import RecordIntake
import RecordStore

/// What an ingest has to say beside its records: one that accepts no record is stored for it.
enum IngestNews {
    /// What is said of a record, wherever it stands: said before, it is nothing new.
    private struct Remark: Hashable {
        var deploymentID: String?
        var transitionID: String?
        var expected: String?
        var actual: String?

        init(_ finding: Finding) {
            let plain = UnlistedFindings(finding)?.removed(from: finding) ?? finding
            deploymentID = plain.deploymentID
            transitionID = plain.transitionID
            expected = plain.expected
            actual = plain.actual
            guard plain.code == .unreadList, let actual = plain.actual else { return }
            // In how many records the member stood, the last three words, is no news.
            self.actual = actual.split(separator: " ", omittingEmptySubsequences: false).dropLast(3).joined(
                separator: " ")
        }
    }

    /// Whether sources without a new record have something to say that the ledger does not know.
    ///
    /// A file says it of itself, in a finding or by metrics that it states: that is new, since the file is. What is found of
    /// records that are all known is new unless it was found before.
    static func isAny(_ tally: Tally, _ sources: [LoadedSource], beside reader: LedgerReader) throws -> Bool {
        // Metrics are compared with the records when a bundle is made.
        if sources.contains(where: { $0.summary.claims[MetricsClaims.answers] != nil }) { return true }
        var remarks: [FindingCode: Set<Remark>] = [:]
        for finding in findings(tally) {
            guard finding.deploymentID != nil || finding.code == .unreadList else { return true }
            remarks[finding.code, default: []].insert(Remark(finding))
        }
        for (code, found) in remarks where try !isTold(found, code, by: reader) { return true }
        return false
    }

    /// The findings that are no outcome of a record: those go with records that are kept, or were kept before.
    private static func findings(_ tally: Tally) -> [Finding] {
        let all = tally.findings.sorted()
        let rejected = tally.rejected(at: Set(all.filter(\.code.isOfRejection).compactMap(\.position)))
        return all.filter { finding in
            finding.severity > .info && !finding.code.isOfConflict
                && !(finding.position.map(rejected.contains) ?? false && finding.code.isOfRejection)
        }
    }

    /// Whether the ledger holds all of some findings of a code.
    private static func isTold(_ remarks: Set<Remark>, _ code: FindingCode, by reader: LedgerReader) throws -> Bool {
        var untold = remarks
        try reader.forEachFinding(holding: "\"\(code.rawValue)\"") { body in
            guard let finding = FindingTable.decode(body), finding.code == code else { return true }
            // Among those that were counted and not listed may be any.
            if UnlistedFindings(finding) != nil { untold = [] }
            untold.remove(Remark(finding))
            return !untold.isEmpty
        }
        return untold.isEmpty
    }
}

extension FindingCode {
    /// Whether a record is rejected with it.
    var isOfRejection: Bool {
        [.malformedRecord, .unknownStatus, .invalidIdentifier, .unreadMember].contains(self)
    }

    /// Whether two records contradict each other by it.
    var isOfConflict: Bool { self == .conflictingRecord || self == .conflictingDeployment }
}
