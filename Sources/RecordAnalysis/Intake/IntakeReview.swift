import AuditModel
import BundleFormat
import FileSystem
import RecordContent
import RecordIngest
package import RecordIntake

/// What sources and single records say about how they arrived.
package enum IntakeReview {
    /// Why the first rejected record was rejected; nil if none was.
    static func firstReason(_ sources: [LoadedSource]) -> String? {
        sources.lazy.flatMap(\.batches).flatMap(\.rejections).first?.problem.reason
    }

    /// The deployments that rejected records and notes of sources name, each once, in order of their bytes.
    static func namedDeployments(_ sources: [LoadedSource]) -> [ExactString] {
        var named: Set<ExactString> = []
        for batch in sources.lazy.flatMap(\.batches) {
            for rejection in batch.rejections { if let id = rejection.deploymentID { named.insert(ExactString(id)) } }
            for note in batch.notes { if let id = note.deploymentID { named.insert(ExactString(id)) } }
        }
        return named.sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
    }

    /// Adds the findings and rejected records of all sources.
    package static func add(_ sources: [LoadedSource], keepsRaw: Bool, to tally: inout some IntakeNotes) {
        for (number, source) in sources.enumerated() {
            for (batch, firstLine) in zip(source.batches, source.firstLines) {
                let locate = { (position: RecordPosition) in
                    SourcePosition(source: number, line: firstLine + position.line, offset: position.offset)
                }
                if !batch.rejections.isEmpty {
                    tally.reject(batch.rejections, source: number, firstLine: firstLine, keepsRaw: keepsRaw)
                }
                for note in batch.notes {
                    tally.add(
                        Finding(
                            note.code, deploymentID: note.deploymentID, transitionID: note.transitionID,
                            expected: note.expected, actual: note.actual, position: locate(note.position)))
                }
            }
            addMembers(\.unknownMembers, .unknownMember, of: source, number: number, tally: &tally)
            addMembers(\.unreadLists, .unreadList, of: source, number: number, tally: &tally)
            for finding in EnvelopeReview.findings(source, number) { tally.add(finding) }
        }
        for finding in EnvelopeReview.listingFindings(sources) { tally.add(finding) }
    }

    /// One finding for each source and name of a member.
    private static func addMembers(
        _ counts: KeyPath<RecordBatch, [String: (count: Int, first: RecordPosition)]>, _ code: FindingCode,
        of source: LoadedSource, number: Int, tally: inout some IntakeNotes
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
            let meant = SimilarName.meant(by: name.text)
            tally.add(Finding(code, expected: meant, actual: "\"\(name.text)\" in \(records)", position: seen.first))
        }
    }

    /// Reasons that are given of one source.
    private static let shownReasons = 5

    /// Why a source of some bytes that is blank was not read in full: a text has to say that there is nothing.
    package static func blankReason(bytes: Int) -> String {
        "it is empty: \(CountedNoun.text(bytes, "byte"))\(bytes == 0 ? "" : " without any text"), expected records, or an answer "
            + "that says there are none"
    }

    /// By number of the source, why not all of it was read: it is blank, failed or says another number than came, or records
    /// of it were rejected, now or in another source before.
    ///
    /// Of each source a few reasons, with what was expected and found.
    package static func shortfalls(_ sources: [LoadedSource], _ tally: Tally) -> [Int: [String]] {
        var reasons: [Int: [String]] = [:]
        func add(_ number: Int, _ reason: String) {
            if reasons[number, default: []].count < shownReasons { reasons[number, default: []].append(reason) }
        }
        let incomplete = EnvelopeReview.incompleteSources(sources)
        for (number, source) in sources.enumerated() {
            if source.isBlank { add(number, blankReason(bytes: source.summary.size)) }
            for finding in EnvelopeReview.findings(source, number) where finding.code == .sourceIncomplete {
                add(
                    number,
                    "it failed, or says another number of deployments than came: expected \(finding.expected ?? ""), found "
                        + "\(finding.actual ?? "")")
            }
            if incomplete.contains(number) || EnvelopeReview.lacksDeployments(source, number) {
                add(number, "it says itself that it holds more than came: expected all deployments that it has")
            }
            for (batch, firstLine) in zip(source.batches, source.firstLines) {
                for note in batch.notes where note.leavesUnread {
                    let line = firstLine + note.position.line
                    add(number, "line \(line): expected \(note.expected ?? ""), found \(note.actual ?? "")")
                }
            }
        }
        for record in tally.firstRejections(shownReasons)
        where tally.sources[record.position.source].rejected > 0 {
            add(record.position.source, "line \(record.position.line): \(record.reason)")
        }
        return reasons
    }
}
