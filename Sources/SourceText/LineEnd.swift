import Glibc

extension Span<UInt8> {
    /// The index of the next line end, or the end of the span.
    package func indexOfLineEnd(from start: Int) -> Int {
        self.extracting(start..<count).withUnsafeBufferPointer { rest in
            guard let base = rest.baseAddress, let found = memchr(base, 0x0A, rest.count) else {
                return start + rest.count
            }
            return start + (UnsafeRawPointer(found) - UnsafeRawPointer(base))
        }
    }
}
