import ArchiveFormat
import AuditModel
import BundleFormat
import BundleReading
import BundleVerifier
import FileSystem
import MerkleTree
import ReceivedFiles
import Signing
import StrictJSON

/// What an archive as a whole has to be, beside what each bundle of it is: every position taken once, nothing missing, and the
/// catalogue and the signed checkpoint in agreement with the bundles.
struct ArchiveChecks {
    /// A bundle of the folder, as it describes itself.
    struct Member {
        /// As the catalogue has to list it, but for the times of sealing.
        var entry: CatalogueEntry
        var archive: String
        var basis: String
        /// As `bundle.json` has them, for comparison.
        var filters: JSONValue
        /// The period that it promises next, and by when; nil if that is not in form.
        var next: (from: Timestamp, to: Timestamp, due: Timestamp)?
        /// The ledger's name, the archive's, the basis and the filters.
        var series: String
        /// The ledger's name in the log's checkpoint.
        var ledger = ""
        /// The declared entity; nil if there is none, or the bundle is gone.
        var entity: String?
        /// Whether the bundle is gone, and a tombstone stands for it.
        var isRemoved = false
        /// Until when a bundle that is gone had to be kept, by its tombstone.
        var keptUntil: Timestamp?

        var position: SeriesPosition { entry.position }
        var path: String { entry.path }
        var supersedes: Int? { entry.supersedes }
    }

    let members: [Member]
    /// Files that are no sealed bundles.
    let foreign: [String]
    let folder: ArchiveFolder
    private let catalogue: CatalogueReading
    let keys: [PublicKey]
    private(set) var problems: [String] = []
    /// Positions that the checkpoint says there are; nil without one that can be trusted.
    private(set) var expected: Int?
    /// What the archive's checkpoint was signed for; nil without one that can be trusted.
    private(set) var checkpoint: Checkpoint?
    /// What later logs say of the sealing of each position.
    private let seals: [Int: LogEntry.Seal]
    /// When the last entry of each one's own log was accepted, by position.
    private let lastEntries: [Int: Timestamp]

    /// `keys` are trusted.
    init(
        members: [Member], foreign: [String], folder: ArchiveFolder, keys: [PublicKey],
        seals: [Int: LogEntry.Seal] = [:], lastEntries: [Int: Timestamp] = [:]
    ) {
        self.seals = seals
        self.lastEntries = lastEntries
        self.members = members.sorted { ($0.position.sequence, $0.path) < ($1.position.sequence, $1.path) }
        self.foreign = foreign
        self.folder = folder
        self.keys = keys
        catalogue = CatalogueReading(folder)
    }

    mutating func run(unreadable: [String] = []) {
        problems += unreadable
        for path in foreign { problems.append("\(path) is no sealed bundle, and does not belong here") }
        for file in folder.unknownFiles { problems.append("\(file.path) \(file.reason)") }
        let series = Set(members.map(\.series))
        if series.count > 1 { problems.append("the bundles are of \(series.count) different series, expected one") }
        let checkpoint = trustedCheckpoint()
        self.checkpoint = checkpoint
        expected = checkpoint.map { Int(clamping: $0.size) }
        if let last = members.last, last.isRemoved {
            problems.append("\(last.path) was removed, though nothing later vouches for it")
        }
        addPositions()
        addPeriods()
        addRevisions()
        if let checkpoint { addRoot(checkpoint) }
        problems += catalogue.problems(beside: self.members, expected: expected)
        addSealingTimes()
        addTimesInOrder()
        addPromises()
    }

    /// The times of sealing that tombstones give, and the catalogue where no later log does: behind the period's end and the
    /// last entry of the bundle's own log, in the order of positions, and promised by the bundle before.
    private mutating func addTimesInOrder() {
        let listed = Dictionary(
            catalogue.entries.map { ($0.position.sequence, $0.sealed) }, uniquingKeysWith: { $1 })
        var last: (path: String, sealed: Timestamp)?
        var before: Member?
        for member in members {
            let position = member.position
            let given = member.isRemoved ? member.entry.sealed : listed[position.sequence]
            let sealed = seals[position.sequence]?.sealed ?? given
            if !member.isRemoved, seals[position.sequence] == nil, let given {
                let entered = lastEntries[position.sequence] ?? position.to
                if given < max(position.to, entered) {
                    add(
                        "the catalogue says that \(member.path) was sealed on \(given.text), before "
                            + (given < position.to ? "its period ended" : "the last entry of its log"))
                }
            }
            if member.isRemoved {
                if member.entry.sealed < position.to {
                    add("\(Tombstones.file) says that \(member.path) was sealed before its period ended")
                }
                let promised = before.map { $0.position.sequence + 1 == position.sequence ? $0.next?.due : nil } ?? nil
                if let promised, member.supersedes == nil, member.entry.due != promised {
                    add("\(Tombstones.file) says of \(member.path) another time of promise than \(before?.path ?? "")")
                }
            }
            if let last, let sealed, sealed < last.sealed {
                add("\(member.path) was sealed on \(sealed.text), before \(last.path), which has an earlier position")
            }
            if let sealed { last = (member.path, sealed) }
            before = member
        }
    }

    /// The period that a position promises is the one that comes next, as long as one does.
    private mutating func addPromises() {
        var coming: SeriesPosition?
        for member in members.reversed() {
            if let coming, let next = member.next, (next.from, next.to) != (coming.from, coming.to) {
                let place = member.isRemoved ? "\(Tombstones.file) says of \(member.path)" : "\(member.path) says"
                problems.append(
                    "\(place) that the period to \(next.to.text) comes next, expected \(coming.name), to \(coming.to.text)"
                )
            }
            if member.position.revision == 0 { coming = member.position }
        }
    }

    /// Positions whose time of sealing no signed log tells; the last one always is.
    var untimed: [Member] { members.filter { seals[$0.position.sequence] == nil } }

    /// What a later log says of each sealing against the catalogue and the tombstones, which give it without a signature or
    /// with one of later.
    private mutating func addSealingTimes() {
        let listed = Dictionary(
            catalogue.entries.map { ($0.position.sequence, $0.sealed) }, uniquingKeysWith: { $1 })
        for member in members {
            guard let seal = seals[member.position.sequence] else { continue }
            var stated = listed[member.position.sequence].map { [("the catalogue", $0)] } ?? []
            if member.isRemoved { stated.append((Tombstones.file, member.entry.sealed)) }
            for (place, time) in stated where time != seal.sealed {
                problems.append(
                    "\(place) says that \(member.path) was sealed on \(time.text), the signed log of a later bundle says "
                        + seal.sealed.text)
            }
        }
    }

    mutating func add(_ problem: String) { problems.append(problem) }

    /// Requires that the archive has grown from an earlier state: the same first `size` bundles, and no fewer now.
    ///
    /// - Parameters:
    ///   - earlier: what the checkpoint said then.
    ///   - place: who remembers that state, for messages.
    mutating func requireGrowth(from earlier: Checkpoint, by place: String) {
        guard let checkpoint else { return }
        guard earlier.origin == checkpoint.origin else {
            problems.append("\(place) is of \"\(earlier.origin)\", this archive is \"\(checkpoint.origin)\"")
            return
        }
        guard earlier.size <= checkpoint.size else {
            problems.append(
                "the archive went back: \(place) has \(CountedNoun.text(earlier.size, "bundle")), its checkpoint now \(checkpoint.size)"
            )
            return
        }
        let first = members.prefix(Int(clamping: earlier.size))
        let isWhole =
            first.count == earlier.size
            && first.enumerated().allSatisfy { $0.element.position.sequence == $0.offset + 1 }
        // Otherwise the positions that are missing are named already.
        guard isWhole else { return }
        let digests = first.compactMap { MerkleDigest(hexadecimal: $0.position.digest) }
        if Catalogue.tree(digests).root.bytes != earlier.root {
            problems.append(
                "the archive was forked: its first \(CountedNoun.text(earlier.size, "bundle")) \(earlier.size == 1 ? "is not the one" : "are not those") that \(place) was made for"
            )
        }
    }

    /// Requires that every bundle that was seen before still stands in its position, or its tombstone does.
    mutating func requireSeen(_ seen: [Int: String]) {
        let digests = Dictionary(members.map { ($0.position.sequence, $0.position.digest) }, uniquingKeysWith: { $1 })
        for (sequence, digest) in seen.sorted(by: { $0.key < $1.key }) where digests[sequence] != digest {
            let word = digests[sequence] == nil ? "is gone" : "is another one"
            problems.append("the bundle at position \(sequence), which an earlier run saw, \(word)")
        }
    }

    // The checkpoint

    private mutating func trustedCheckpoint() -> Checkpoint? {
        guard let bytes = folder.checkpoint else {
            problems.append("there is no checkpoint, so nothing tells whether bundles are missing at the end")
            return nil
        }
        guard let note = try? SignedNote(parsing: bytes), let checkpoint = try? Checkpoint(text: note.text) else {
            problems.append("the checkpoint cannot be read")
            return nil
        }
        guard keys.contains(where: { note.isSigned(by: $0, name: checkpoint.origin) }) else {
            problems.append("the checkpoint is not signed by a trusted key")
            return nil
        }
        guard checkpoint.size <= UInt64(NumberLimits.maximumSequence) else {
            problems.append(
                "the checkpoint is of \(CountedNoun.text(checkpoint.size, "bundle")), expected at most \(NumberLimits.maximumSequence)"
            )
            return nil
        }
        if let archive = members.first?.archive, checkpoint.origin != Catalogue.origin(archive) {
            problems.append(
                "the checkpoint is that of \"\(checkpoint.origin)\", expected \"\(Catalogue.origin(archive))\"")
            return nil
        }
        return checkpoint
    }

    private mutating func addRoot(_ checkpoint: Checkpoint) {
        let digests = members.map { MerkleDigest(hexadecimal: $0.position.digest) }
        let isWhole = members.enumerated().allSatisfy { $0.element.position.sequence == $0.offset + 1 }
        guard isWhole, members.count == checkpoint.size else { return }
        if Catalogue.tree(digests.compactMap(\.self)).root.bytes != checkpoint.root {
            problems.append("the bundles are not those that the checkpoint was signed for: one was replaced")
        }
    }

    // The positions

    private mutating func addPositions() {
        var taken: [Int: [Member]] = [:]
        for member in members { taken[member.position.sequence, default: []].append(member) }
        for (sequence, own) in taken.sorted(by: { $0.key < $1.key }) {
            if own.count > 1 {
                let isSame = Set(own.map(\.position.digest)).count == 1
                problems.append(
                    "position \(sequence) is taken by \(isSame ? "the same bundle" : "different bundles"): "
                        + own.map(\.path).joined(separator: ", "))
            }
            if let expected, sequence > expected {
                problems.append(
                    "position \(sequence), \(own[0].path), is newer than the checkpoint: that is an older one")
            }
        }
        addMissing(Set(taken.keys), last: max(expected ?? 0, members.last?.position.sequence ?? 0))
    }

    /// Names the positions that nobody takes; many in a row in one line.
    private mutating func addMissing(_ taken: Set<Int>, last: Int) {
        let listed = Dictionary(
            catalogue.entries.map { ($0.position.sequence, $0.path) }, uniquingKeysWith: { $1 })
        var next = 1
        for sequence in taken.sorted() + [last + 1] where sequence > 0 {
            if sequence - next > 20 {
                problems.append("positions \(next) to \(sequence - 1) are missing")
            } else {
                for position in next..<max(next, sequence) {
                    problems.append("position \(position) is missing" + (listed[position].map { ": \($0)" } ?? ""))
                }
            }
            next = max(next, sequence + 1)
        }
    }

    private mutating func addPeriods() {
        var last: Member?
        for member in members where member.position.revision == 0 {
            if let last, last.position.sequence != member.position.sequence, last.position.to != member.position.from {
                let word = last.position.to < member.position.from ? "a gap" : "an overlap"
                problems.append(
                    "\(word) between \(last.path), which ends \(last.position.to.text), and \(member.path), which begins "
                        + member.position.from.text)
            }
            last = member
        }
    }

    private mutating func addRevisions() {
        var latest: [Timestamp: Member] = [:]
        for member in members {
            let earlier = latest[member.position.from]
            if earlier?.position.sequence != member.position.sequence {
                let expectedRevision = (earlier?.position.revision ?? -1) + 1
                if member.position.revision != expectedRevision || member.supersedes != earlier?.position.sequence {
                    problems.append(
                        "\(member.path) is revision \(member.position.revision) of its period, expected \(expectedRevision)"
                            + (earlier.map { " that corrects \($0.path)" } ?? ""))
                }
            }
            latest[member.position.from] = member
        }
    }
}

extension ArchiveChecks.Member {
    /// What a bundle says of itself in a file of the folder; nil if it is no sealed bundle in form.
    init?(_ claims: BundleClaims, path: String) {
        guard let description = claims.description.value, let sealed = try? description.sealedClaims(),
            let anchor = claims.anchor
        else { return nil }
        let position = sealed.position(digest: ContentDigest.hexadecimal(of: anchor))
        self.init(
            entry: CatalogueEntry(
                position, path: path, bytes: Int(clamping: claims.bundle.archive.byteCount ?? 0),
                description: description,
                metrics: claims.metrics().value),
            archive: sealed.series.archive, basis: sealed.basis.rawValue, filters: sealed.filters.seriesValue,
            next: sealed.series.next, series: String(decoding: sealed.seriesKey.bytes, as: UTF8.self),
            ledger: sealed.ledger.origin, entity: description.declared.value?["entity"])
    }

    /// What a tombstone says in the place of its bundle.
    init(_ tombstone: Tombstone) {
        self.init(
            entry: tombstone.entry, archive: tombstone.archive, basis: tombstone.basis, filters: tombstone.filters,
            next: SeriesPart.next(tombstone.next), series: String(decoding: tombstone.series.bytes, as: UTF8.self),
            ledger: tombstone.series.array?.first?.string ?? "", isRemoved: true,
            keptUntil: max(tombstone.entry.position.to, tombstone.entry.sealed).adding(
                years: max(Tombstones.minimumYears, tombstone.keptYears)))
    }
}
