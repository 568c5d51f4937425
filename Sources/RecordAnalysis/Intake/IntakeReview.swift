import AuditModel
import BundleFormat
import RecordContent
import RecordIngest
import StrictJSON

/// What sources and single records say about how they arrived.
package enum IntakeReview {
    /// Adds the findings and rejected records of all sources to the tally.
    package static func add(_ sources: [LoadedSource], keepsRaw: Bool, to tally: inout Tally) {
        for (number, source) in sources.enumerated() {
            for (batch, firstLine) in zip(source.batches, source.firstLines) {
                let locate = { (position: RecordPosition) in
                    SourcePosition(source: number, line: firstLine + position.line, offset: position.offset)
                }
                for rejection in batch.rejections {
                    add(rejection, locate(rejection.position), keepsRaw: keepsRaw, tally: &tally)
                }
                for note in batch.notes {
                    tally.findings.add(
                        Finding(
                            note.code, deploymentID: note.deploymentID, transitionID: note.transitionID,
                            actual: note.actual, position: locate(note.position)))
                }
            }
            addMembers(\.unknownMembers, .unknownMember, of: source, number: number, tally: &tally)
            addMembers(\.unreadLists, .unreadList, of: source, number: number, tally: &tally)
            for finding in EnvelopeReview.findings(source, number) { tally.findings.add(finding) }
        }
        for finding in EnvelopeReview.missingPages(sources) { tally.findings.add(finding) }
    }

    private static func add(
        _ rejection: Rejection, _ position: SourcePosition, keepsRaw: Bool, tally: inout Tally
    ) {
        tally.sources[position.source].rejected += 1
        tally.rejections.append(
            RejectedRecord(
                code: rejection.problem.code, reason: rejection.problem.reason, position: position,
                sha256: rejection.sha256, byteCount: rejection.byteCount,
                rawBase64: keepsRaw ? Base64.encode(rejection.raw) : nil, deploymentID: rejection.deploymentID))
        tally.findings.add(
            Finding(
                rejection.problem.code, deploymentID: rejection.deploymentID, actual: rejection.problem.reason,
                position: position))
    }

    /// One finding for each source and name of a member.
    private static func addMembers(
        _ counts: KeyPath<RecordBatch, [String: (count: Int, first: RecordPosition)]>, _ code: FindingCode,
        of source: LoadedSource, number: Int, tally: inout Tally
    ) {
        var members: [ExactString: (count: Int, first: SourcePosition)] = [:]
        for (batch, firstLine) in zip(source.batches, source.firstLines) {
            for (name, seen) in batch[keyPath: counts] {
                let position = SourcePosition(
                    source: number, line: firstLine + seen.first.line, offset: seen.first.offset)
                let known = members[ExactString(name)] ?? (0, position)
                members[ExactString(name)] = (known.count + seen.count, min(known.first, position))
            }
        }
        for (name, seen) in members {
            let records = seen.count == 1 ? "1 record" : "\(seen.count) records"
            tally.findings.add(Finding(code, actual: "\"\(name.text)\" in \(records)", position: seen.first))
        }
    }

    /// Whether a source says itself that it failed or holds more than came with it, or was not read as a whole.
    package static func isIncomplete(_ source: LoadedSource) -> Bool {
        EnvelopeReview.findings(source, 0).contains { $0.code == .sourceIncomplete }
            || EnvelopeReview.lacksDeployments(source)
            || source.batches.contains { $0.rejections.contains { $0.problem.code == .unreadMember } }
    }
}
