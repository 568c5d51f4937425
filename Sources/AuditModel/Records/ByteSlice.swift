/// A part of a byte arena: what a record's members are kept as, so that no record allocates.
package struct ByteSlice: Hashable, Sendable, BitwiseCopyable {
    package var start: UInt32
    package var count: UInt32

    @inlinable package init(start: Int, count: Int) {
        self.start = UInt32(start)
        self.count = UInt32(count)
    }

    /// The slice from `start` to `end`.
    @inlinable package init(_ start: Int, to end: Int) { self.init(start: start, count: end - start) }

    /// No bytes; stands for "absent".
    package static let none = ByteSlice(start: 0, count: 0)

    @inlinable package var isEmpty: Bool { count == 0 }
    @inlinable package var range: Range<Int> { Int(start)..<Int(start) + Int(count) }

    /// The same bytes in an arena to which this one was appended at `offset`; absent stays absent.
    @inlinable package func moved(by offset: Int) -> ByteSlice {
        isEmpty ? .none : ByteSlice(start: Int(start) + offset, count: Int(count))
    }
}

extension [UInt8] {
    /// The text of a slice.
    package func text(_ slice: ByteSlice) -> String { String(decoding: self[slice.range], as: UTF8.self) }

    /// Orders two slices by their bytes: negative, zero or positive.
    package func compare(_ left: ByteSlice, _ right: ByteSlice) -> Int {
        compareBytes(self.span, left.range, with: self.span, in: right.range)
    }

    /// Whether two slices hold the same bytes.
    package func isEqual(_ left: ByteSlice, _ right: ByteSlice) -> Bool {
        isEqualBytes(self.span, left.range, to: self.span, in: right.range)
    }
}

/// Orders two byte strings: negative when the first is less, zero when equal.
@inlinable
package func compareBytes(
    _ left: Span<UInt8>, _ leftRange: Range<Int>, with right: Span<UInt8>, in rightRange: Range<Int>
) -> Int {
    let common = min(leftRange.count, rightRange.count)
    let leftBytes = left.bytes
    let rightBytes = right.bytes
    var index = 0
    // Eight bytes at a time: identifiers of one origin differ late.
    while index + 8 <= common {
        let a = unsafe leftBytes.unsafeLoadUnaligned(fromByteOffset: leftRange.lowerBound + index, as: UInt64.self)
        let b = unsafe rightBytes.unsafeLoadUnaligned(fromByteOffset: rightRange.lowerBound + index, as: UInt64.self)
        if a != b { return a.bigEndian < b.bigEndian ? -1 : 1 }
        index += 8
    }
    while index < common {
        let a = left[leftRange.lowerBound + index]
        let b = right[rightRange.lowerBound + index]
        if a != b { return Int(a) - Int(b) }
        index += 1
    }
    return leftRange.count - rightRange.count
}

/// Whether two byte strings are the same; eight bytes at a time.
@inlinable
package func isEqualBytes(
    _ left: Span<UInt8>, _ leftRange: Range<Int>, to right: Span<UInt8>, in rightRange: Range<Int>
) -> Bool {
    let count = leftRange.count
    guard count == rightRange.count else { return false }
    let leftBytes = left.bytes
    let rightBytes = right.bytes
    let leftStart = leftRange.lowerBound
    let rightStart = rightRange.lowerBound
    var index = 0
    while index + 8 <= count {
        let a = unsafe leftBytes.unsafeLoadUnaligned(fromByteOffset: leftStart + index, as: UInt64.self)
        let b = unsafe rightBytes.unsafeLoadUnaligned(fromByteOffset: rightStart + index, as: UInt64.self)
        if a != b { return false }
        index += 8
    }
    while index < count {
        if left[leftStart + index] != right[rightStart + index] { return false }
        index += 1
    }
    return true
}
