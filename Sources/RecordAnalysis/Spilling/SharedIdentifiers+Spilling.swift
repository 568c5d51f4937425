import RecordSpill

extension SharedIdentifiers.Entry {
    fileprivate func encode(into raw: inout MutableRawSpan, at offset: inout Int) {
        raw.store(Int64(hash), at: &offset)
        raw.store(deployment, at: &offset)
    }

    fileprivate init(decoding raw: RawSpan, at offset: inout Int) {
        hash = Int(raw.load(Int64.self, at: &offset))
        deployment = raw.load(UInt32.self, at: &offset)
    }
}

extension [SharedIdentifiers.Entry] {
    /// Writes the entries as a section at an offset of a file.
    func spill(into file: SpillFile, at offset: Int) throws -> SpillSection {
        let section = SpillSection(.identifiers, offset: offset, entryCount: count)
        var buffer: [UInt8] = []
        buffer.reserveCapacity(section.length)
        section.begin(in: &buffer)
        encode(into: &buffer)
        section.finish(in: &buffer)
        _ = try file.write(buffer, at: offset)
        return section
    }

    private func encode(into buffer: inout [UInt8]) {
        var span = buffer.mutableSpan
        var raw = span.mutableBytes
        var position = SpillSection.headerBytes
        for entry in self { entry.encode(into: &raw, at: &position) }
    }

    /// Appends the entries of a section of a file.
    mutating func append(_ section: SpillSection, of file: SpillFile) throws {
        let bytes = try file.read(section.length, at: section.offset)
        do throws(SpillDamage) {
            try section.check(bytes.span)
        } catch {
            throw file.damage(section, error)
        }
        let raw = bytes.span.bytes
        var position = SpillSection.headerBytes
        for _ in 0..<section.entryCount { append(SharedIdentifiers.Entry(decoding: raw, at: &position)) }
    }
}
