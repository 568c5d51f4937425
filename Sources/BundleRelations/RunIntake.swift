import AuditModel
package import BundleFormat
import Crypto
import MerkleTree

/// What the runs and decisions of a log say of the records that were rejected or contradict others, beside `rejected.json`.
///
/// Each row of quarantine is an element of `rejected.json`. A run numbers first what contradicts, then what it rejected.
package struct RunIntake: Sendable {
    /// A run, and the sources that it read.
    private struct Run {
        var run: LogEntry.Run
        var index: Int
        var sources: Range<Int>
        var rejected = 0
        var conflicts = 0
    }

    private struct Dispute: Hashable {
        var deploymentID: [UInt8]
        var transitionID: [UInt8]?

        init(_ deploymentID: String, _ transitionID: String?) {
            self.deploymentID = Array(deploymentID.utf8)
            self.transitionID = transitionID.map { Array($0.utf8) }
        }
    }

    private var runs: [Run] = []
    /// By source, its run; empty if it is not known which run read which source.
    private var places: [Int] = []
    /// Whether all runs that have something in quarantine kept bytes, or none did; nil if some did.
    private let keepsEverywhere: Bool?
    private var decisions: [(decision: LogEntry.Decision, index: Int)] = []
    /// Of each dispute that a decision settles, the runs of what contradicts.
    private var contradicting: [Dispute: [Int]] = [:]

    /// The digest of a run that put nothing into quarantine.
    private static let nothing = MerkleDigest(SHA256().finalize()).hexadecimal

    /// - Parameters:
    ///   - entries: the runs and decisions of the log, in order.
    ///   - sources: those of the bundle; nil if they are not known, or a filter withholds them.
    ///   - isWhole: whether the entries are those from the log's beginning on.
    package init(_ entries: [(index: Int, entry: LogEntry)], sources: [SourceSummary]?, isWhole: Bool) {
        var read = RunSources(sources)
        var isMapped = sources != nil
        for (index, entry) in entries {
            switch entry.kind {
            case .run(let run):
                let first = read.next
                isMapped = isMapped && read.end(run.sources)
                runs.append(Run(run: run, index: index, sources: first..<read.next))
            case .decision(let decision): if isWhole { decisions.append((decision, index)) }
            case .key, .request, .seal, .recovery: break
            }
        }
        let kept = Set(runs.filter { $0.run.quarantine != RunIntake.nothing }.map(\.run.keepsBytes))
        keepsEverywhere = kept.count == 1 ? kept.first : nil
        guard isMapped else { return }
        for (place, run) in runs.enumerated() { places += run.sources.map { _ in place } }
        for (decision, _) in decisions {
            contradicting[Dispute(decision.deploymentID, decision.transitionID)] = []
        }
    }

    /// Whether the run that read a source kept bytes of what it rejected; nil if that is not known.
    package func keepsBytes(ofSource number: Int) -> Bool? {
        places.indices.contains(number) ? runs[places[number]].run.keepsBytes : keepsEverywhere
    }

    package mutating func addRejected(source: Int) {
        guard places.indices.contains(source) else { return }
        runs[places[source]].rejected += 1
    }

    package mutating func add(_ conflict: ConflictRecord) {
        let dispute = Dispute(conflict.deploymentID, conflict.transitionID)
        for other in conflict.others where places.indices.contains(other.position.source) {
            let place = places[other.position.source]
            runs[place].conflicts += 1
            contradicting[dispute]?.append(place)
        }
    }

    /// What does not fit, once every element was added.
    package func problems() -> [String] {
        guard !places.isEmpty else { return [] }
        var problems: [String] = []
        for run in runs where (run.run.quarantine == RunIntake.nothing) != (run.rejected + run.conflicts == 0) {
            problems.append(
                "\(run.rejected + run.conflicts) records are of run \(run.run.number), whose quarantine is "
                    + (run.run.quarantine == RunIntake.nothing ? "empty" : "not empty"))
        }
        return problems + decisionProblems()
    }

    /// Deployments of which something contradicts a record that was decided on, and that no decision settled: it came later.
    package func undecided() -> Set<[UInt8]> {
        var open = contradicting.mapValues(\.count)
        for (decision, _) in decisions {
            open[Dispute(decision.deploymentID, decision.transitionID), default: 0] -= decision.settles.count
        }
        return Set(open.filter { $0.value > 0 }.map(\.key.deploymentID))
    }

    /// A decision settles everything that contradicts one record and that none settled before.
    private func decisionProblems() -> [String] {
        var ranges: [Range<Int>] = []
        var last = 0
        for run in runs {
            ranges.append(last + 1..<last + 1 + run.conflicts)
            last += run.conflicts + run.rejected
        }
        var settled: [Dispute: [Int]] = [:]
        return decisions.compactMap { decision, index in
            let dispute = Dispute(decision.deploymentID, decision.transitionID)
            var open = contradicting[dispute, default: []].filter { runs[$0].index < index }
            for run in settled[dispute, default: []] {
                if let place = open.firstIndex(of: run) { open.remove(at: place) }
            }
            let found = decision.settles.compactMap { number in ranges.firstIndex { $0.contains(number) } }
            settled[dispute, default: []] += found
            guard found.count != decision.settles.count || found != open.sorted() else { return nil }
            return "entry \(index) settles other numbers than those of what contradicts the record of "
                + "\(decision.transitionID ?? "deployment") \(decision.deploymentID)"
        }
    }
}
