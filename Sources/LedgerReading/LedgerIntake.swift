package import AuditModel
package import BundleFormat
import RecordAnalysis
import RecordContent
import RecordIngest
package import RecordIntake
import RecordStore
import StrictJSON

/// How the records of some runs came to a ledger: what a bundle's intake files say.
package struct LedgerIntake: Intake {
    package var sums = IntakeSums()
    package var sources: [SourceSummary] = []
    package var findings: [Finding] = []
    package var rejections: [RejectedRecord] = []
    /// Contradicting records.
    package var conflicts: [ConflictRecord] = []

    package var claims: [[String: String]] { sources.map(\.claims) }

    /// What runs that ended between two sizes of the log tell; sources are numbered from 0 again.
    init(_ reader: LedgerReader, from: Int, to: Int) throws {
        try reader.requireRuns(from: from, to: to)
        if from == 0, try reader.lastRun()?.size == to { try reader.requireKinds() }
        let first = try reader.sources(before: from)
        let stored = try reader.intake(from: from, to: to)
        sources = try stored.sources.map { try Self.decoded($0, "source") { IntakeFiles.source($0) } }
        for body in stored.findings {
            guard let finding = FindingTable.decode(body) else { throw Self.broken("finding") }
            findings.append(finding)
        }
        if findings.contains(where: SettledListings.concerns) {
            let listings = try SettledListings(reader, size: to)
            findings.removeAll(where: listings.isSettled)
        }
        for index in findings.indices { findings[index].position?.source -= first }
        var standing = StandingTransitions(reader, size: to)
        for index in findings.indices where findings[index].code == .timestampInFuture {
            findings[index].transitionID = try standing.identifier(findings[index])
        }
        for body in stored.kept {
            if let rejected = RejectedRecord(body) {
                rejections.append(rejected.moved(by: -first))
            } else {
                conflicts.append(try Self.decoded(body, "quarantine") { ConflictRecord($0) }.moved(by: -first))
            }
        }
        rejections.sort { ($0.position, $0.sha256) < ($1.position, $1.sha256) }
        conflicts = conflicts.enumerated().sorted { left, right in
            let own = (left.element.deploymentID, left.element.transitionID ?? "", left.offset)
            return own < (right.element.deploymentID, right.element.transitionID ?? "", right.offset)
        }.map(\.element)
        try count(reader, from, to: to)
    }

    private mutating func count(_ reader: LedgerReader, _ from: Int, to: Int) throws {
        for source in sources { sums.add(source) }
        let accepted = try reader.accepted(from: from, to: to)
        sums.acceptedTransitions = accepted.transitions
        sums.acceptedDeploymentRecords = accepted.records
    }

    private static func decoded<Value>(
        _ body: [UInt8], _ table: String, read: (JSONValue) -> Value?
    ) throws -> Value {
        guard let value = try? JSONValue(parsing: body), let result = read(value) else { throw broken(table) }
        return result
    }

    private static func broken(_ table: String) -> LedgerError {
        LedgerError(.broken, "a row of table \(table) is not in form")
    }

    /// The deployments that it names, each once, in order of their bytes.
    package var namedDeployments: [ExactString] {
        var named: Set<ExactString> = []
        let all: [[String?]] = [
            findings.map(\.deploymentID), rejections.map(\.deploymentID), conflicts.map(\.deploymentID),
        ]
        for id in all.joined() { if let id { named.insert(ExactString(id)) } }
        return named.sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
    }

    package func summary(of outcomes: RecordOutcomes, noting further: [Finding]) -> IntakeSummary {
        var shown = outcomes.emptyIntake
        for record in rejections { shown.add(record) }
        for conflict in conflicts { shown.add(conflict) }
        for finding in findings { shown.add(listed: finding) }
        for finding in further { shown.add(finding) }
        return IntakeSummary(sums: sums, sources: sources, shown: shown)
    }
}

/// What stands now for the transitions that findings name: what was found of a superseded one is true of that.
private struct StandingTransitions {
    private let reader: LedgerReader
    private let size: Int
    /// By deployment, for each superseded transition the identifier of the one that stands for it.
    private var known: [String: [String: String]] = [:]

    init(_ reader: LedgerReader, size: Int) {
        self.reader = reader
        self.size = size
    }

    /// The identifier of the transition that stands for the one that a finding names.
    mutating func identifier(_ finding: Finding) throws -> String? {
        guard let deploymentID = finding.deploymentID, let own = finding.transitionID else {
            return finding.transitionID
        }
        let superseded = try known[deploymentID] ?? superseded(Array(deploymentID.utf8))
        known[deploymentID] = superseded
        return superseded[own] ?? own
    }

    private func superseded(_ deploymentID: [UInt8]) throws -> [String: String] {
        guard let number = try reader.deployment(deploymentID) else { return [:] }
        let records = try HeldRecords.set(of: reader.records(of: number, size: size))
        var assembler = DossierAssembler(records: records, period: nil, detail: .times, conflicts: .firstArrival)
        var tally = Tally(sources: records.sourceCount)
        assembler.assemble(0, &tally)
        var superseded: [String: String] = [:]
        for (held, id) in assembler.superseded {
            let batch = records.batches[Int(held.batch)]
            let content = batch.transitions[Int(held.index)].transition.content
            let digest = ContentDigest.hexadecimal(ContentDigest.sha256(batch.arena.bytes.span, content.range))
            superseded[digest] = assembler.dossier.bytes.text(id)
        }
        return superseded
    }
}

extension RejectedRecord {
    /// Reads an element of `rejected.json` back; nil if it is none of a rejected record.
    init?(_ element: [UInt8]) {
        guard let value = try? JSONValue(parsing: element) else { return nil }
        self.init(value)
    }

    /// The same, of a source with another number.
    func moved(by sources: Int) -> RejectedRecord {
        var moved = self
        moved.position.source += sources
        return moved
    }
}
