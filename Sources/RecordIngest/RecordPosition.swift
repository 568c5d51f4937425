import StrictJSON

/// Where a record begins: its line counted from the beginning of the batch, and its offset in the unpacked source.
package struct RecordPosition: Sendable, Hashable, BitwiseCopyable {
    package var line: Int
    package var offset: Int

    package init(line: Int, offset: Int) {
        self.line = line
        self.offset = offset
    }
}

extension RecordPosition {
    /// The position of a token in a text that fills `range` and begins here; leading white space is on the first line.
    func moved(to token: JSONToken, in range: Range<Int>) -> RecordPosition {
        RecordPosition(line: line, offset: offset + Int(token.start) - range.lowerBound)
    }

    /// The position of a later token, when this is the position of `from`.
    func moved(from: JSONToken, to token: JSONToken, in bytes: Span<UInt8>) -> RecordPosition {
        let between = bytes.extracting(Int(from.start)..<Int(token.start))
        let lines = between.withUnsafeBufferPointer { $0.count { $0 == 0x0A } }
        return RecordPosition(line: line + lines, offset: offset + between.count)
    }
}
