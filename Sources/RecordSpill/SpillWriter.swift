import AuditModel
import RecordContent
import RecordIngest

/// Writes sorted records as sections of a file, one after the other.
struct SpillWriter {
    /// Entries of a section: few enough that those read in vain do not matter.
    private static let entriesPerSection = 128
    /// A section ends once its entries have so many bytes: large records are not read in vain either.
    private static let bytesPerSection = 1 << 20

    private let arena: RecordArena
    private let file: SpillFile
    /// Sections that are not written yet.
    private var buffer: [UInt8] = []
    /// Where the buffer goes.
    private var offset: Int

    init(_ arena: RecordArena, to file: SpillFile, at offset: Int) {
        self.arena = arena
        self.file = file
        self.offset = offset
        buffer.reserveCapacity(SpillFile.blockBytes + SpillFile.blockBytes / 4)
    }

    /// Writes records whose bytes follow each other in the arena, the last one's up to `bytesEnd`.
    mutating func write<Entry: SpilledEntry>(_ entries: [Entry], bytesEnd: Int) throws -> [SpilledSegment.Mark] {
        var marks: [SpilledSegment.Mark] = []
        var first = 0
        while first < entries.count {
            let start = Int(entries[first].content.start)
            var next = first + 1
            while next < entries.count, next - first < SpillWriter.entriesPerSection,
                Int(entries[next].content.start) - start < SpillWriter.bytesPerSection
            {
                next += 1
            }
            let stop = next < entries.count ? Int(entries[next].content.start) : bytesEnd
            let section = append(entries[first..<next], bytes: start..<stop)
            marks.append(
                SpilledSegment.Mark(id: Array(arena.bytes[entries[first].deploymentID.range]), section: section))
            if buffer.count >= SpillFile.blockBytes { _ = try flush() }
            first = next
        }
        return marks
    }

    /// Writes what is not written yet; returns the offset behind it.
    mutating func flush() throws -> Int {
        offset = try file.write(buffer, at: offset)
        buffer.removeAll(keepingCapacity: true)
        return offset
    }

    private mutating func append<Entry: SpilledEntry>(
        _ entries: ArraySlice<Entry>, bytes: Range<Int>
    ) -> SpillSection {
        let start = buffer.count
        let section = SpillSection(
            Entry.kind, offset: offset + start, entryCount: entries.count,
            checkCount: entries.reduce(0) { $0 + $1.checks.count }, byteCount: bytes.count)
        section.begin(in: &buffer)
        encode(entries, within: bytes, at: start + SpillSection.headerBytes)
        buffer.append(contentsOf: arena.bytes[bytes])
        section.finish(in: &buffer)
        precondition(buffer.count - start == section.length, "a section of another length than its parts have")
        return section
    }

    /// Stores entries, and behind them their checks.
    private mutating func encode<Entry: SpilledEntry>(
        _ entries: ArraySlice<Entry>, within bytes: Range<Int>, at start: Int
    ) {
        // The arena is a member beside the buffer, which nothing else may touch while it is changed.
        let arena = arena
        var span = buffer.mutableSpan
        var raw = span.mutableBytes
        var position = start
        for entry in entries { entry.encode(into: &raw, at: &position, within: bytes) }
        for entry in entries {
            for index in entry.checks {
                let check = arena.checks[Int(index)]
                raw.store(check.name, within: bytes, at: &position)
                raw.store(check.passed, at: &position)
            }
        }
    }
}
