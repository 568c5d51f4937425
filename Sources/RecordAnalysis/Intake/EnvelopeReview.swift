import AuditModel
import RecordContent
import RecordIngest
import RecordIntake
import StrictJSON

/// What envelopes say of themselves, held against what came with them.
enum EnvelopeReview {
    /// What each envelope of a source says: that it failed, that it is old, that it is simulated, how much it holds.
    static func findings(_ source: LoadedSource, _ number: Int) -> [Finding] {
        var findings: [Finding] = []
        for (envelope, position) in located(source, number) {
            if envelope.isCached { findings.append(Finding(.sourceCached, position: position)) }
            if let failure = envelope.failure {
                findings.append(
                    Finding(
                        .sourceIncomplete, expected: "a request that succeeded", actual: failure, position: position))
            }
            for flaw in envelope.flaws {
                findings.append(
                    Finding(.sourceIncomplete, expected: flaw.expected, actual: flaw.actual, position: position))
            }
            if let value = envelope.simulation {
                findings.append(Finding(.simulatedEvidence, actual: value, position: position))
            }
        }
        return findings + wrongCounts(source, number)
    }

    /// Counts that are not those of the deployments that came.
    private static func wrongCounts(_ source: LoadedSource, _ number: Int) -> [Finding] {
        guard source.countsDeployments else { return [] }
        let found = source.spilledDeployments[[number]] ?? LoadedSource.distinctDeployments(of: [0], in: [source])
        guard let expected = StatedCounts(source.envelopes.map(\.envelope)).contradicted(by: found) else { return [] }
        let actual = "\(found) deployment\(found == 1 ? "" : "s")"
        let position = SourcePosition(source: number, line: 1, offset: 0)
        return [Finding(.sourceIncomplete, expected: expected, actual: actual, position: position)]
    }

    /// The listings that envelopes of sources are pages of.
    static func listings(_ sources: [LoadedSource]) -> ListingReview {
        ListingReview(sources.enumerated().flatMap { number, source in located(source, number) })
    }

    private static func located(
        _ source: LoadedSource, _ number: Int
    ) -> [(envelope: EnvelopeClaims, position: SourcePosition)] {
        source.envelopes.map { envelope, firstLine in
            (
                envelope,
                SourcePosition(
                    source: number, line: firstLine + envelope.position.line, offset: envelope.position.offset)
            )
        }
    }

    /// Pages and deployments that listings lack, and full pages behind which there may be more.
    static func listingFindings(_ sources: [LoadedSource]) -> [Finding] {
        let review = listings(sources)
        return review.missing { LoadedSource.distinctDeployments(of: $0, in: sources) } + review.fullPages
    }

    /// Sources with a page of a listing that is known to be not whole.
    static func incompleteSources(_ sources: [LoadedSource]) -> Set<Int> { listings(sources).incompleteSources }

    /// Whether a source is known to lack deployments, whatever other sources bring.
    static func lacksDeployments(_ source: LoadedSource, _ number: Int) -> Bool {
        // Here it is the only source: those of a group are itself.
        listings([source]).lacksDeployments { _ in
            source.spilledDeployments[[number]] ?? LoadedSource.distinctDeployments(of: [0], in: [source])
        }
    }
}

extension LoadedSource {
    /// What its envelopes say, each with the first line of its batch.
    var envelopes: [(envelope: EnvelopeClaims, firstLine: Int)] {
        zip(batches, firstLines).flatMap { batch, line in batch.envelopes.map { ($0, line) } }
    }

    /// How many different deployments the sources of a group have records of.
    static func distinctDeployments(of group: [Int], in sources: [LoadedSource]) -> Int {
        if let first = group.first, let count = sources[first].spilledDeployments[group] { return count }
        return group.reduce(into: Set<[UInt8]>()) { $0.formUnion(sources[$1].deployments) }.count
    }

    /// Identifiers of the deployments that it has records of.
    private var deployments: Set<[UInt8]> {
        var identifiers: Set<[UInt8]> = []
        for batch in batches {
            for entry in batch.deployments { identifiers.insert(Array(batch.arena.bytes[entry.deploymentID.range])) }
            for entry in batch.transitions { identifiers.insert(Array(batch.arena.bytes[entry.deploymentID.range])) }
        }
        return identifiers
    }

    /// What tells its deployments apart, if it is one page of a listing: the first bytes of their digests, in order.
    package var listedDeployments: [String] {
        guard isListed else { return [] }
        let pages = envelopes.map(\.envelope.marks)
        // What stands beside a page in its source is not of its listing.
        if pages.allSatisfy({ $0 != nil }) {
            return pages.reduce(into: Set()) { $0.formUnion($1 ?? []) }.map(\.text).sorted()
        }
        guard spilledListing.isEmpty else { return spilledListing }
        return deployments.map(LoadedSource.listedName).sorted()
    }

    /// Whether it is one page of a listing.
    var isListed: Bool { envelopes.contains { $0.envelope.totalCount != nil } }

    /// What tells a deployment apart from others in a listing.
    static func listedName(_ identifier: [UInt8]) -> String {
        DeploymentMark(identifier.span, 0..<identifier.count).text
    }
}
