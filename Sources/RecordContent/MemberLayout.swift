import AuditModel
import StrictJSON

/// What follows from the names of an object's members alone: their canonical order, meaning and text.
package final class MemberLayout: Sendable {
    struct Member: Sendable {
        /// The member's number in the object, from 0.
        var number: Int
        var meaning: KnownMember?
        /// A comma, the name in quotation marks and a colon, in ``text``.
        var name: Range<Int>
    }

    /// The members in canonical order.
    let members: [Member]
    let text: [UInt8]
    /// The numbers, in the object, of the members that tell what it is; nil where one is not there.
    package let deploymentID: Int?
    package let status: Int?
    package let timestamp: Int?
    package let statusHistory: Int?
    package let success: Int?
    package let currentStatus: Int?
    package let jobID: Int?
    package let transitions: Int?
    /// Whether a member is one by which answers say that they are not whole, and that no record has.
    package let saysExtent: Bool
    /// The names as they stand in the object, quotation marks included, and where each of them ends.
    fileprivate let names: [UInt8]
    fileprivate let ends: [Int]
    /// A number that follows from how long the names are.
    fileprivate let lengths: Int

    fileprivate init(_ object: Int, _ tape: JSONTape, in bytes: Span<UInt8>, keys: [Int32], lengths: Int) {
        var order: [Int32] = []
        MemberOrder.append(object, tape, in: bytes, to: &order)
        var members: [Member] = []
        var text: [UInt8] = []
        for key in order {
            let start = text.count
            text.append(UInt8(ascii: ","))
            CanonicalJSON.writeString(tape.tokens[Int(key)], bytes, into: &text)
            text.append(UInt8(ascii: ":"))
            members.append(
                Member(
                    number: MemberLayout.number(of: key, in: keys),
                    meaning: MemberLayout.meaning(of: tape.tokens[Int(key)], bytes), name: start..<text.count))
        }
        var names: [UInt8] = []
        var ends: [Int] = []
        for key in keys {
            names.append(bytes, tape.tokens[Int(key)].range)
            ends.append(names.count)
        }
        self.members = members
        self.text = text
        self.names = names
        self.ends = ends
        self.lengths = lengths
        func number(of member: KnownMember) -> Int? { members.first { $0.meaning == member }?.number }
        deploymentID = number(of: .deploymentId)
        statusHistory = number(of: .statusHistory)
        status = number(of: .status)
        timestamp = number(of: .timestamp)
        currentStatus = number(of: .currentStatus)
        func number(named name: StaticString) -> Int? { keys.firstIndex { tape.isName(Int($0), name, in: bytes) } }
        success = number(named: "success")
        jobID = number(named: "jobId")
        transitions = number(named: "transitions")
        saysExtent = keys.contains {
            ResponseMember(tape.tokens[Int($0)], in: bytes)?.namesExtent ?? false
        }
    }

    /// Where a token stands among those of an object, which ascend.
    ///
    /// Halving keeps the time of an object of 100,000 members in bounds: a hostile record must not hold everybody up.
    private static func number(of key: Int32, in keys: [Int32]) -> Int {
        var range = 0..<keys.count
        while range.count > 1 {
            let middle = range.lowerBound + range.count / 2
            range = keys[middle] <= key ? middle..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }

    private static func meaning(of key: JSONToken, _ bytes: Span<UInt8>) -> KnownMember? {
        guard key.hasEscape else { return KnownMember.named(bytes, key.inner) }
        var name: [UInt8] = []
        JSONString.unescape(bytes, key.inner, into: &name)
        return KnownMember.named(name.span, 0..<name.count)
    }
}

/// Layouts that were met, so that most objects need neither sorting nor comparing with all known names.
///
/// The records of a source name their members in a few ways. Working the same out for each of them took a tenth of an
/// export's time.
struct MemberLayouts {
    private static let maximum = 16
    private var layouts: [MemberLayout] = []
    /// The layout that is replaced next.
    private var oldest = 0

    /// The layout of an object; `keys` receives the tokens of its names, in the order of the object.
    mutating func find(
        _ object: Int, _ tape: JSONTape, in bytes: Span<UInt8>, keys: inout [Int32]
    ) -> MemberLayout {
        keys.removeAll(keepingCapacity: true)
        var index = object + 1
        let end = Int(tape.tokens[object].next)
        // The layouts of a source begin with the same names: by their lengths nearly always one is left to compare.
        var lengths = 0
        while index < end {
            keys.append(Int32(index))
            lengths = lengths &* 31 &+ tape.tokens[index].range.count
            index = Int(tape.tokens[index + 1].next)
        }
        for layout in layouts where layout.lengths == lengths && MemberLayouts.fits(layout, keys, of: tape, in: bytes) {
            return layout
        }
        let layout = MemberLayout(object, tape, in: bytes, keys: keys, lengths: lengths)
        remember(layout)
        return layout
    }

    private static func fits(_ layout: MemberLayout, _ keys: [Int32], of tape: JSONTape, in bytes: Span<UInt8>) -> Bool
    {
        guard layout.ends.count == keys.count else { return false }
        let text = layout.names
        let names = text.span
        var start = 0
        for (number, key) in keys.enumerated() {
            let end = layout.ends[number]
            let name = tape.tokens[Int(key)].range
            guard isEqualBytes(bytes, name, to: names, in: start..<end) else { return false }
            start = end
        }
        return true
    }

    private mutating func remember(_ layout: MemberLayout) {
        guard layout.names.count <= 4096 else { return }
        if layouts.count < MemberLayouts.maximum {
            layouts.append(layout)
        } else {
            layouts[oldest] = layout
            oldest = (oldest + 1) % MemberLayouts.maximum
        }
    }
}
