/// Finds a member name that stands twice in one object.
struct MemberNameCheck {
    /// Above this many members a set is cheaper than comparing pairs.
    private static let pairLimit = 48

    /// The token of the first name that stands twice, where it does so; nil if there is none.
    func repetition(_ tape: JSONTape, _ object: Int, in bytes: Span<UInt8>) -> Int? {
        let end = tape.tokens.count
        if tape.tokens[object].hasEscape { return repetitionInSet(tape, object, to: end, in: bytes) }
        var seen: UInt64 = 0
        var count = 0
        var index = object + 1
        while index < end {
            let name = tape.tokens[index].inner
            // Names of one object rarely share length, first and last byte: mostly no pair is compared.
            let mark = UInt64(1) << UInt64(fingerprint(bytes, name) & 63)
            if seen & mark != 0 {
                if count > MemberNameCheck.pairLimit { return repetitionInSet(tape, object, to: end, in: bytes) }
                if hasEqualName(before: index, tape, of: object, in: bytes) { return index }
            }
            seen |= mark
            count += 1
            index = Int(tape.tokens[index + 1].next)
        }
        return nil
    }

    private func fingerprint(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Int {
        guard !name.isEmpty else { return 0 }
        return name.count &* 7 &+ Int(bytes[name.lowerBound]) &* 3 &+ Int(bytes[name.upperBound - 1])
    }

    private func hasEqualName(before key: Int, _ tape: JSONTape, of object: Int, in bytes: Span<UInt8>) -> Bool {
        let name = tape.tokens[key].inner
        var index = object + 1
        while index < key {
            let other = tape.tokens[index].inner
            if other.count == name.count, isEqual(bytes, name, to: other) { return true }
            index = Int(tape.tokens[index + 1].next)
        }
        return false
    }

    private func isEqual(_ bytes: Span<UInt8>, _ left: Range<Int>, to right: Range<Int>) -> Bool {
        for offset in 0..<left.count where bytes[left.lowerBound + offset] != bytes[right.lowerBound + offset] {
            return false
        }
        return true
    }

    private func repetitionInSet(_ tape: JSONTape, _ object: Int, to end: Int, in bytes: Span<UInt8>) -> Int? {
        var names: Set<[UInt8]> = []
        var index = object + 1
        while index < end {
            var name: [UInt8] = []
            JSONString.unescape(bytes, tape.tokens[index].inner, into: &name)
            guard names.insert(name).inserted else { return index }
            index = Int(tape.tokens[index + 1].next)
        }
        return nil
    }
}
