package import AuditModel
import StrictJSON

/// The limits that writer and verifier share (docs/bundle-format.md, section 9).
///
/// What is accepted stays below them, so that no bundle is made that a verifier cannot read. A record beyond one is
/// rejected, and kept as every rejected record is.
package enum FormatLimits {
    /// A line of the trail, of findings and of rejected records.
    package static let lineBytes = 32 << 20
    /// A line of the corrections has a deployment's line before and after.
    package static let correctionBytes = 2 * lineBytes + 4096
    /// A record as it comes: no real one comes near, and memory stays bounded.
    package static let recordBytes = 16 << 20
    package static let transitionsPerDeployment = 50_000
    /// A line of the trail has less around a transition's content, but for the time as it came.
    package static let bytesAroundTransition = 192
    /// Values and names of a line of the trail, of findings and of rejected records: reading one takes 16 bytes of memory.
    package static let lineValues = 2_000_000
    /// Values and names of a line of the corrections.
    package static let correctionValues = 2 * lineValues + 16
    /// Values and names that a line of the trail has around a transition's content.
    package static let valuesAroundTransition = 10
    /// The canonical content of a deployment's transitions, and what a line of the trail has around each.
    package static let transitions = DeploymentLimit(
        number: transitionsPerDeployment, bytes: 24 << 20, values: 1_750_000)
    /// The canonical content of a deployment's own records; a line has each, and what they give merged.
    package static let ownRecords = DeploymentLimit(number: .max, bytes: 3 << 20, values: 100_000)
    /// The columns of a CSV row that are of its deployment: of each of the six the longest can be of another row.
    package static let rowColumnBytes = 256 << 10
}

/// What a record takes in a line of the trail.
package struct LineShare: Sendable {
    package var bytes: Int
    /// Values and names.
    package var values: Int

    /// Canonical content, without what stands around it.
    package init(_ content: Range<Int>, in bytes: [UInt8]) {
        self.bytes = content.count
        values = CanonicalJSON.valueCount(bytes.span, content)
    }
}

/// How many records of a kind a deployment may have, and how much of a line they may take.
package struct DeploymentLimit: Sendable {
    package let number: Int
    package let bytes: Int
    /// Values and names.
    package let values: Int

    /// - Parameters:
    ///   - number: the most records.
    ///   - bytes: the most bytes of all of them.
    ///   - values: the most values and names of all of them.
    package init(number: Int, bytes: Int, values: Int) {
        self.number = number
        self.bytes = bytes
        self.values = values
    }

    /// Whether records stay below the limit for certain, by their number and bytes alone.
    ///
    /// No text has more values and names than bytes; so those of nearly all deployments need not be counted.
    package func certainlyHolds(_ number: Int, bytes: Int) -> Bool {
        number <= self.number && bytes <= min(self.bytes, values)
    }

    /// What of a deployment's records is beyond the limit.
    ///
    /// Contents that stand beside an equal one are counted once.
    ///
    /// - Parameters:
    ///   - items: the records in the order in which they are taken.
    ///   - isSame: whether two have equal contents.
    ///   - share: what one takes in a line.
    /// - Returns: the records that are beyond the limit, in order.
    package func surplus<Item>(
        of items: [Item], isSame: (Item, Item) -> Bool, share: (Item) -> LineShare
    ) -> [Item] {
        var surplus: [Item] = []
        var count = 0
        var total = (bytes: 0, values: 0)
        var last: Item?
        for item in items {
            if let last, isSame(last, item) { continue }
            let own = share(item)
            guard count < number, total.bytes + own.bytes <= bytes, total.values + own.values <= values else {
                surplus.append(item)
                continue
            }
            count += 1
            total = (total.bytes + own.bytes, total.values + own.values)
            last = item
        }
        return surplus
    }
}

extension Transition {
    /// The most bytes that the transition takes in a line of the trail.
    package var lineBytes: Int {
        content.range.count + timestampAsReceived.range.count + FormatLimits.bytesAroundTransition
    }

    /// The most that the transition takes in a line of the trail; its content stands in `bytes`.
    package func lineShare(in bytes: [UInt8]) -> LineShare {
        var share = LineShare(content.range, in: bytes)
        share.bytes = lineBytes
        share.values += FormatLimits.valuesAroundTransition
        return share
    }
}
