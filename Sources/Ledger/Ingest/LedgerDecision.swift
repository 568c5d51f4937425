package import AuditModel
import BundleFormat
import FileSystem
import LedgerFiles
import LedgerReading
import MerkleTree
import RecordIngest
import RecordStore
package import Signing
import StrictJSON

/// Settles a disputed record by a decision that stands in the log.
package enum LedgerDecision {
    /// What is decided.
    package struct Options: Sendable {
        package var ledger = ""
        package var key: PrivateKey
        /// A number in quarantine that names the dispute.
        package var dispute = 0
        /// The number in quarantine of the record to accept; 0 for the one that is in the history.
        package var accept = 0
        package var reason = ""
        package var by = ""
        package var received: Timestamp
        /// Whether somebody said that it is right though it is long after the ledger was last written.
        package var isTimeConfirmed = false
        package var wait = 0

        package init(key: PrivateKey, received: Timestamp) {
            self.key = key
            self.received = received
        }
    }

    /// Enters a decision, and the record that it accepts.
    ///
    /// - Returns: the numbers in quarantine that are settled.
    /// - Throws: ``EnvironmentError``: `usage` for a number that is in no open dispute.
    package static func run(_ options: Options) throws -> [Int] {
        try LedgerFailure.translating(options.ledger) {
            let session = try LedgerSession(
                opening: options.ledger, key: options.key,
                time: SessionTime(now: options.received, isConfirmed: options.isTimeConfirmed), wait: options.wait)
            defer { session.end() }
            let decision = try session.ledger.read { try decide(options, received: session.received, $0) }
            try session.record(decision)
            return decision.settles
        }
    }

    /// A record in quarantine that contradicts one of the history.
    private struct Contender {
        var number: Int
        var isSettled: Bool
        var transitionID: String?
        var content: [UInt8]
        var kept: [UInt8]
    }

    private static func decide(
        _ options: Options, received: Timestamp, _ reader: LedgerReader
    ) throws -> DecisionEntry {
        guard let id = try reader.quarantinedDeployment(options.dispute) else {
            throw unknown(options.dispute, options.ledger)
        }
        // The record that is accepted comes from there.
        try reader.requireRows(ofRuns: reader.conflictRuns(of: id))
        let all = try contenders(id, reader)
        guard let dispute = all.first(where: { $0.number == options.dispute }) else {
            throw unknown(options.dispute, options.ledger)
        }
        let group = all.filter { $0.transitionID == dispute.transitionID && !$0.isSettled }
        guard group.contains(where: { $0.number == options.dispute }) else {
            throw EnvironmentError(.usage, "dispute \(options.dispute) is settled already")
        }
        let chosen = group.first { $0.number == options.accept }
        guard options.accept == 0 || chosen != nil else {
            throw EnvironmentError(
                .usage,
                "--accept \(options.accept) is not in the dispute, expected 0 or one of "
                    + group.map { "\($0.number)" }.joined(separator: ", "))
        }
        let content = chosen?.content ?? dispute.kept
        return DecisionEntry(
            deploymentID: String(decoding: id, as: UTF8.self), transitionID: dispute.transitionID,
            settles: group.map(\.number), replaces: try chosen.map { try replaced($0, id, reader: reader) } ?? [],
            accepted: ContentDigest.hexadecimal(of: content), reason: options.reason, by: options.by,
            received: received)
    }

    private static func unknown(_ number: Int, _ ledger: String) -> EnvironmentError {
        EnvironmentError(
            .usage, "quarantine \(number) is no contradicting record",
            hint: .command("cartulary", "ledger", "quarantine", "--ledger", .file(ledger)))
    }

    private static func contenders(_ id: [UInt8], _ reader: LedgerReader) throws -> [Contender] {
        try reader.conflicts(of: id).compactMap { entry in
            guard let value = try? JSONValue(parsing: entry.body),
                let content = value["others"]?.array?.first?["content"], let kept = value["kept"]
            else { return nil }
            return Contender(
                number: entry.number, isSettled: entry.isSettled, transitionID: value["transitionId"]?.string,
                content: content.bytes, kept: kept.bytes)
        }
    }

    /// The entries that contradict the chosen record and stand in the history now.
    private static func replaced(_ chosen: Contender, _ id: [UInt8], reader: LedgerReader) throws -> [Int] {
        guard let number = try reader.deployment(id), let own = try? JSONValue(parsing: chosen.content) else {
            return []
        }
        var replaced: [Int] = []
        let records = try reader.records(of: number)
        try HeldRecords.requireUnaltered(records, reader)
        for record in records {
            guard let value = try? JSONValue(parsing: record.content) else { continue }
            let contradicts =
                if let transition = chosen.transitionID {
                    record.kind == LogRecord.Kind.transition.rawValue && value["id"]?.string == transition
                } else {
                    record.kind != LogRecord.Kind.transition.rawValue
                        && ["tokenType", "network", "deployedBy", "createdAt"].contains { name in
                            value[name] != nil && own[name] != nil && value[name] != own[name]
                        }
                }
            if contradicts { replaced.append(record.index) }
        }
        return replaced
    }

    /// Appends the decision and, if it puts another record in the place of one, that record.
    static func append(_ decision: DecisionEntry, _ writer: LedgerWriter) throws {
        try writer.append(decision)
        guard !decision.replaces.isEmpty else { return }
        let id = Array(decision.deploymentID.utf8)
        guard let number = try writer.reader.deployment(id),
            let chosen = try contenders(id, writer.reader).first(where: {
                decision.settles.contains($0.number) && ContentDigest.hexadecimal(of: $0.content) == decision.accepted
            }), let digest = MerkleDigest(hexadecimal: decision.accepted)
        else { throw LedgerError(.broken, "the record that a decision accepts is not in quarantine") }
        let kind: LogRecord.Kind = decision.transitionID == nil ? .deployment : .transition
        var held = HeldRecords(batch: 0)
        let stored = LedgerReader.StoredRecord(
            index: writer.size, kind: kind.rawValue, content: chosen.content, asReceived: nil, sha256: digest.bytes,
            leaf: nil)
        // What it was read from is not kept of a contradicting record, so its content stands for that.
        guard let head = held.head(stored, kind, sha256: digest, received: decision.received) else {
            throw LedgerError(.broken, "the record that a decision accepts cannot be read")
        }
        let width = MerkleDigest.byteCount
        let record = LedgerWriter.Record(
            kind: kind.rawValue, leaf: head.leaf, sha256: 0..<width, asReceived: nil,
            content: width..<width + chosen.content.count)
        try writer.append(record, of: digest.bytes + chosen.content, deployment: number)
        try refresh(number, id, writer: writer)
    }

    /// Makes the caches of a deployment anew.
    private static func refresh(_ number: Int, _ id: [UInt8], writer: LedgerWriter) throws {
        let records = try HeldRecords.set(of: writer.reader.records(of: number))
        var states = DeploymentStates(records)
        _ = try writer.write(states.derive(0), id: id, number: number)
    }
}
