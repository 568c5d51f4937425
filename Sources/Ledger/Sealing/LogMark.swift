import AuditModel

/// Where a record's entry went: of a month with millions of records there is one for each, so it is kept small.
///
/// Marks are in order of their entries.
struct LogMark: Comparable {
    private static let placeBits: UInt64 = 28
    /// The places from here on are destinations outside the bundle; those below are rows.
    private static let firstOutside: UInt64 = 1 << placeBits - 16

    private let bits: UInt64

    /// An entry of the log and where it went; `row` is that of its deployment, and counts in the bundle alone.
    init(_ index: Int, _ destination: Selection.Destination, row: Int) {
        let place = destination == .inBundle ? UInt64(row) : LogMark.firstOutside + UInt64(destination.rawValue)
        precondition(
            index < 1 << (64 - LogMark.placeBits) && (destination != .inBundle || place < LogMark.firstOutside),
            "a log of more entries, or a bundle of more deployments, than a machine can hold")
        bits = UInt64(index) << LogMark.placeBits | place
    }

    private var place: UInt64 { bits & (1 << LogMark.placeBits - 1) }

    /// The entry.
    var index: Int { Int(bits >> LogMark.placeBits) }

    var destination: Selection.Destination {
        guard place >= LogMark.firstOutside else { return .inBundle }
        return Selection.Destination(rawValue: Int(place - LogMark.firstOutside)) ?? .inBundle
    }

    /// The row of its deployment; nil for an entry that is not in the bundle.
    var row: Int? { place < LogMark.firstOutside ? Int(place) : nil }

    static func < (left: LogMark, right: LogMark) -> Bool { left.bits < right.bits }
}
