package import AuditModel

/// Gives each distinct identifier a small number; equality is that of bytes.
struct IdentifierTable {
    private var slots: [UInt32]
    private var hashes: [Int] = []
    /// Where each identifier was first seen.
    private(set) var places: [IdentifierSlice] = []

    init(capacity: Int) {
        var size = 1024
        while size < capacity * 2 { size *= 2 }
        slots = Array(repeating: .max, count: size)
    }

    /// The number of the identifier whose bytes stand at `place`; `isSame` compares it with an earlier one.
    mutating func number(
        _ hash: Int, _ place: IdentifierSlice, _ isSame: (IdentifierSlice, IdentifierSlice) -> Bool
    ) -> Int {
        if places.count * 2 >= slots.count { grow() }
        var slot = hash & (slots.count - 1)
        while slots[slot] != .max {
            let number = Int(slots[slot])
            if hashes[number] == hash, isSame(places[number], place) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = UInt32(places.count)
        hashes.append(hash)
        places.append(place)
        return places.count - 1
    }

    private mutating func grow() {
        var larger = [UInt32](repeating: .max, count: slots.count * 2)
        for (number, hash) in hashes.enumerated() {
            var slot = hash & (larger.count - 1)
            while larger[slot] != .max { slot = (slot + 1) & (larger.count - 1) }
            larger[slot] = UInt32(number)
        }
        slots = larger
    }
}

/// Where an identifier's bytes stand.
package struct IdentifierSlice: Sendable {
    package var batch: Int32
    var start: UInt32
    var count: UInt32

    package init(_ batch: Int, _ slice: ByteSlice) {
        (self.batch, start, count) = (Int32(batch), slice.start, slice.count)
    }

    var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}
