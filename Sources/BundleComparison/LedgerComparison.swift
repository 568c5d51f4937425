import BundleFormat
import MerkleTree
import StrictJSON

/// What one bundle says of the log that it was drawn from.
struct LedgerMember {
    /// The log's name in its checkpoints.
    let origin: String
    let name: String
    /// Entries of the log, and their root.
    let size: Int
    let root: MerkleDigest?
    /// The breaks that the bundle shows, each in canonical form.
    let breaks: [[UInt8]]
    /// The digests of the log up to where the bundle's part of it begins; nil for an answer, which shows no part.
    private(set) var start: CompactRange?
    /// Entries that have another leaf than a bundle that was read before shows; of them the first.
    var contradicted: (count: Int, first: Int) = (0, 0)
    /// The seals that the bundle's log shows, and every entry that is one, withheld ones too.
    var seals: [LogEntry.Seal] = []
    var sealEntries: Set<Int> = []
    /// The keys that its log shows, by entry.
    var keys: [Int: String] = [:]
    /// The series' name in the log, and the position there, of a sealed bundle; nil for an answer.
    private(set) var own: (series: String, position: SeriesPosition)?
    /// The fingerprint of the key that it says has signed it.
    let fingerprint: String?

    /// nil for a bundle without a ledger; `digest` is that of the bundle's anchor.
    init?(_ description: DescriptionClaims, digest: String) {
        guard let ledger = description.ledger.value ?? nil else { return nil }
        origin = ledger.origin
        name = description.name.value ?? ""
        size = ledger.size
        root = MerkleDigest(hexadecimal: ledger.root)
        breaks = ledger.breaks.map(\.bytes)
        fingerprint = description.key.value?.fingerprint
        if let sealed = try? description.sealedClaims() {
            own = (sealed.logName, sealed.position(digest: digest))
        }
        let series = description.series.value ?? nil
        guard let series else { return }
        let hashes = series.range.compactMap { MerkleDigest(hexadecimal: $0) }
        if hashes.count == series.range.count { start = CompactRange(size: series.logStart, hashes: hashes) }
    }

    /// Whether the bundle shows the log from its beginning on.
    var isWhole: Bool { start?.size == 0 }
}

/// The bundles of one ledger, sealed ones of every archive and answers, and the leaves of its log that they show.
///
/// All are drawn from one log that only grows, so what they say of it has to agree. Memory is a digest for each entry.
struct LedgerComparison {
    /// What they say of deployment records and columns.
    var parts = PartRecords()
    private var members: [LedgerMember] = []
    /// Of several leaves of an entry the one that was read first.
    private var leaves: [Int: MerkleDigest] = [:]

    /// Takes an entry that a bundle shows: its leaf, and what it says if it is no record.
    mutating func add(_ row: LogRow, _ entry: LogEntry?, of member: inout LedgerMember?) {
        add(row.leaf, at: row.index, of: &member)
        switch entry?.kind {
        case .seal(let seal):
            member?.seals.append(seal)
            member?.sealEntries.insert(row.index)
        case .key(_, let line): member?.keys[row.index] = line
        case .run, .request, .decision, .recovery: break
        case nil: if row.entry == .withheld(.seal) { member?.sealEntries.insert(row.index) }
        }
    }

    private mutating func add(_ leaf: MerkleDigest, at index: Int, of member: inout LedgerMember?) {
        if let known = leaves[index] {
            guard known != leaf else { return }
            if member?.contradicted.count == 0 { member?.contradicted.first = index }
            member?.contradicted.count += 1
        } else {
            leaves[index] = leaf
        }
    }

    /// Adds a bundle, and returns where it stands.
    mutating func add(_ member: LedgerMember) -> Int {
        members.append(member)
        return members.count - 1
    }

    /// Whether one of the bundles shows the log from its beginning on.
    var isWhole: Bool { members.contains(where: \.isWhole) }

    /// What is wrong with each bundle beside the others, in the order in which they were added; nil for one alone.
    func problems() -> [[String]?] {
        guard members.count > 1 else { return members.map { _ in nil } }
        var problems = members.map { member in
            member.contradicted.count == 0
                ? [] : [LedgerComparison.words(ofLeaves: member.contradicted)]
        }
        addRoots(&problems)
        addBreaks(&problems)
        SealComparison(members).add(to: &problems)
        return problems
    }

    private static func words(ofLeaves found: (count: Int, first: Int)) -> String {
        let more = found.count > 1 ? ", and \(found.count - 1) more entries too" : ""
        return "entry \(found.first) has another leaf than in another bundle of the ledger\(more)"
    }

    // Roots

    /// A size of the log and the root that a bundle gives it.
    private struct State {
        var size: Int
        var root: MerkleDigest
        /// Where the bundle stands.
        var member: Int
    }

    /// Requires that the log has one root at each size that bundles name, or that their parts of it lead through.
    private func addRoots(_ problems: inout [[String]]) {
        var first: [Int: State] = [:]
        for state in states() {
            guard let known = first[state.size] else {
                first[state.size] = state
                continue
            }
            guard known.root != state.root, known.member != state.member else { continue }
            for (own, other) in [(state.member, known.member), (known.member, state.member)] {
                problems[own].append(
                    "the log of \(state.size) entries has another root than in \"\(members[other].name)\": one of them is a fork"
                )
            }
        }
        for index in members.indices { addRoots(within: index, beside: first, &problems) }
    }

    private func states() -> [State] {
        members.indices.flatMap { index in
            let member = members[index]
            let end = member.root.map { State(size: member.size, root: $0, member: index) }
            let start = member.start.map { State(size: $0.size, root: $0.root, member: index) }
            return [end, start].compactMap(\.self)
        }
    }

    /// Requires that the roots that others give lie on the way from the beginning of a bundle's part of the log to its end.
    private func addRoots(within index: Int, beside states: [Int: State], _ problems: inout [[String]]) {
        let member = members[index]
        // Between leaves of two bundles there is no way.
        guard var range = member.start, member.contradicted.count == 0 else { return }
        let sizes = states.keys.filter { range.size < $0 && $0 < member.size }.sorted()
        for size in sizes {
            while range.size < size {
                guard let leaf = leaves[range.size] else { return }
                range.append(leaf)
            }
            guard let state = states[size], state.root != range.root else { continue }
            for (own, other) in [(index, state.member), (state.member, index)] {
                problems[own].append(
                    "at \(size) entries the log has another root than in \"\(members[other].name)\": one of them is a fork"
                )
            }
        }
    }

    // Breaks

    /// Requires that all show the same breaks: a ledger declares them when it begins, and never more.
    private func addBreaks(_ problems: inout [[String]]) {
        guard let first = members.first else { return }
        for index in members.indices.dropFirst() where members[index].breaks != first.breaks {
            for (own, other) in [(index, 0), (0, index)] {
                problems[own].append("it shows other breaks of its ledger than \"\(members[other].name)\"")
            }
        }
    }
}
