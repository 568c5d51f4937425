/// Parts of raw memory that are checked in every build: subscripts of a buffer are checked in debug builds only.
extension UnsafeMutableRawBufferPointer {
    /// The memory from an offset on.
    func part(from start: Int) -> UnsafeMutableRawBufferPointer {
        precondition((0...count).contains(start), "part of a buffer that begins outside it")
        return UnsafeMutableRawBufferPointer(rebasing: self[start...])
    }

    /// Copies bytes to the beginning of the memory.
    func copy(_ source: Span<UInt8>) {
        precondition(source.count <= count, "more bytes than the buffer takes")
        source.withUnsafeBytes { copyMemory(from: $0) }
    }
}
