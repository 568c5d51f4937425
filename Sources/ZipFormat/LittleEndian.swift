extension [UInt8] {
    /// Appends the bytes of `value`, the lowest first.
    mutating func append(littleEndian value: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}

extension ArraySlice<UInt8> {
    /// Returns the two bytes at `offset` from the start, the lowest first.
    func uint16(at offset: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: uint(at: offset, width: 2))
    }

    /// Returns the four bytes at `offset` from the start, the lowest first.
    func uint32(at offset: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: uint(at: offset, width: 4))
    }

    /// Returns the eight bytes at `offset` from the start, the lowest first.
    func uint64(at offset: Int) -> UInt64 {
        uint(at: offset, width: 8)
    }

    /// Returns the `width` bytes (at most 8) at `offset` from the start, the lowest first.
    func uint(at offset: Int, width: Int) -> UInt64 {
        let start = startIndex + offset
        return self[start..<start + width].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
