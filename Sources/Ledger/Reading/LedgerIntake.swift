import AuditModel
import BundleFormat
import RecordAnalysis
import RecordStore
import StrictJSON

/// How the records of some runs came to a ledger: what a bundle's intake files say.
struct LedgerIntake: Intake {
    var sums = IntakeSums()
    var sources: [SourceSummary] = []
    var findings: [Finding] = []
    var rejections: [RejectedRecord] = []
    /// Contradicting records, as `rejected.json` has them.
    var conflicts: [[UInt8]] = []

    var claims: [[String: String]] { sources.map(\.claims) }

    /// What runs that ended between two sizes of the log tell; sources are numbered from 0 again.
    init(_ reader: LedgerReader, from: Int, to: Int) throws {
        let first = try reader.sources(before: from)
        let stored = try reader.intake(from: from, to: to)
        sources = try stored.sources.map { try Self.decoded($0, "source") { IntakeFiles.source($0) } }
        for body in stored.findings {
            guard var finding = FindingTable.decode(body) else { throw Self.broken("finding") }
            finding.position?.source -= first
            findings.append(finding)
        }
        var others: [(id: String, transition: String, element: [UInt8])] = []
        for body in stored.kept {
            if let rejected = RejectedRecord(body) {
                rejections.append(rejected.moved(by: -first))
            } else {
                others.append(try Self.conflict(body, first))
            }
        }
        rejections.sort { ($0.position, $0.sha256) < ($1.position, $1.sha256) }
        conflicts = others.enumerated().sorted {
            ($0.element.id, $0.element.transition, $0.offset) < ($1.element.id, $1.element.transition, $1.offset)
        }.map(\.element.element)
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

    private static func conflict(
        _ body: [UInt8], _ first: Int
    ) throws -> (id: String, transition: String, element: [UInt8]) {
        try decoded(body, "quarantine") { value in
            guard var members = value.object, let id = value["deploymentId"]?.string else { return nil }
            let others = (value["others"]?.array ?? []).map { other -> JSONValue in
                guard var place = other.object, let source = other["source"]?.integer else { return other }
                place["source"] = .integer(source - Int64(first))
                return .object(place)
            }
            members["others"] = .array(others)
            return (id, value["transitionId"]?.string ?? "", JSONValue.object(members).bytes)
        }
    }

    func summary(of outcomes: RecordOutcomes) -> IntakeSummary {
        IntakeSummary(
            sums: sums, sources: sources, rejections: rejections, conflicts: conflicts, findings: findings,
            findingCounts: findings.reduce(into: [:]) {
                $0[$1.code, default: 0] += 1 + (UnlistedFindings($1)?.count ?? 0)
            })
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
