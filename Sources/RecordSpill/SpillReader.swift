import AuditModel
import RecordContent
import RecordIngest

/// Reads the records of a range of identifiers from consecutive sections of a file.
struct SpillReader<Entry: SpilledEntry> {
    /// What a section has of the range, counted from its own first entry, byte and check.
    private struct Selection {
        var entries: Range<Int>
        var bytes: Range<Int>
        var firstCheck: Int
    }

    private let file: SpillFile
    private let range: IdentifierRange
    private let sections: [SpillSection]
    /// The sections that were read last, their bytes, and what they have of the range.
    private var window: Range<Int>
    private var bytes: [UInt8] = []
    private var selections: [Selection] = []
    /// How much the records take: exactly, if they were read at once; else what cannot be exceeded.
    private(set) var room = (entries: 0, bytes: 0, checks: 0)

    /// Reads the first of the sections, so that ``room`` is known.
    init(_ sections: [SpillSection], of file: SpillFile, range: IdentifierRange) throws {
        self.file = file
        self.range = range
        self.sections = sections
        window = 0..<0
        try readWindow()
        for selection in selections {
            room.entries += selection.entries.count
            room.bytes += selection.bytes.count
        }
        for section in sections[window.upperBound...] {
            room.entries += Int(section.entryCount)
            room.bytes += Int(section.byteCount)
        }
        room.checks = sections.reduce(0) { $0 + Int($1.checkCount) }
    }

    /// Appends the records of the range, each with its bytes and checks.
    mutating func appendRecords(to entries: inout [Entry], arena: inout RecordArena) throws {
        while !window.isEmpty {
            for (section, selection) in zip(sections[window], selections) where !selection.entries.isEmpty {
                do throws(SpillDamage) {
                    try append(selection, of: section, to: &entries, arena: &arena)
                } catch {
                    throw file.damage(section, error)
                }
            }
            try readWindow()
        }
    }

    /// Reads the next sections, at least one if there is one, and checks them.
    private mutating func readWindow() throws {
        let first = window.upperBound
        var next = first
        var length = 0
        while next < sections.count, length == 0 || length + sections[next].length <= SpillFile.blockBytes {
            length += sections[next].length
            next += 1
        }
        window = first..<next
        selections.removeAll(keepingCapacity: true)
        bytes = []
        guard let start = sections[window].first?.offset else { return }
        bytes = try file.read(length, at: start)
        for section in sections[window] {
            do throws(SpillDamage) {
                selections.append(try select(section))
            } catch {
                throw file.damage(section, error)
            }
        }
    }

    /// Where a section stands in what was read.
    private func extent(_ section: SpillSection) -> Range<Int> {
        let start = section.offset - sections[window.lowerBound].offset
        return start..<start + section.length
    }

    /// Checks a section and finds what it has of the range.
    private func select(_ section: SpillSection) throws(SpillDamage) -> Selection {
        let own = bytes.span.extracting(extent(section))
        try section.check(own)
        let count = Int(section.entryCount)
        let first = try firstEntry(of: section, in: own, notBefore: range.lower) ?? 0
        let last = try firstEntry(of: section, in: own, notBefore: range.upper) ?? count
        guard first < last else { return Selection(entries: 0..<0, bytes: 0..<0, firstCheck: 0) }
        let start = try head(first, of: section, in: own).content.range.lowerBound
        let stop =
            last < count
            ? try head(last, of: section, in: own).content.range.lowerBound : Int(section.byteCount)
        guard start <= stop else { throw SpillDamage(problem: "bytes of records are not in their order") }
        var firstCheck = 0
        if section.checkCount > 0 {
            for index in 0..<first { firstCheck += try head(index, of: section, in: own).checkCount }
            guard firstCheck <= Int(section.checkCount) else {
                throw SpillDamage(problem: "records have more compliance checks than their section")
            }
        }
        return Selection(entries: first..<last, bytes: start..<stop, firstCheck: firstCheck)
    }

    /// The first entry whose identifier is not before one; nil if there is no such bound.
    private func firstEntry(
        of section: SpillSection, in bytes: Span<UInt8>, notBefore id: [UInt8]?
    ) throws(SpillDamage) -> Int? {
        guard let id else { return nil }
        var low = 0
        var high = Int(section.entryCount)
        while low < high {
            let middle = (low + high) / 2
            let slice = try head(middle, of: section, in: bytes).deploymentID.moved(by: section.bytesStart)
            if compareBytes(bytes, slice.range, with: id.span, in: 0..<id.count) < 0 {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// What every entry begins with.
    private func head(
        _ index: Int, of section: SpillSection, in bytes: Span<UInt8>
    ) throws(SpillDamage) -> (deploymentID: ByteSlice, content: ByteSlice, checkCount: Int) {
        let raw = bytes.bytes
        let slices = SliceBounds(range: 0..<Int(section.byteCount), shift: 0)
        var position = SpillSection.headerBytes + index * Entry.encodedBytes
        let deploymentID = try raw.loadSlice(slices, at: &position)
        let content = try raw.loadSlice(slices, at: &position)
        return (deploymentID, content, Int(raw.load(UInt32.self, at: &position)))
    }

    private func append(
        _ selection: Selection, of section: SpillSection, to entries: inout [Entry], arena: inout RecordArena
    ) throws(SpillDamage) {
        let extent = extent(section)
        let slices = SliceBounds(range: selection.bytes, shift: arena.bytes.count - selection.bytes.lowerBound)
        let start = extent.lowerBound + section.bytesStart
        arena.bytes.append(contentsOf: bytes[start + selection.bytes.lowerBound..<start + selection.bytes.upperBound])
        let raw = bytes.span.extracting(extent).bytes
        var position = SpillSection.headerBytes + selection.entries.lowerBound * Entry.encodedBytes
        var next = Int32(arena.checks.count)
        let end = next + Int32(Int(section.checkCount) - selection.firstCheck)
        for _ in selection.entries {
            let entry = try Entry(decoding: raw, at: &position, slices: slices, checks: next..<end)
            next += Int32(entry.checks.count)
            entries.append(entry)
        }
        position = section.checksStart + selection.firstCheck * SpillSection.checkBytes
        for _ in Int32(arena.checks.count)..<next {
            let name = try raw.loadSlice(slices, at: &position)
            arena.checks.append(ComplianceCheck(name: name, passed: try raw.loadBool(at: &position)))
        }
    }
}
