package import AuditModel
package import BundleFormat
package import RecordContent
import StrictJSON

/// Intake findings that follow from the records of a bundle, which it has to list (docs/bundle-format.md, 10 and 13).
///
/// A bundle lists at least these: a record that came twice, or contradicts another one, has findings of its own. Memory is
/// some bytes for each.
package struct RequiredFindings: Sendable {
    /// What follows from records beside their content.
    package struct Rule: Sendable {
        /// Transitions of later times are a finding; nil if the bundle does not say what time it was.
        package var futureAfter: Timestamp?
        /// Whether records may have come with earlier bundles, so that they have to be told apart.
        package var hasEarlierRecords = false

        package init() {}

        package init(_ description: DescriptionClaims) {
            hasEarlierRecords = description.series.value??.logStart ?? 0 > 0
            guard let asOf = description.asOf.value, let kind = description.kind.value else { return }
            futureAfter = AsOfRelations.futureAfter(asOf.time, from: asOf.source, kind: kind)
        }
    }

    private struct Entry {
        /// What the finding has to name.
        var name: Int
        /// ``LogRecord/contentHash``, if records may have come earlier.
        var record: Int
        var row: Int32
    }

    /// What findings have to name, in order, each once, how often it has to be named yet, and the first row that asks for it.
    private struct Names {
        var names: [Int] = []
        var missing: [Int32] = []
        var rows: [Int32] = []

        func place(of name: Int) -> Int? {
            var range = names.indices
            while range.count > 1 {
                let middle = range.lowerBound + range.count / 2
                range = names[middle] <= name ? middle..<range.upperBound : range.lowerBound..<middle
            }
            return range.first.flatMap { names[$0] == name ? $0 : nil }
        }
    }

    private var entries: [FindingCode: [Entry]] = [:]
    private var names: [FindingCode: Names] = [:]
    /// Findings that say nothing of whom they are: those that are not listed, and those that a filter withholds.
    private var unnamed: [FindingCode: Int] = [:]

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    // MARK: Records

    /// Adds what follows from the records of a deployment.
    package mutating func add(_ noted: [NotedRecord], of dossier: Dossier, row: Int, by rule: Rule) {
        for record in noted {
            let own = record.transition.map { dossier.transitions[$0] }
            let id = own.flatMap { $0.hasOwnID ? $0.id : nil }
            for code in record.codes { add(code, id, content: record.content, of: dossier, row: row, by: rule) }
        }
        guard let futureAfter = rule.futureAfter else { return }
        for transition in dossier.transitions where transition.time > futureAfter {
            add(.timestampInFuture, transition.id, content: transition.content, of: dossier, row: row, by: rule)
        }
    }

    private mutating func add(
        _ code: FindingCode, _ transitionID: ByteSlice?, content: ByteSlice, of dossier: Dossier, row: Int,
        by rule: Rule
    ) {
        let id = dossier.bytes[dossier.id.range]
        var record = 0
        if rule.hasEarlierRecords {
            let digest = ContentDigest.hexadecimal(ContentDigest.sha256(dossier.bytes.span, content.range))
            record = LogRecord.contentHash(id, sha256: digest)
        }
        let name = RequiredFindings.name(id, transitionID.map { dossier.bytes[$0.range] })
        entries[code, default: []].append(Entry(name: name, record: record, row: Int32(clamping: row)))
    }

    private static func name(_ deploymentID: some Collection<UInt8>, _ transitionID: (some Collection<UInt8>)?) -> Int {
        var hasher = Hasher()
        for byte in deploymentID { hasher.combine(byte) }
        hasher.combine(transitionID == nil)
        if let transitionID { for byte in transitionID { hasher.combine(byte) } }
        return hasher.finalize()
    }

    package mutating func merge(_ other: RequiredFindings) {
        for (code, added) in other.entries { entries[code, default: []] += added }
    }

    /// Leaves out the records that `forEach` hands over by ``LogRecord/contentHash``: other bundles tell of them.
    package mutating func leaveOut(_ forEach: ((Int) -> Void) -> Void) {
        var earlier: Set<Int> = []
        let known = Set(entries.values.joined().map(\.record))
        forEach { if known.contains($0) { earlier.insert($0) } }
        for code in entries.keys { entries[code]?.removeAll { earlier.contains($0.record) } }
    }

    // MARK: Findings

    /// Ends adding records: from now on findings are taken.
    package mutating func settle() {
        for (code, all) in entries {
            var own = Names()
            for entry in all.sorted(by: { ($0.name, $0.row) < ($1.name, $1.row) }) {
                if own.names.last == entry.name {
                    own.missing[own.missing.count - 1] += 1
                } else {
                    own.names.append(entry.name)
                    own.missing.append(1)
                    own.rows.append(entry.row)
                }
            }
            names[code] = own
        }
        entries = [:]
    }

    /// Takes a finding that the bundle lists.
    package mutating func take(_ finding: Finding, isFiltered: Bool) {
        guard names[finding.code] != nil else { return }
        if isFiltered, finding.isWithheld { unnamed[finding.code, default: 0] += 1 }
        unnamed[finding.code, default: 0] += UnlistedFindings(finding)?.count ?? 0
        // A finding on a rejected member says nothing of what was expected (``IntakeMatching/concerns(_:)``).
        guard let id = finding.deploymentID, finding.code != .unreadMember || finding.expected != nil else { return }
        let name = RequiredFindings.name(id.utf8, finding.transitionID.map(\.utf8))
        guard let place = names[finding.code]?.place(of: name) else { return }
        names[finding.code]?.missing[place] -= 1
    }

    /// The findings that are missing, by code.
    ///
    /// From a ledger a filtered bundle does not count findings that are not listed, so of codes below an error nothing can be said.
    package func problems(hasLedger: Bool, isFiltered: Bool) -> [String] {
        var problems: [String] = []
        for (code, own) in names.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            if hasLedger, isFiltered, code.severity != .error { continue }
            let missing = own.missing.reduce(0) { $0 + Int(max($1, 0)) } - (unnamed[code] ?? 0)
            guard missing > 0 else { continue }
            let row: Int32 = zip(own.missing, own.rows).lazy.filter { $0.0 > 0 }.map { $0.1 }.min() ?? 0
            problems.append(
                "records of the trail ask for \(missing) more findings \(code.rawValue) than there are, the first in row "
                    + "\(row)")
        }
        return problems
    }
}
