import AuditModel
import RecordContent
import StrictJSON

/// The service's status of a job, `GET /api/v1/tokens/deploy/{jobId}/status`, and the list of a user's jobs.
///
/// A job is a deployment: its identifier is the deployment's, its status is the current one. `success`, `timestamp` and
/// `correlationId` are those of the response, not of the deployment.
extension RecordCollector {
    private static let envelopeMembers: [StaticString] = ["success", "timestamp", "correlationId"]

    mutating func collectJob(
        _ object: Int, in bytes: Span<UInt8>, shape: ObjectShape, at position: RecordPosition, layout: MemberLayout
    ) {
        collectJobRecord(object, in: bytes, at: position, hasCurrentStatus: layout.currentStatus != nil)
        guard let history = shape.history else {
            batch.shapes.insert("records")
            return
        }
        batch.shapes.insert("audit-trail")
        collectHistory(
            history, of: object, parent: shape.deploymentID(parser.tape, in: bytes), in: bytes, at: position)
    }

    /// Reads the job's own members under the names that a deployment has for them.
    private mutating func collectJobRecord(
        _ object: Int, in bytes: Span<UInt8>, at position: RecordPosition, hasCurrentStatus: Bool
    ) {
        let range = parser.tape.tokens[object].range
        let text = deploymentText(object, in: bytes, hasCurrentStatus: hasCurrentStatus)
        // The tape at hand is needed for the history.
        var inner = RecordCollector.recordParser()
        do throws(JSONError) {
            try inner.parseDocument(text.span, 0..<text.count)
        } catch {
            return reject(bytes, range, at: position, for: RecordProblem(.malformedRecord, error.reason))
        }
        reader.notes.reset()
        do throws(RecordProblem) {
            let read = try reader.deployment(0, inner.tape, in: text.span, into: &batch.arena)
            batch.deployments.append(
                IngestedDeployment(
                    facts: read.facts, deploymentID: read.deploymentID, position: position, isRow: false,
                    deploymentHash: batch.arena.hash(read.deploymentID), rawDigest: keepDigest(bytes, range)))
            keepNotes(read.deploymentID, .none, in: text.span, at: position)
        } catch {
            reject(bytes, range, at: position, for: error)
        }
    }

    /// The job as the text of a deployment, without its history.
    private mutating func deploymentText(_ object: Int, in bytes: Span<UInt8>, hasCurrentStatus: Bool) -> [UInt8] {
        let tape = parser.tape
        var text = [UInt8(ascii: "{")]
        tape.forEachMember(of: object) { key, value in
            func isNamed(_ name: StaticString) -> Bool { tape.isName(key, name, in: bytes) }
            // What could hold more than a claim stays with the record, which tells of it.
            if RecordCollector.envelopeMembers.contains(where: { tape.isName(key, $0, in: bytes) }),
                !RecordCollector.couldHoldRecords(tape.tokens[value], in: bytes)
            {
                return keepClaim(tape.tokens[key].inner, tape.tokens[value], in: bytes)
            }
            // A history that is no array holds nothing that could be read: it stays, and is told.
            let isHistory = isNamed("statusHistory") && [.array, .null].contains(tape.tokens[value].kind)
            guard !isHistory, !(isNamed("deploymentId") && tape.tokens[value].kind == .null) else { return }
            if text.count > 1 { text.append(UInt8(ascii: ",")) }
            if isNamed("jobId") {
                text += Array("\"deploymentId\"".utf8)
            } else if isNamed("status"), !hasCurrentStatus {
                text += Array("\"currentStatus\"".utf8)
            } else {
                text.append(bytes, tape.tokens[key].range)
            }
            text.append(UInt8(ascii: ":"))
            text.append(bytes, tape.tokens[value].range)
        }
        text.append(UInt8(ascii: "}"))
        return text
    }
}
