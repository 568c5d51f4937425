import AuditModel
import BundleFormat
import BundleReading
import Crypto

/// What the trail of a bundle says, and what the one before said if its corrections are true.
///
/// Two trails that differ in the rows of their lines alone have the same digest.
struct TrailDigests: Sendable {
    /// SHA-256 of the lines without their rows; nil if the trail cannot be read.
    private(set) var standing: [UInt8]?
    /// The same of the bundle that this one corrects; nil if it corrects none, or its corrections cannot be read.
    private(set) var superseded: [UInt8]?
    /// The deployments that it has a line of, up to the first line that is not in form.
    private(set) var deployments: Set<ShortDigest> = []

    /// Hands over each deployment record that the trail or the corrections show, also one of the line before.
    typealias Record = (_ content: [UInt8], _ updatedAt: Timestamp?) -> Void

    /// Reads a trail alone.
    static func forEachRecord(_ bundle: UnverifiedBundle, _ record: Record) {
        TrailWalk(bundle).skip(before: nil) { $0.forEachRecord(record) }
    }

    init(_ bundle: UnverifiedBundle, record: Record) {
        let walk = TrailWalk(bundle)
        var digests = (standing: SHA256(), superseded: SHA256())
        var deployments: Set<ShortDigest> = []
        defer { self.deployments = deployments }
        func add(_ line: StandingLine) {
            deployments.insert(ShortDigest(line.deploymentID))
            line.forEachRecord(record)
            let content = line.content + [0x0A]
            digests.standing.update(data: content)
            digests.superseded.update(data: content)
        }
        var isReadable = bundle.entries[BundlePath.corrections] != nil
        let corrections = isReadable ? LineArrayReader(BundlePath.corrections, of: bundle) : nil
        while let element = corrections?.next() {
            guard let correction = CorrectionElement(element) else {
                isReadable = false
                continue
            }
            let id = Array(correction.deploymentID.utf8)
            walk.skip(before: id, add)
            if let before = correction.before {
                before.forEachRecord(record)
                digests.superseded.update(data: before.content + [0x0A])
            }
            if let line = walk.line(of: id) {
                deployments.insert(ShortDigest(line.deploymentID))
                line.forEachRecord(record)
                digests.standing.update(data: line.content + [0x0A])
            }
            walk.drop(id)
        }
        walk.skip(before: nil, add)
        guard !walk.isBroken else { return }
        standing = Array(digests.standing.finalize())
        if isReadable, corrections?.problem == nil { superseded = Array(digests.superseded.finalize()) }
    }
}
