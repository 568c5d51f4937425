/// A stretch of a source, in its order.
package enum SourceChunk: Sendable {
    /// Whole lines of JSON that begin at an offset of the source, for ``RecordCollector/collectLines(_:offset:)``.
    case lines([UInt8], offset: Int)
    /// Records that were read already.
    case batch(RecordBatch)

    /// The records of the stretch.
    func records(digestsRaw: Bool) -> RecordBatch {
        switch self {
        case .lines(let bytes, let offset):
            var collector = RecordCollector(digestsRaw: digestsRaw)
            collector.collectLines(bytes, offset: offset)
            return collector.finishBatch()
        case .batch(let batch): return batch
        }
    }
}
