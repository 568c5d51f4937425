/// A sliding window over a source's unpacked bytes.
///
/// What lies between `position` and the end of the window is at hand; the rest is fetched when asked for.
final class ByteWindow {
    /// Fills the buffer and returns the number of bytes; 0 at the end of the source.
    typealias Refill = (UnsafeMutableRawBufferPointer) throws -> Int

    /// One read; large enough that the cost of the call does not show.
    static let blockBytes = 4 << 20

    private(set) var bytes: [UInt8]
    /// Index in `bytes` of the next byte to be taken.
    var position: Int
    private(set) var isAtEnd: Bool
    /// Offset in the source of `bytes[0]`.
    private var base: Int
    private let refill: Refill
    /// Line ends before `position` since the last ``takeLineCount()``.
    private var lines = 0
    private let blockBytes: Int

    init(blockBytes: Int = ByteWindow.blockBytes, refill: @escaping Refill) {
        (bytes, position, isAtEnd, base) = ([], 0, false, 0)
        self.refill = refill
        self.blockBytes = blockBytes
    }

    /// A window over bytes in memory whose first byte stands at `offset` of the source.
    init(_ memory: [UInt8], offset: Int) {
        (bytes, position, isAtEnd, base) = (memory, 0, true, offset)
        refill = { _ in 0 }
        blockBytes = 0
    }

    /// Offset in the source of the next byte to be taken.
    var offset: Int { base + position }

    func offset(of index: Int) -> Int { base + index }

    /// Fetches one more block; false at the end of the source. Indices below `position` become invalid.
    func extend() throws -> Bool {
        guard !isAtEnd else { return false }
        if position > 0 {
            bytes.removeFirst(position)
            base += position
            position = 0
        }
        let size = blockBytes
        let count = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: size))
        let got = try bytes.withUnsafeMutableBytes { buffer in
            try refill(UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
        }
        bytes.removeLast(size - got)
        if got == 0 { isAtEnd = true }
        return got > 0
    }

    /// The next byte that is not white space, which is not taken; nil at the end.
    func peekAfterWhitespace() throws -> UInt8? {
        while true {
            while position < bytes.count {
                let byte = bytes[position]
                guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
                if byte == 0x0A { lines += 1 }
                position += 1
            }
            guard try extend() else { return nil }
        }
    }

    /// Takes everything up to `index`.
    func advance(to index: Int) {
        let newlines = bytes[position..<index].withUnsafeBufferPointer { $0.count { $0 == 0x0A } }
        lines += newlines
        position = index
    }

    /// Takes everything up to `index`, whose line ends are counted elsewhere.
    func advanceUncounted(to index: Int) { position = index }

    /// Line ends taken since the last call.
    func takeLineCount() -> Int {
        defer { lines = 0 }
        return lines
    }

    /// Line ends taken since the last ``takeLineCount()``.
    var lineCount: Int { lines }

    /// The index of the next line end at or after `index`; nil if there is none within `limit` bytes of `position`.
    func indexOfLineEnd(limit: Int) throws -> Int? {
        var searched = 0
        while true {
            let found = bytes[(position + searched)...].firstIndex(of: 0x0A)
            if let found { return found - position <= limit ? found : nil }
            searched = bytes.count - position
            guard searched <= limit, try extend() else { return nil }
        }
    }
}
