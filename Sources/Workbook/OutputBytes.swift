/// Bytes into memory that was set aside for them; each call traps where there is no room.
extension OutputSpan<UInt8> {
    /// Appends fixed text.
    @inline(__always)
    mutating func append(literal text: StaticString) { append(text.utf8Start, count: text.utf8CodeUnitCount) }

    /// Appends bytes of a text.
    @inline(__always)
    mutating func append(_ text: Span<UInt8>, _ range: Range<Int>) {
        text.extracting(range).withUnsafeBufferPointer { bytes in
            guard let first = bytes.baseAddress else { return }
            append(first, count: bytes.count)
        }
    }

    /// Appends a number with so many digits, zeros in front.
    mutating func append(_ number: UInt, digits: Int) {
        precondition(digits <= freeCapacity)
        withUnsafeMutableBufferPointer { memory, filled in
            var rest = number
            for index in (filled..<filled + digits).reversed() {
                memory.initializeElement(at: index, to: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
                rest /= 10
            }
            filled += digits
        }
    }

    /// Appends bytes that stand somewhere else.
    @inline(__always)
    mutating func append(_ bytes: UnsafePointer<UInt8>, count: Int) {
        precondition(count <= freeCapacity)
        withUnsafeMutableBufferPointer { memory, filled in
            guard let start = memory.baseAddress else { return }
            (start + filled).initialize(from: bytes, count: count)
            filled += count
        }
    }
}

extension [UInt8] {
    /// Bytes that are written to memory of their own, with room for so many.
    init(room: Int, _ write: (inout OutputSpan<UInt8>) -> Void) {
        self.init(unsafeUninitializedCapacity: room) { memory, count in
            var output = OutputSpan(buffer: memory, initializedCount: 0)
            write(&output)
            count = output.finalize(for: memory)
        }
    }
}
