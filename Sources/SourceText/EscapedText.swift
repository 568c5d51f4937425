package import StrictJSON

/// The text inside a JSON string, unescaped as it is read, with the way back from its bytes to those of the source.
package final class EscapedText {
    private let outer: ByteWindow
    private var isFinished = false
    /// Bytes of the text handed out so far.
    private var produced = 0
    /// Where runs of the text begin, in the text and in the source; both grow.
    private var runs: [(inner: Int, outer: Int)] = []
    /// Why the string is broken; nil as long as it is not.
    package private(set) var failure: JSONError?

    /// A text whose first character is next in `outer`.
    package init(_ outer: ByteWindow) { self.outer = outer }

    /// Unescapes into the buffer; 0 behind the closing quotation mark, which is consumed.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var count = 0
        while !isFinished, count + 4 <= buffer.count {
            if outer.position >= outer.bytes.count, try !outer.extend() {
                fail(.unexpectedEnd)
                break
            }
            let written = try copyRun(into: buffer.part(from: count))
            produced += written
            count += written
        }
        return count
    }

    private func fail(_ code: JSONError.Code) {
        failure = JSONError(code, at: outer.offset)
        isFinished = true
    }

    /// Copies plain bytes up to the next escape, or what one escape stands for.
    private func copyRun(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let byte = outer.bytes[outer.position]
        if byte == UInt8(ascii: "\"") {
            outer.position += 1
            isFinished = true
            return 0
        }
        guard byte >= 0x20 else {
            fail(.controlCharacter)
            return 0
        }
        runs.append((produced, outer.offset))
        if byte == UInt8(ascii: "\\") { return try copyEscape(into: buffer) }
        var end = outer.position
        let limit = min(outer.bytes.count, outer.position + buffer.count)
        while end < limit {
            let next = outer.bytes[end]
            if next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") || next < 0x20 { break }
            end += 1
        }
        let count = end - outer.position
        let bytes = outer.bytes
        buffer.copy(bytes.span.extracting(outer.position..<end))
        outer.position = end
        return count
    }

    private func copyEscape(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while outer.bytes.count - outer.position < 12, try outer.extend() {}
        let available = outer.bytes.count - outer.position
        let text = Array(outer.bytes[outer.position..<outer.position + min(available, 12)])
        guard let length = JSONString.escapeLength(text.span) else {
            fail(.invalidEscape)
            return 0
        }
        var unescaped: [UInt8] = []
        JSONString.unescape(text.span, 0..<length, into: &unescaped)
        buffer.copy(unescaped.span)
        outer.position += length
        return unescaped.count
    }

    /// The offset in the source of a byte of the text.
    package func sourceOffset(_ inner: Int) -> Int {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].inner <= inner { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return outer.offset }
        return runs[low - 1].outer + inner - runs[low - 1].inner
    }

    /// Forgets where runs before an offset of the text began.
    package func forget(before inner: Int) {
        let keep = runs.lastIndex { $0.inner <= inner } ?? 0
        if keep > 4096 { runs.removeFirst(keep) }
    }
}
