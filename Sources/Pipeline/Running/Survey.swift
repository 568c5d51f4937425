import AuditModel
import BundleFormat

/// The first pass over all deployments: identity, selection and sums, without rendering anything.
struct Survey: Sendable {
    /// The deployments in the bundle; the index is the row.
    var included: [UInt32] = []
    var tally: Tally
    var reconciliation = Reconciliation()
    /// The latest time in any history, of the deployments in the bundle.
    var latest: Timestamp?
    /// Identifiers of transitions that stand under more than one deployment of the bundle.
    var reused: Set<[UInt8]> = []
    /// Deployments with at least one accepted record.
    var deployments = 0
    /// Values that filters can take, with the number of deployments.
    var known = KnownValues()

    /// Deployments in one piece of work.
    static let pieceSize = 2048

    private struct Part: Sendable {
        var survey: Survey
        var identifiers: [UInt64] = []
    }

    static func run(
        _ records: RecordSet, _ selection: Selection, sources: Int, futureAfter: Timestamp?, threads: Int
    ) async throws -> Survey {
        var survey = Survey(tally: Tally(sources: sources))
        var identifiers: [UInt64] = []
        let pieces = (records.count + pieceSize - 1) / pieceSize
        try await OrderedTasks.run(count: pieces, limit: threads) { piece in
            let range = piece * pieceSize..<min((piece + 1) * pieceSize, records.count)
            return Survey.part(records, selection, range, sources, futureAfter)
        } take: { _, part in
            survey.merge(part.survey)
            identifiers += part.identifiers
        }
        survey.findReused(identifiers, records, selection)
        return survey
    }

    private static func part(
        _ records: RecordSet, _ selection: Selection, _ range: Range<Int>, _ sources: Int, _ futureAfter: Timestamp?
    ) -> Part {
        var part = Part(survey: Survey(tally: Tally(sources: sources)))
        var assembler = DossierAssembler(records: records, period: selection.period, copiesContents: false)
        assembler.futureAfter = futureAfter
        assembler.mergesMembers = selection.isFiltered || selection.period != nil
        var history = History()
        for deployment in range {
            assembler.assemble(deployment, &part.survey.tally)
            history.build(&assembler.dossier)
            let place = selection.place(assembler.dossier, history, earliest: assembler.earliest)
            part.survey.count(assembler, history, place, deployment)
            guard place == .inBundle else { continue }
            for transition in assembler.dossier.transitions where transition.hasOwnID {
                part.identifiers.append(hash(assembler.dossier.bytes, transition.id))
            }
        }
        return part
    }

    private mutating func count(
        _ assembler: DossierAssembler, _ history: History, _ place: Selection.Place, _ deployment: Int
    ) {
        deployments += 1
        known.count(assembler.dossier)
        reconciliation.deploymentRecords[place.rawValue] += assembler.dossier.recordCount
        reconciliation.transitions[place.rawValue] += assembler.dossier.transitions.count
        reconciliation.transitions[Selection.Place.after.rawValue] += assembler.transitionsAfter
        guard place == .inBundle else { return }
        included.append(UInt32(deployment))
        if history.last >= 0 {
            let time = assembler.dossier.transitions[history.last].time
            latest = max(latest ?? time, time)
        }
    }

    private mutating func merge(_ other: Survey) {
        included += other.included
        tally.merge(other.tally)
        reconciliation.merge(other.reconciliation)
        deployments += other.deployments
        known.merge(other.known)
        if let time = other.latest { latest = max(latest ?? time, time) }
    }

    private static func hash(_ bytes: [UInt8], _ slice: ByteSlice) -> UInt64 {
        var hasher = Hasher()
        bytes.withUnsafeBytes { hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0[slice.range])) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// Equal hashes only make candidates; the identifiers themselves decide.
    private mutating func findReused(_ identifiers: [UInt64], _ records: RecordSet, _ selection: Selection) {
        let sorted = identifiers.sorted()
        var candidates: Set<UInt64> = []
        for (left, right) in zip(sorted, sorted.dropFirst()) where left == right { candidates.insert(left) }
        guard !candidates.isEmpty else { return }
        var seen: Set<[UInt8]> = []
        var assembler = DossierAssembler(records: records, period: selection.period, copiesContents: false)
        var ignored = Tally(sources: tally.sources.count)
        for deployment in included {
            assembler.assemble(Int(deployment), &ignored)
            for transition in assembler.dossier.transitions where transition.hasOwnID {
                guard candidates.contains(Survey.hash(assembler.dossier.bytes, transition.id)) else { continue }
                let identifier = Array(assembler.dossier.bytes[transition.id.range])
                if !seen.insert(identifier).inserted { reused.insert(identifier) }
            }
        }
    }
}

/// The values that stand in the records, for near matches of a filter that matches nothing.
struct KnownValues: Sendable {
    private(set) var networks: Set<ExactString> = []
    private(set) var tokenTypes: Set<ExactString> = []
    private(set) var deployers: Set<ExactString> = []
    /// Enough for a near match, small enough to be held.
    private static let maximum = 10_000

    mutating func count(_ dossier: Dossier) {
        add(dossier.members.network, dossier, &networks)
        add(dossier.members.tokenType, dossier, &tokenTypes)
        add(dossier.members.deployedBy, dossier, &deployers)
    }

    private func add(_ slice: ByteSlice, _ dossier: Dossier, _ values: inout Set<ExactString>) {
        guard !slice.isEmpty, values.count < KnownValues.maximum else { return }
        values.insert(ExactString(dossier.bytes.text(slice)))
    }

    mutating func merge(_ other: KnownValues) {
        networks.formUnion(other.networks)
        tokenTypes.formUnion(other.tokenTypes)
        deployers.formUnion(other.deployers)
    }
}
