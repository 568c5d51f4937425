import AuditModel
import CSVRows
import RecordContent
import StrictJSON

/// Rows of CSV, and records that a ledger holds.
extension RecordCollector {
    /// Collects one CSV row that was written as an object of transition members and one of deployment members.
    mutating func collectRow(_ row: CSVRow, at position: RecordPosition) {
        guard collectRowTransition(row, at: position) else { return }
        guard !row.deployment.isEmpty, row.deployment != lastRowMembers else { return }
        lastRowMembers = row.deployment
        guard let read = readDeployment(row.deployment) else { return }
        batch.deployments.append(
            IngestedDeployment(
                facts: read.facts, deploymentID: read.deploymentID, position: position, isRow: true,
                deploymentHash: batch.arena.hash(read.deploymentID),
                rawDigest: keepDigest(row.raw.span, 0..<row.raw.count)))
    }

    /// Collects the transition of a row; false if the row was rejected.
    private mutating func collectRowTransition(_ row: CSVRow, at position: RecordPosition) -> Bool {
        let raw = row.raw.span
        guard row.deployment.count <= FormatLimits.rowColumnBytes else {
            let problem = RecordProblem(.malformedRecord, "columns of the deployment over 256 KiB, the limit")
            reject(raw, 0..<raw.count, at: position, for: problem)
            return false
        }
        let span = row.transition.span
        let before = batch.rejections.count
        do throws(JSONError) {
            try parser.parseDocument(span, 0..<span.count)
        } catch {
            reject(raw, 0..<raw.count, at: position, for: RecordProblem(.malformedRecord, error.reason))
            return false
        }
        collectTransition(0, in: span, parent: nil, at: position)
        guard batch.rejections.count > before, let rejection = batch.rejections.popLast() else {
            // The row is what was received; the object was written here.
            let digest = keepDigest(raw, 0..<raw.count)
            batch.transitions[batch.transitions.count - 1].rawDigest = digest
            return true
        }
        reject(
            Rejection(
                problem: rejection.problem, position: position, of: raw, in: 0..<raw.count,
                deploymentID: row.namesAnother ? nil : rejection.deploymentID))
        return false
    }

    private mutating func readDeployment(_ object: [UInt8]) -> RecordReader.Read<DeploymentRecordFacts>? {
        guard (try? parser.parseDocument(object.span, 0..<object.count)) != nil else { return nil }
        return try? reader.deployment(0, parser.tape, in: object.span, into: &batch.arena)
    }

    /// Collects a transition that a ledger holds, by its canonical content; `position` says where it stands there.
    ///
    /// Returns false if the content is not that of a transition.
    package mutating func collectStored(
        transition text: [UInt8], asReceived: [UInt8]?, at position: RecordPosition
    ) -> Bool {
        reader.hasOneNumberForm = false
        guard (try? parser.parseDocument(text.span, 0..<text.count)) != nil else { return false }
        let before = batch.transitions.count
        collectTransition(0, in: text.span, parent: nil, at: position)
        guard batch.transitions.count > before else { return false }
        if let asReceived { batch.transitions[before].transition.timestampAsReceived = batch.arena.keep(asReceived) }
        return true
    }

    /// Collects a deployment record, or the columns of CSV rows, that a ledger holds.
    ///
    /// Returns false if the content is not that of such a record.
    package mutating func collectStored(deployment text: [UInt8], isRow: Bool, at position: RecordPosition) -> Bool {
        reader.hasOneNumberForm = false
        guard let read = readDeployment(text) else { return false }
        batch.deployments.append(
            IngestedDeployment(
                facts: read.facts, deploymentID: read.deploymentID, position: position, isRow: isRow,
                deploymentHash: batch.arena.hash(read.deploymentID)))
        return true
    }
}
