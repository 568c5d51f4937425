internal import FileSystem

/// One pass over the headers of an archive that collects entries and problems.
///
/// It goes from the end of the file to the central directory and from there to the local headers, and stops early only
/// where nothing tells it where to go on. No length is believed before it is compared with a limit and with the file.
struct ZipScan {
    /// An entry of the central directory, and whether both of its headers are those that its values ask for.
    private struct Candidate {
        let entry: ZipEntry
        var isSound: Bool
    }

    /// The entries against which nothing was found.
    private(set) var entries: [ZipEntry] = []
    /// The names of those that have a problem.
    private(set) var withheld: [String] = []
    /// What is wrong, at most `ZipArchive.maximumProblems` and one more.
    private(set) var problems: [ZipProblem] = []
    private let store: ByteStore

    /// Makes a pass over `store` that has not begun.
    init(_ store: ByteStore) {
        self.store = store
    }

    /// Makes the pass; throws only if the bytes cannot be read.
    mutating func run() throws(FileSystemError) {
        guard let endRecord = try findEndRecord(),
            let (directory, recordsOffset) = try readEndRecords(endRecord)
        else { return }
        try checkGap(from: directory.offset + directory.size, to: recordsOffset)
        let headers = try store.bytes(at: directory.offset, count: Int(directory.size))
        let found = readCentralHeaders(headers[...], count: directory.count)
        try checkLocalHeaders(of: found, directoryOffset: directory.offset)
    }

    private mutating func note(_ problem: ZipProblem) {
        if problems.count < ZipArchive.maximumProblems {
            problems.append(problem)
        } else if problems.count == ZipArchive.maximumProblems {
            problems.append(ZipProblem(.tooManyProblems, "further problems not listed"))
        }
    }

    private mutating func note(_ more: [ZipProblem]) {
        for problem in more { note(problem) }
    }
}

// MARK: - End records

extension ZipScan {
    /// Returns where the last end record starts, a problem noted if it does not end the file.
    private mutating func findEndRecord() throws(FileSystemError) -> UInt64? {
        let longest = ZipStructure.endRecordSize + Int(UInt16.max)  // with a comment
        let tailOffset = store.size - min(store.size, UInt64(longest))
        let tail = try store.bytes(at: tailOffset, count: longest)[...]
        var start = tail.count - ZipStructure.endRecordSize
        while start >= 0, tail.uint32(at: start) != ZipStructure.endSignature { start -= 1 }
        guard start >= 0 else {
            note(ZipProblem(.noEndRecord, "end record missing, expected in the last 22 bytes of a zip archive"))
            return nil
        }
        let surplus = tail.count - start - ZipStructure.endRecordSize
        if surplus > 0, surplus != Int(tail.uint16(at: start + 20)) {
            note(ZipProblem(.trailingData, "data behind end record \"\(surplus)\" bytes, expected none"))
        }
        return tailOffset + UInt64(start)
    }

    /// Returns what the end records say, and where they start, if the central directory can be read there.
    private mutating func readEndRecords(
        _ endRecord: UInt64
    ) throws(FileSystemError) -> (directory: ZipDirectory, recordsOffset: UInt64)? {
        let longest = ZipStructure.endRecordSize + ZipStructure.zip64LocatorSize + ZipStructure.zip64EndRecordSize
        let stop = endRecord + UInt64(ZipStructure.endRecordSize)
        let available = min(stop, UInt64(longest))
        let tail = try store.bytes(at: stop - available, count: Int(available))[...]
        do throws(ZipProblem) {
            let (directory, length) = try ZipStructure.decodeEndRecords(tail)
            compareEndRecords(tail.suffix(length), with: directory)
            try Self.checkLimits(of: directory, recordsOffset: stop - UInt64(length))
            return (directory, stop - UInt64(length))
        } catch {
            note(error)
            return nil
        }
    }

    private mutating func compareEndRecords(_ found: ArraySlice<UInt8>, with directory: ZipDirectory) {
        let expected = ZipStructure.endRecords(for: directory)[...]
        let end = ZipStructure.endRecordSize
        note(ZipField.differences(ZipField.end, found: found.suffix(end), expected: expected.suffix(end)))
        if found.count == expected.count, found.count > end {
            note(ZipField.differences(ZipField.zip64End, found: found, expected: expected))
        } else if found.count != expected.count {
            note(ZipProblem(.zip64, "zip64 end records present, expected none for values that fit the end record"))
        }
    }

    /// Throws if the central directory is larger than allowed or does not lie before the end records.
    private static func checkLimits(of directory: ZipDirectory, recordsOffset: UInt64) throws(ZipProblem) {
        guard directory.count <= UInt64(ZipStructure.maximumEntries) else {
            let limit = "expected at most \"\(ZipStructure.maximumEntries)\""
            throw ZipProblem(.tooManyEntries, "entry count \"\(directory.count)\", \(limit)")
        }
        guard directory.size <= UInt64(ZipStructure.maximumDirectorySize) else {
            let limit = "expected at most \"\(ZipStructure.maximumDirectorySize)\""
            throw ZipProblem(.directoryTooLarge, "central directory size \"\(directory.size)\" bytes, \(limit)")
        }
        guard directory.size <= recordsOffset, directory.offset <= recordsOffset - directory.size else {
            let place = "\"\(directory.size)\" bytes at \"\(directory.offset)\""
            throw ZipProblem(.directoryOffset, "central directory \(place), expected to end at \"\(recordsOffset)\"")
        }
    }

    /// Notes bytes between central directory and end records, a further end record by its own name.
    private mutating func checkGap(from start: UInt64, to end: UInt64) throws(FileSystemError) {
        guard start != end else { return }
        let next = try store.bytes(at: start, count: 4)[...]
        if next.count == 4, next.uint32(at: 0) == ZipStructure.endSignature {
            note(ZipProblem(.secondEndRecord, "end record at \"\(start)\" and at \"\(end)\", expected one"))
        } else {
            note(ZipProblem(.directoryOffset, "central directory ends at \"\(start)\", expected at \"\(end)\""))
        }
    }
}

// MARK: - Central directory

extension ZipScan {
    /// Returns the entries whose headers can be read, in their order.
    private mutating func readCentralHeaders(_ headers: ArraySlice<UInt8>, count: UInt64) -> [Candidate] {
        var rest = headers
        var number: UInt64 = 0
        var last: String?
        var found: [Candidate] = []
        while !rest.isEmpty, number < UInt64(ZipStructure.maximumEntries) {
            guard let length = ZipStructure.centralHeaderLength(rest) else { break }
            number += 1
            if var candidate = readCentralHeader(rest.prefix(length)) {
                let name = candidate.entry.name
                if let last, ZipName.precedes(name, last) {
                    let message = "name \"\(name)\" behind \"\(last)\", expected byte order"
                    note(ZipProblem(.nameOrder, entry: name, message))
                    candidate.isSound = false
                }
                last = name
                found.append(candidate)
            }
            rest = rest.dropFirst(length)
        }
        if !rest.isEmpty, number == UInt64(ZipStructure.maximumEntries) {
            let message = "central directory goes on behind \"\(number)\" entries, expected its end"
            note(ZipProblem(.tooManyEntries, message))
        } else if !rest.isEmpty {
            let place = "\"\(rest.startIndex - headers.startIndex)\" bytes into the central directory"
            note(ZipProblem(.signature, "central header missing or cut short \(place), expected one"))
        }
        if number != count {
            let message = "entry count \"\(count)\", expected \"\(number)\" as in the central directory"
            note(ZipProblem(.entryCount, message))
        }
        return found
    }

    /// Returns the entry of one central header if it has a usable name and usable values.
    private mutating func readCentralHeader(_ header: ArraySlice<UInt8>) -> Candidate? {
        do throws(ZipProblem) {
            let entry = try ZipStructure.decodeCentralHeader(header)
            let expected = ZipStructure.centralHeader(for: entry)[...]
            let isExpected = header == expected
            if !isExpected {
                note(ZipField.differences(ZipField.central, found: header, expected: expected, entry: entry.name))
                let variable = ZipStructure.centralHeaderSize + entry.name.utf8.count
                noteExtraField(header.dropFirst(variable), expected: expected.dropFirst(variable), of: entry)
            }
            let sizeProblem = entry.sizeProblem
            if let sizeProblem { note(sizeProblem) }
            return Candidate(entry: entry, isSound: isExpected && sizeProblem == nil)
        } catch {
            note(error)
            // Of one whose sizes cannot be read the name is known all the same.
            if error.code == .zip64, let name = error.entry { withheld.append(name) }
            return nil
        }
    }

    private mutating func noteExtraField(
        _ found: ArraySlice<UInt8>, expected: ArraySlice<UInt8>, of entry: ZipEntry
    ) {
        // Other lengths have been noted with the length fields.
        guard found.count == expected.count, found != expected else { return }
        note(ZipProblem(.zip64, entry: entry.name, "zip64 field differs from the one the sizes ask for"))
    }
}

// MARK: - Local headers

extension ZipScan {
    /// Compares the local headers with `found`, and keeps the entries against which nothing was found.
    ///
    /// Bytes in front of an entry that belong to nothing are a problem of the archive, and say nothing against the entry.
    private mutating func checkLocalHeaders(
        of found: [Candidate], directoryOffset: UInt64
    ) throws(FileSystemError) {
        let clashes = ZipName.clashes(in: found.map(\.entry.name))
        var end: UInt64 = 0
        // The bytes up to here belong to entries that are handed out; none is handed out twice.
        var covered: UInt64 = 0
        for (index, candidate) in found.enumerated() {
            let entry = candidate.entry
            let clash = clashes[index]
            if let clash { note(clash) }
            guard isInside(entry) else {
                let message = "data outside the archive of \"\(store.size)\" bytes, expected inside"
                note(ZipProblem(.outOfBounds, entry: entry.name, message))
                withheld.append(entry.name)
                continue
            }
            let overlaps = entry.localHeaderOffset < covered
            noteOffset(
                entry.localHeaderOffset, expected: overlaps ? covered : end, what: "local header", entry: entry.name)
            end = entry.endOffset
            let hasExpectedHeader = try compareLocalHeader(of: entry)
            if candidate.isSound, hasExpectedHeader, !overlaps, clash == nil {
                entries.append(entry)
                covered = end
            } else {
                withheld.append(entry.name)
            }
        }
        noteOffset(directoryOffset, expected: end, what: "central directory", entry: nil)
    }

    private func isInside(_ entry: ZipEntry) -> Bool {
        let headerSize = ZipStructure.localHeaderSize(for: entry)
        guard entry.localHeaderOffset <= store.size else { return false }
        let rest = store.size - entry.localHeaderOffset
        return headerSize <= rest && entry.compressedSize <= rest - headerSize
    }

    private mutating func noteOffset(_ offset: UInt64, expected: UInt64, what: String, entry: String?) {
        guard offset != expected else { return }
        let code: ZipProblem.Code = offset < expected ? .overlap : expected == 0 ? .leadingData : .gap
        note(ZipProblem(code, entry: entry, "\(what) at \"\(offset)\", expected at \"\(expected)\""))
    }

    /// Notes where the local header differs from the one that the entry asks for, and returns whether it is that one.
    private mutating func compareLocalHeader(of entry: ZipEntry) throws(FileSystemError) -> Bool {
        let expected = ZipStructure.localHeader(for: entry)
        let found = try store.bytes(at: entry.localHeaderOffset, count: expected.count)
        guard found != expected else { return true }
        note(ZipField.differences(ZipField.local, found: found[...], expected: expected[...], entry: entry.name))
        let nameEnd = ZipStructure.localHeaderSize + entry.name.utf8.count
        let name = found[ZipStructure.localHeaderSize..<nameEnd]
        if !name.elementsEqual(entry.name.utf8) {
            let message = "local name \(ZipProblem.quoted(name)), expected \"\(entry.name)\""
            note(ZipProblem(.nameDiffers, entry: entry.name, message))
        }
        if found[nameEnd...] != expected[nameEnd...] {
            note(ZipProblem(.zip64, entry: entry.name, "local zip64 field differs from the one the sizes ask for"))
        }
        return false
    }
}
