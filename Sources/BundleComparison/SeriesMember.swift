import ArchiveFormat
import AuditModel
import BundleFormat
import BundleReading
import Crypto
import MerkleTree

/// The first 16 bytes of the SHA-256 of an identifier: of an archive of years, identifiers themselves are too many to hold.
struct ShortDigest: Hashable, Comparable, Sendable {
    private let high: UInt64
    private let low: UInt64

    init(_ bytes: [UInt8]) { self.init(MerkleDigest(SHA256.hash(data: bytes))) }

    /// The same of bytes whose SHA-256 is known.
    init(_ digest: MerkleDigest) {
        (high, low) = digest.withUnsafeBytes {
            (
                $0.loadUnaligned(as: UInt64.self).bigEndian,
                $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self).bigEndian
            )
        }
    }

    static func < (left: ShortDigest, right: ShortDigest) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

/// What a log says of a transition or a deployment record that has a time.
struct ShownRecord {
    var isTransition: Bool
    var time: Timestamp
    var deployment: ShortDigest
    /// Deployment and time.
    var event: ShortDigest
}

/// One sealed bundle among others of its series, or the tombstone of one.
struct SeriesMember {
    let series: SeriesPart
    let position: SeriesPosition
    var name: String { position.name }
    var digest: String { position.digest }
    /// Entries of its log.
    var size = 0
    var period: (from: Timestamp, to: Timestamp)
    var isByActivity = true
    var isFiltered = false
    /// The series' name in the log.
    var seriesName = ""
    /// Entries whose records are in the bundle, in order.
    var inBundle: [Int] = []
    /// Deployment and time of each of them, in order, for rows that another record stands for.
    var events: [ShortDigest] = []
    /// The deployments of its trail, also those whose records are all of after the period.
    var deployments: Set<ShortDigest> = []
    /// The earlier positions that it lists; bundles that list the same share them.
    var positions: ArraySlice<SeriesPosition> = []
    /// The bundles of the series that its log says were sealed: position, digest and name.
    var seals: [LogEntry.Seal] = []
    /// When the last entry that its log shows was accepted; nil of a bundle that is gone.
    var lastReceived: Timestamp?
    /// What its trail says, and what the one that it corrects said; nil of a bundle that is gone.
    var trails: TrailDigests?
    /// Whether the bundle is gone, and its tombstone stands here.
    var isRemoved = false

    /// A bundle with the digest of its anchor.
    init(_ sealed: SealedClaims, digest: String) {
        series = sealed.series
        period = (sealed.period.from, sealed.period.to)
        size = sealed.ledger.size
        position = sealed.position(digest: digest)
        isByActivity = sealed.basis == .activity
        isFiltered = sealed.isFiltered
        seriesName = sealed.logName
    }

    init(_ tombstone: Tombstone) {
        isRemoved = true
        position = tombstone.entry.position
        period = (position.from, position.to)
        size = tombstone.logSize
        series = SeriesPart(
            archive: "", sequence: position.sequence, revision: position.revision, previous: nil, supersedes: nil,
            next: (.unset, .unset, .unset), logStart: tombstone.logStart, range: [], proof: [])
    }

    /// Whether the record of an entry is in the bundle.
    func holds(_ entry: Int) -> Bool { inBundle.containsSorted(entry) }

    /// Whether a record of the same deployment and time is.
    func holds(event: ShortDigest) -> Bool { events.containsSorted(event) }
}

extension Array where Element: Comparable {
    /// Whether a sorted array has an element.
    fileprivate func containsSorted(_ element: Element) -> Bool {
        let index = firstIndex { !($0 < element) }
        return index < count && self[index] == element
    }
}
