import SourceText

extension EscapedText {
    /// Turns the positions of a batch from those in the text into those in the source.
    ///
    /// A JSON string has no line end, so every record stands on the line of the string.
    func locateInSource(_ batch: inout RecordBatch) {
        batch.lineCount = 0
        batch.mapPositions { RecordPosition(line: 0, offset: sourceOffset($0.offset)) }
    }
}
