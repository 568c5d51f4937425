package import AuditModel
import BundleFormat
package import RecordIntake
import RecordSpill

/// What has to be known before rows are made: which deployments are in the bundle, and what spans deployments.
package struct Survey: Sendable {
    /// The deployments in the bundle; the index is the row.
    package var included: [UInt32] = []
    /// The latest time in any history, of the deployments in the bundle.
    var latest: Timestamp?
    /// Transitions of the deployments in the bundle from the period's beginning on.
    package var transitionsInPeriod = 0
    /// Identifiers of transitions that stand under more than one deployment of the bundle.
    var reused: Set<[UInt8]> = []
    /// What became of all records; nil when everything is in the bundle, so that making the rows tells it.
    package var outcomes: RecordOutcomes?
    /// Values that filters can take, with the number of deployments.
    var known = KnownValues()

    private init() {}

    /// Where each deployment of the set went, as raw values; empty when everything is in the bundle.
    package var destinations: [UInt8] = []

    /// The number of each part's first deployment, in the parts that rows are made of.
    var starts = [0]

    /// Deployments in one piece of work.
    static let pieceSize = 2048

    /// Looks at all records, part by part; the parts that come back begin with whole ranges of rows.
    ///
    /// `named` are the deployments that the intake names, in order. `countsAll` counts outcomes here whatever is selected: records of
    /// a ledger that are outside the parts are counted separately.
    package static func run(
        _ parts: RecordParts, _ options: AnalysisOptions, sources: Int, named: [ExactString], countsAll: Bool = false
    ) async throws -> (survey: Survey, parts: RecordParts, deployments: Int) {
        var survey = Survey(options.selection, sources: sources, countsAll: countsAll)
        var shared = try parts.sharedIdentifiers(options.memory)
        var firsts = [Int]()
        var boundaries = [[UInt8]]()
        var starts = [Int]()
        var deployments = 0
        var suspects = [Int]()
        var named = named[...]
        var loader = PartLoader(parts)
        while let (part, records) = try await loader.load(&shared, firstDeployment: deployments) {
            let own = try await Survey.part(records, options, sources: sources, countsAll: countsAll)
            let row = survey.included.count
            let aligned = (row + RangeAnalyzer.rangeSize - 1) / RangeAnalyzer.rangeSize * RangeAnalyzer.rangeSize
            if part > 0, aligned < row + own.included.count {
                let local = Int(own.included[aligned - row])
                boundaries.append(records.identifier(local))
                starts.append(deployments + local)
            }
            let included = own.included(of: &named, in: records)
            survey.outcomes?.showAlso(included)
            survey.append(own, firstDeployment: deployments)
            firsts.append(deployments)
            deployments += records.count
            suspects = records.suspects
            if parts.isSpilled { options.memory?.returnFreed() }
        }
        if let shared { suspects = try await shared.suspects(threads: options.threads) }
        try await survey.findReused(parts, firsts, suspects: suspects, selection: options.selection)
        survey.starts = [0] + starts
        return (survey, parts.cut(at: boundaries), deployments)
    }

    private init(_ selection: Selection, sources: Int, countsAll: Bool) {
        let isPartial = selection.isFiltered || selection.period != nil || countsAll
        outcomes = isPartial ? RecordOutcomes(sources: sources, showing: IntakeScope(selection)) : nil
    }

    private static func part(
        _ records: RecordSet, _ options: AnalysisOptions, sources: Int, countsAll: Bool
    ) async throws -> Survey {
        let selection = options.selection
        var survey = Survey(selection, sources: sources, countsAll: countsAll)
        let isPartial = survey.outcomes != nil
        let pieces = (records.count + pieceSize - 1) / pieceSize
        try await OrderedTasks.run(count: pieces, limit: options.threads) { piece in
            let range = piece * pieceSize..<min((piece + 1) * pieceSize, records.count)
            return isPartial
                ? Survey.part(records, selection, range: range, sources: sources, futureAfter: options.futureAfter)
                : Survey.whole(records, range)
        } take: { _, part in
            survey.append(part, firstDeployment: 0)
        }
        return survey
    }

    /// Everything is in the bundle; of the histories only those are built that may hold the latest time.
    private static func whole(_ records: RecordSet, _ range: Range<Int>) -> Survey {
        var survey = Survey()
        survey.included = range.map(UInt32.init)
        var assembler = DossierAssembler(records: records, period: nil, detail: .times)
        var ignored = Tally(sources: records.sourceCount)
        var history = History()
        let latest = records.groups.latest
        for deployment in range.sorted(by: { latest[$0] > latest[$1] }) {
            if let known = survey.latest, latest[deployment] <= known { break }
            assembler.assemble(deployment, &ignored)
            history.build(&assembler.dossier)
            survey.noteLatest(assembler.dossier, history)
        }
        return survey
    }

    private static func part(
        _ records: RecordSet, _ selection: Selection, range: Range<Int>, sources: Int, futureAfter: Timestamp?
    ) -> Survey {
        var survey = Survey()
        var outcomes = RecordOutcomes(sources: sources, showing: IntakeScope(selection))
        let filters = selection.filters.filter { $0 != .status }
        var assembler = DossierAssembler(
            records: records, period: selection.period, detail: .members, futureAfter: futureAfter)
        var history = History()
        for deployment in range {
            assembler.assemble(deployment, &outcomes.tally)
            history.build(&assembler.dossier)
            let destination = selection.destination(of: assembler.dossier, history, earliest: assembler.earliest)
            outcomes.count(assembler.dossier, destination, after: assembler.countsAfter)
            survey.destinations.append(UInt8(destination.rawValue))
            survey.known.count(assembler.dossier, filters, of: selection)
            guard destination == .inBundle else { continue }
            survey.included.append(UInt32(deployment))
            survey.noteLatest(assembler.dossier, history)
            let start = selection.period?.from
            survey.transitionsInPeriod += assembler.dossier.transitions.count { $0.time >= start ?? $0.time }
        }
        survey.outcomes = outcomes
        return survey
    }

    private mutating func noteLatest(_ dossier: Dossier, _ history: History) {
        guard history.last >= 0 else { return }
        let time = dossier.transitions[history.last].time
        latest = max(latest ?? time, time)
    }

    /// Appends what was found out about later deployments, which are counted from `firstDeployment` here.
    private mutating func append(_ other: Survey, firstDeployment: Int) {
        if firstDeployment == 0 {
            included += other.included
        } else {
            included += other.included.lazy.map { $0 + UInt32(firstDeployment) }
        }
        destinations += other.destinations
        transitionsInPeriod += other.transitionsInPeriod
        if let part = other.outcomes { outcomes?.merge(part) }
        known.merge(other.known)
        if let time = other.latest { latest = max(latest ?? time, time) }
    }

    /// The first row whose deployment has at least a number.
    func row(_ number: Int) -> Int {
        var low = 0
        var high = included.count
        while low < high {
            let middle = (low + high) / 2
            if included[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func isIncluded(_ deployment: Int) -> Bool {
        let row = row(deployment)
        return row < included.count && included[row] == deployment
    }

    /// Of deployments that are named, in order, those in the bundle; they are looked for up to the last one of a set.
    private func included(of named: inout ArraySlice<ExactString>, in records: RecordSet) -> [ExactString] {
        guard records.count > 0, !named.isEmpty else { return [] }
        let last = records.identifier(records.count - 1)
        var found: [ExactString] = []
        while let next = named.first, !last.lexicographicallyPrecedes(next.text.utf8) {
            if includes(Array(next.text.utf8), in: records) { found.append(next) }
            named.removeFirst()
        }
        return found
    }

    /// Whether a deployment of a set that was surveyed is in the bundle; those of the set are counted from `firstDeployment`.
    package func includes(_ deploymentID: [UInt8], in records: RecordSet, firstDeployment: Int = 0) -> Bool {
        var low = 0
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records.identifier(middle).lexicographicallyPrecedes(deploymentID) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < records.count && records.identifier(low) == deploymentID && isIncluded(firstDeployment + low)
    }

    /// Equal hashes only made suspects; the identifiers of accepted transitions decide.
    ///
    /// `firsts` are the numbers of the parts' first deployments; of the parts only those with suspects are loaded.
    private mutating func findReused(
        _ parts: RecordParts, _ firsts: [Int], suspects: [Int], selection: Selection
    ) async throws {
        guard !suspects.isEmpty else { return }
        var holder: [[UInt8]: Int] = [:]
        var next: Int = 0
        for (part, first) in firsts.enumerated() {
            let end = part + 1 < firsts.count ? firsts[part + 1] : .max
            let own = suspects[next...].prefix { $0 < end }
            next += own.count
            guard !own.isEmpty else { continue }
            let records = try await parts.load(part)
            var assembler = DossierAssembler(records: records, period: selection.period, detail: .times)
            var ignored = Tally(sources: records.sourceCount)
            for deployment in own where isIncluded(deployment) {
                assembler.assemble(deployment - first, &ignored)
                for transition in assembler.dossier.transitions where transition.hasOwnID {
                    let identifier = Array(assembler.dossier.bytes[transition.id.range])
                    if holder.updateValue(deployment, forKey: identifier) != nil { reused.insert(identifier) }
                }
            }
        }
    }
}

/// Which values of the filters stand in the records, and others that do, for near matches of those that do not.
struct KnownValues: Sendable {
    /// By filter, the numbers of its values that match a record.
    private(set) var matched: [SelectionFilter: Set<Int>] = [:]
    private(set) var samples: [SelectionFilter: Set<ExactString>] = [:]
    /// Enough for a near match, small enough to be held.
    private static let maximum = 10_000

    mutating func count(_ dossier: Dossier, _ filters: [SelectionFilter], of selection: Selection) {
        for filter in filters {
            _ = dossier.contains(filter) { found in
                note(found, filter, wanted: selection[filter])
                return false
            }
        }
    }

    private mutating func note(_ found: ArraySlice<UInt8>, _ filter: SelectionFilter, wanted: [String]) {
        for (number, value) in wanted.enumerated() where filter.matches(value, found) {
            matched[filter, default: []].insert(number)
        }
        guard samples[filter, default: []].count < KnownValues.maximum else { return }
        samples[filter, default: []].insert(ExactString(String(decoding: found, as: UTF8.self)))
    }

    mutating func merge(_ other: KnownValues) {
        matched.merge(other.matched) { $0.union($1) }
        samples.merge(other.samples) { $0.union($1) }
    }
}
