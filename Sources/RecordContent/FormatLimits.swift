package import AuditModel

/// The limits that writer and verifier share (docs/bundle-format.md, section 9).
///
/// What is accepted stays below them, so that no bundle is made that a verifier cannot read. A record beyond one is
/// rejected, and kept as every rejected record is.
package enum FormatLimits {
    /// A line of the trail, of findings and of rejected records.
    package static let lineBytes = 64 << 20
    /// A line of the corrections has a deployment's line before and after.
    package static let correctionBytes = 2 * lineBytes + 4096
    /// A record as it comes: no real one comes near, and memory stays bounded.
    package static let recordBytes = 16 << 20
    package static let transitionsPerDeployment = 100_000
    /// The canonical content of a deployment's transitions, and what a line of the trail has around each.
    package static let transitionBytesPerDeployment = 48 << 20
    /// A line of the trail has less around a transition's content, but for the time as it came.
    package static let bytesAroundTransition = 192
    /// The canonical content of a deployment's own records; a line has each, and what they give merged.
    package static let ownBytesPerDeployment = 6 << 20
    /// The columns of a CSV row that are of its deployment: of each of the six the longest can be of another row.
    package static let rowColumnBytes = 256 << 10

    /// What of a deployment's records is beyond a limit.
    ///
    /// Contents that stand beside an equal one are counted once.
    ///
    /// - Parameters:
    ///   - items: the records in the order in which they are taken.
    ///   - number: the most records.
    ///   - bytes: the most bytes of all of them.
    ///   - isSame: whether two have equal contents.
    ///   - size: the bytes that one takes in a line.
    /// - Returns: the records that are beyond the number or the bytes, in order.
    package static func surplus<Item>(
        _ items: [Item], number: Int, bytes: Int, isSame: (Item, Item) -> Bool, size: (Item) -> Int
    ) -> [Item] {
        var surplus: [Item] = []
        var count = 0
        var total = 0
        var last: Item?
        for item in items {
            if let last, isSame(last, item) { continue }
            guard count < number, total + size(item) <= bytes else {
                surplus.append(item)
                continue
            }
            count += 1
            total += size(item)
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
}
