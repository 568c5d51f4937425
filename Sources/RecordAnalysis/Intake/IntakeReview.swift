import AuditModel
import BundleFormat
import RecordContent
import RecordIngest
package import RecordIntake
import StrictJSON

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
            for note in batch.notes { named.insert(ExactString(note.deploymentID)) }
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
                for rejection in batch.rejections {
                    add(rejection, locate(rejection.position), keepsRaw: keepsRaw, tally: &tally)
                }
                for note in batch.notes {
                    tally.add(
                        Finding(
                            note.code, deploymentID: note.deploymentID, transitionID: note.transitionID,
                            actual: note.actual, position: locate(note.position)))
                }
            }
            addUnknownMembers(source, number, tally: &tally)
            for finding in claims(source, number) { tally.add(finding) }
        }
        for finding in missingPages(sources) { tally.add(finding) }
    }

    private static func add(
        _ rejection: Rejection, _ position: SourcePosition, keepsRaw: Bool, tally: inout some IntakeNotes
    ) {
        tally.reject(
            RejectedRecord(
                code: rejection.problem.code, reason: rejection.problem.reason, position: position,
                sha256: rejection.sha256, byteCount: rejection.byteCount,
                rawBase64: keepsRaw ? Base64.encode(rejection.raw) : nil, deploymentID: rejection.deploymentID))
        tally.add(
            Finding(
                rejection.problem.code, deploymentID: rejection.deploymentID, actual: rejection.problem.reason,
                position: position))
    }

    private static func addUnknownMembers(_ source: LoadedSource, _ number: Int, tally: inout some IntakeNotes) {
        var members: [ExactString: (count: Int, first: SourcePosition)] = [:]
        for (batch, firstLine) in zip(source.batches, source.firstLines) {
            for (name, seen) in batch.unknownMembers {
                let position = SourcePosition(
                    source: number, line: firstLine + seen.first.line, offset: seen.first.offset)
                let known = members[ExactString(name)] ?? (0, position)
                members[ExactString(name)] = (known.count + seen.count, min(known.first, position))
            }
        }
        for (name, seen) in members {
            tally.add(
                Finding(.unknownMember, actual: "\"\(name.text)\" in \(seen.count) records", position: seen.first))
        }
    }

    /// Whether a source says itself that it failed, or holds more than came with it.
    package static func isIncomplete(_ source: LoadedSource) -> Bool {
        claims(source, 0).contains { $0.code == .sourceIncomplete }
    }

    /// What an envelope claims against what was counted.
    private static func claims(_ source: LoadedSource, _ number: Int) -> [Finding] {
        let claims = source.summary.claims
        let position = SourcePosition(source: number, line: 1, offset: 0)
        var findings: [Finding] = []
        if claims["isCached"] == "true" { findings.append(Finding(.sourceCached, position: position)) }
        if claims["success"] == "false" {
            findings.append(
                Finding(.sourceIncomplete, expected: "success", actual: "success: false", position: position))
        }
        if let count = claims["recordCount"].flatMap(Int.init) {
            let found = distinctDeployments(source)
            if found != count {
                findings.append(
                    Finding(
                        .sourceIncomplete, expected: "recordCount \(count)", actual: "\(found) deployments",
                        position: position))
            }
        }
        return findings
    }

    private static func distinctDeployments(_ source: LoadedSource) -> Int {
        if let count = source.spilledDeployments { return count }
        var identifiers: Set<[UInt8]> = []
        for batch in source.batches {
            for entry in batch.deployments { identifiers.insert(Array(batch.arena.bytes[entry.deploymentID.range])) }
            for entry in batch.transitions { identifiers.insert(Array(batch.arena.bytes[entry.deploymentID.range])) }
        }
        return identifiers.count
    }

    /// Pages that other pages say exist, and totals that the pages at hand do not reach.
    private static func missingPages(_ sources: [LoadedSource]) -> [Finding] {
        var groups: [String: [(number: Int, page: Int, found: Int)]] = [:]
        for (number, source) in sources.enumerated() {
            let claims = source.summary.claims
            guard let total = claims["totalCount"], let page = claims["page"].flatMap(Int.init) else { continue }
            let key = [total, claims["totalPages"] ?? "", claims["pageSize"] ?? ""].joined(separator: "/")
            groups[key, default: []].append((number, page, distinctDeployments(source)))
        }
        return groups.compactMap { key, pages in
            let claims = key.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
            return missing(pages, total: claims[0], pageCount: claims[1])
        }
    }

    private static func missing(
        _ pages: [(number: Int, page: Int, found: Int)], total: Int?, pageCount: Int?
    ) -> Finding? {
        let present = Set(pages.map(\.page))
        let found = Dictionary(pages.map { ($0.page, $0.found) }) { max($0, $1) }.values.reduce(0, +)
        guard present.count < pageCount ?? 0 || found < total ?? 0, let first = pages.map(\.number).min() else {
            return nil
        }
        return Finding(
            .sourceIncomplete, expected: "\(pageCount ?? 0) pages with \(total ?? 0) deployments",
            actual: "\(present.count) pages with \(found)",
            position: SourcePosition(source: first, line: 1, offset: 0))
    }
}
