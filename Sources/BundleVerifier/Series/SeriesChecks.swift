import AuditModel
import BundleFormat
import BundleReading
import BundleRelations
import MerkleTree
import Signing

/// What a bundle says of its ledger and of its position in a series.
struct SeriesChecks {
    let claims: BundleClaims
    let description: DescriptionClaims
    /// The trusted key that signed the bundle.
    let key: PublicKey?

    /// Adds the checks that a bundle of a ledger asks for; `totals` is what its trail gives.
    func add(_ totals: ContentChecks.Totals, to list: inout CheckList) {
        switch description.ledger {
        case .failure(let problem): list.skip("checkpoint", because: problem.reason)
        case .success(let part?): addCheckpoint(part, &list)
        case .success(nil): break
        }
        do throws(FormProblem) {
            guard let sealed = try description.sealedClaims() else { return }
            switch claims.series() {
            case .failure(let problem): list.add("series", problem: problem)
            case .success(let file): addSeries(sealed, file, to: &list)
            }
            var log = LogChecks(claims, description, sealed: sealed)
            log.add(totals, to: &list)
            if sealed.series.revision > 0 { CorrectionCheck(claims, description).add(to: &list) }
        } catch {
            for name in ["series", "log"] { list.skip(name, because: error.reason) }
        }
    }

    private func addCheckpoint(_ part: LedgerPart, _ list: inout CheckList) {
        guard let key else {
            return list.leaveOut("checkpoint", because: "no trusted key signed the bundle")
        }
        var problems: [String] = []
        let note = try? SignedNote(parsing: Array(part.checkpoint.utf8))
        let checkpoint = note.flatMap { try? Checkpoint(text: $0.text) }
        if checkpoint?.origin != part.origin || checkpoint?.size != UInt64(part.size)
            || checkpoint?.root != MerkleDigest(hexadecimal: part.root)?.bytes
        {
            problems.append("the checkpoint is not that of the log that bundle.json names")
        }
        if !(note?.isSigned(by: key, name: part.origin) ?? false) {
            problems.append("the checkpoint is not signed by the bundle's key")
        }
        // Nobody judges what others sign here, nor may it look as if somebody did.
        if let note, note.signatures.count != 1 || note.bytes != Array(part.checkpoint.utf8) {
            problems.append(
                "the checkpoint has \(note.signatures.count) lines of signatures, expected the signer's alone")
        }
        list.add(
            "checkpoint", passed: "\(part.origin) at \(part.size) entries, signed by the bundle's key",
            problems: problems)
    }

    private func addSeries(_ sealed: SealedClaims, _ file: SeriesFile, to list: inout CheckList) {
        let series = sealed.series
        let positions = file.positions
        var problems: [String] = []
        if file.archive != series.archive || file.basis != sealed.basis || file.filters != sealed.filters {
            problems.append("\(BundlePath.series) is of another archive, basis or filters than bundle.json")
        }
        if positions.count != series.sequence - 1 || positions.enumerated().contains(where: { $1.sequence != $0 + 1 }) {
            problems.append(
                "the earlier positions are \(SeriesChecks.list(positions)), expected 1 to \(series.sequence - 1)")
        }
        if series.sequence == 1, series.logStart != 0 {
            problems.append("the first position does not begin with the log")
        }
        let others = positions.filter {
            !SeriesName.isName(of: $0, archive: series.archive, isFiltered: sealed.isFiltered)
        }
        if !others.isEmpty {
            problems.append(
                "the earlier positions \(SeriesChecks.list(others)) do not have the name of archive, period and revision"
            )
        }
        if series.previous != positions.last { problems.append("the previous position is not the last of the list") }
        if let problem = SeriesName.problem(sealed) { problems.append(problem) }
        problems += PeriodChain(sealed).problems(behind: positions)
        list.add(
            "series",
            passed: "position \(series.sequence) of \"\(series.archive)\", \(positions.count) earlier ones; "
                + "that these exist is not checked here", problems: problems)
    }

    /// The first numbers of positions, and how many more there are.
    private static func list(_ positions: [SeriesPosition]) -> String {
        let shown = positions.prefix(CheckList.listedProblems).map { "\($0.sequence)" }.joined(separator: ", ")
        let more = positions.count - CheckList.listedProblems
        return "[\(shown)\(more > 0 ? " and \(more) more" : "")]"
    }
}

/// The periods of a series up to a bundle: they touch, revisions follow each other, and the next period is the one behind
/// the last.
private struct PeriodChain {
    private let series: SeriesPart
    private let own: SeriesPosition
    private var latest: [Timestamp: SeriesPosition] = [:]
    private var end: Timestamp?
    private var problems: [String] = []

    init(_ sealed: SealedClaims) {
        series = sealed.series
        own = sealed.position(digest: "")
    }

    func problems(behind positions: [SeriesPosition]) -> [String] {
        var chain = self
        for position in positions + [own] { chain.append(position) }
        let last = chain.latest.values.max { $0.from < $1.from } ?? own
        let next = Period(from: last.from, to: last.to).following
        if series.next.from != next.from || series.next.to != next.to || series.next.due < next.to {
            chain.problems.append("the next period is not the one behind the last")
        }
        return chain.problems
    }

    private mutating func append(_ position: SeriesPosition) {
        let isOwn = position.sequence == own.sequence
        if let known = latest[position.from], known.to == position.to {
            if position.revision != known.revision + 1 {
                problems.append("position \(position.sequence) skips a revision")
            }
            if isOwn, series.supersedes != known {
                problems.append("it does not supersede the last bundle of its period")
            }
        } else {
            if position.revision != 0 {
                problems.append("position \(position.sequence) corrects a period that was not sealed")
            }
            if let end, position.from != end {
                problems.append("position \(position.sequence) does not begin where the last ends")
            }
            if isOwn, series.supersedes != nil { problems.append("it supersedes a bundle of another period") }
            end = position.to
        }
        latest[position.from] = position
    }
}
