/// A sliding window over a source's unpacked bytes.
///
/// What lies between `position` and the end of the window is at hand; the rest is fetched when asked for.
package final class ByteWindow {
    /// Fills the buffer and returns the number of bytes; 0 at the end of the source.
    package typealias Refill = (UnsafeMutableRawBufferPointer) throws -> Int

    /// One read; large enough that the cost of the call does not show.
    package static let blockBytes = 4 << 20

    /// What was fetched and not yet given up, consumed bytes included.
    package private(set) var bytes: [UInt8]
    /// Index in `bytes` of the next byte to be consumed.
    package var position: Int
    /// Nothing is left to be fetched.
    package private(set) var isAtEnd: Bool
    /// Offset in the source of `bytes[0]`.
    private var base: Int
    private let refill: Refill
    /// Line ends before `position` since the last ``consumeLineCount()``.
    private var lines = 0
    private let blockBytes: Int

    /// Makes a window over what `refill` brings, so many bytes at a time.
    package init(blockBytes: Int = ByteWindow.blockBytes, refill: @escaping Refill) {
        bytes = []
        position = 0
        isAtEnd = false
        base = 0
        self.refill = refill
        self.blockBytes = blockBytes
    }

    /// A window over bytes in memory whose first byte stands at `offset` of the source.
    package init(_ memory: [UInt8], offset: Int) {
        bytes = memory
        position = 0
        isAtEnd = true
        base = offset
        refill = { _ in 0 }
        blockBytes = 0
    }

    /// Offset in the source of the next byte to be consumed.
    package var offset: Int { base + position }

    /// Offset in the source of the byte at an index of `bytes`.
    package func offset(of index: Int) -> Int { base + index }

    /// Fetches one more block; false at the end of the source.
    ///
    /// Indices below `position` become invalid.
    package func extend() throws -> Bool {
        guard !isAtEnd else { return false }
        let before = bytes.count - position
        bytes = try ByteWindow.joined(bytes[position...], room: blockBytes, refill: refill)
        base += position
        position = 0
        if bytes.count == before { isAtEnd = true }
        return bytes.count > before
    }

    /// Bytes, and behind them as many as there is room for; fresh memory is filled once, by the reads themselves.
    ///
    /// A pipe brings little at a time; to hand on each little would copy a long value again and again.
    private static func joined(_ head: ArraySlice<UInt8>, room: Int, refill: Refill) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: head.count + room) { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            raw.copy(head.span)
            count = head.count
            while count < raw.count {
                let room = raw.part(from: count)
                let got = try refill(room)
                precondition((0...room.count).contains(got), "refill brought more bytes than the buffer takes")
                if got == 0 { break }
                count += got
            }
        }
    }

    /// Consumes whole lines, about as many as a block has bytes; empty if there is no line end at hand.
    ///
    /// The block itself is handed over, so its bytes are not copied; the rest of the last line stays.
    package func consumeLines() throws -> [UInt8] {
        if bytes.count - position < blockBytes { _ = try extend() }
        let stop = isAtEnd ? bytes.count : bytes[position...].lastIndexOfLineEnd().map { $0 + 1 }
        guard let stop, stop > position else { return [] }
        let rest = Array(bytes[stop...])
        var lines = bytes
        bytes = []
        lines.removeLast(lines.count - stop)
        if position > 0 { lines.removeFirst(position) }
        base += stop
        bytes = rest
        position = 0
        return lines
    }

    /// The next byte that is not white space, which is not consumed; nil at the end.
    package func peekAfterWhitespace() throws -> UInt8? {
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

    /// Consumes everything up to `index`.
    package func advance(to index: Int) {
        let newlines = bytes[position..<index].withUnsafeBufferPointer { $0.count { $0 == 0x0A } }
        lines += newlines
        position = index
    }

    /// Line ends consumed since the last call.
    package func consumeLineCount() -> Int {
        defer { lines = 0 }
        return lines
    }

    /// Line ends consumed since the last ``consumeLineCount()``.
    package var lineCount: Int { lines }

    /// The bytes from `position` to the next line end, which is not counted; nil if they are more than `limit`, or the
    /// source ends first.
    package func lengthOfLine(limit: Int) throws -> Int? {
        var searched = 0
        while true {
            if let found = bytes[(position + searched)...].firstIndex(of: 0x0A) {
                return found - position <= limit ? found - position : nil
            }
            searched = bytes.count - position
            guard searched <= limit, try extend() else { return nil }
        }
    }

    /// The indices of the next bytes, so many of them.
    package func next(_ count: Int) -> Range<Int> { position..<position + count }

    /// Consumes so many bytes.
    package func advance(by count: Int) { advance(to: position + count) }
}

extension ArraySlice<UInt8> {
    /// The index of the last line end.
    fileprivate func lastIndexOfLineEnd() -> Int? {
        withUnsafeBufferPointer { buffer in buffer.lastIndex(of: 0x0A) }.map { $0 + startIndex }
    }
}
