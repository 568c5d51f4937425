package import AuditModel

/// Gives each distinct identifier a small number; equality is that of bytes.
struct IdentifierTable {
    private var slots: [UInt32]
    private var hashes: [Int] = []
    /// Where each identifier was first seen.
    private(set) var slices: [IdentifierSlice] = []

    init(capacity: Int) {
        var size = 1024
        while size < capacity * 2 { size *= 2 }
        slots = Array(repeating: .max, count: size)
    }

    /// The number of the identifier whose bytes stand at `slice`; `isSame` compares it with an earlier one.
    mutating func number(
        _ hash: Int, _ slice: IdentifierSlice, isSame: (IdentifierSlice, IdentifierSlice) -> Bool
    ) -> Int {
        if slices.count * 2 >= slots.count { grow() }
        var slot = hash & (slots.count - 1)
        while slots[slot] != .max {
            let number = Int(slots[slot])
            if hashes[number] == hash, isSame(slices[number], slice) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = UInt32(slices.count)
        hashes.append(hash)
        slices.append(slice)
        return slices.count - 1
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
        self.batch = Int32(batch)
        start = slice.start
        count = slice.count
    }

    var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}
