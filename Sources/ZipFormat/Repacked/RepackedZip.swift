internal import FileSystem

/// An archive outside of the profile that can be read in one way only: what other programs pack.
///
/// Taken are: data that is stored or deflated, data descriptors, extra fields of any kind and length, comments, entries of
/// directories, any order of the entries, backslashes in names, ZIP64 records. Refused is whatever two programs could read
/// differently: names that occur twice or differ between the headers, sizes and methods that do, encryption, links, bytes
/// between the entries that belong to none, overlaps, more than one end record.
package struct RepackedZip: Sendable {
    /// Where the bytes come from.
    package let store: ByteStore
    /// The files in the order of the central directory, with slashes in their names.
    ///
    /// Names are relative and stay below their root; two never differ in case alone; no two files overlap.
    package let files: [ZipContent]

    /// Reads the headers of an archive; throws the first thing for which it cannot be read in one way.
    package init(_ store: ByteStore) throws(ZipReadError) {
        self.store = store
        let scan = RepackedScan(store: store)
        let directory = try scan.directory()
        let headers = try scan.centralHeaders(directory)
        let places = try scan.places(of: headers, directory: directory)
        files = zip(headers, places).filter { !$0.0.isDirectory }.map { header, place in
            ZipContent(
                name: header.name, method: header.method, compressedSize: header.compressedSize,
                uncompressedSize: header.uncompressedSize, dataOffset: place.data, crc32: header.crc32)
        }
        let names = files.map(\.name)
        let clashes = ZipName.clashes(in: names)
        if let first = clashes.keys.min(), let problem = clashes[first] { throw .problem(problem) }
    }
}

/// The steps of reading such an archive.
struct RepackedScan {
    /// Where an entry stands: its header, its data, and what follows.
    struct Place {
        var start: UInt64
        var data: UInt64
        var end: UInt64
    }

    let store: ByteStore

    func bytes(at offset: UInt64, count: Int) throws(ZipReadError) -> ArraySlice<UInt8> {
        do throws(FileSystemError) {
            return try store.bytes(at: offset, count: count)[...]
        } catch {
            throw .environment(error)
        }
    }

    static func refused(_ code: ZipProblem.Code, _ message: String, entry: String? = nil) -> ZipReadError {
        .problem(ZipProblem(code, entry: entry.map { ZipProblem.escaped(Array($0.utf8)) }, message))
    }
}

// MARK: - End records

extension RepackedScan {
    /// Where the central directory lies; the last end record has to end the file, with its comment.
    func directory() throws(ZipReadError) -> ZipDirectory {
        let longest = ZipStructure.endRecordSize + Int(UInt16.max)
        let tailOffset = store.size - min(store.size, UInt64(longest))
        let tail = try bytes(at: tailOffset, count: longest)
        var start = tail.count - ZipStructure.endRecordSize
        while start >= 0, tail.uint32(at: start) != ZipStructure.endSignature { start -= 1 }
        guard start >= 0 else { throw Self.refused(.noEndRecord, "end record missing") }
        guard start + ZipStructure.endRecordSize + Int(tail.uint16(at: start + 20)) == tail.count else {
            throw Self.refused(.trailingData, "end record does not end the file")
        }
        let end = tail.dropFirst(start)
        guard end.uint32(at: 4) == 0, end.uint16(at: 8) == end.uint16(at: 10) else {
            throw Self.refused(.multipleDisks, "archive of several disks")
        }
        let stated = ZipDirectory(
            count: UInt64(end.uint16(at: 10)), size: UInt64(end.uint32(at: 12)), offset: UInt64(end.uint32(at: 16)))
        let place = tailOffset + UInt64(start)
        let (directory, recordsStart) = try zip64(before: place, stated: stated) ?? (stated, place)
        guard directory.count <= UInt64(ZipStructure.maximumEntries),
            directory.size <= UInt64(ZipStructure.maximumDirectorySize)
        else { throw Self.refused(.tooManyEntries, "\(directory.count) entries, more than any bundle has") }
        guard directory.size <= recordsStart, directory.offset == recordsStart - directory.size else {
            throw Self.refused(.directoryOffset, "central directory does not end where the end records start")
        }
        return directory
    }

    /// What the ZIP64 records say, and where they start; nil without any.
    private func zip64(
        before end: UInt64, stated: ZipDirectory
    ) throws(ZipReadError) -> (ZipDirectory, UInt64)? {
        let isMarked =
            stated.count == UInt64(UInt16.max) || stated.size == UInt64(UInt32.max)
            || stated.offset == UInt64(UInt32.max)
        let length = UInt64(ZipStructure.zip64LocatorSize + ZipStructure.zip64EndRecordSize)
        guard end >= length else { return nil }
        let found = try bytes(at: end - length, count: Int(length))
        guard found.uint32(at: ZipStructure.zip64EndRecordSize) == ZipStructure.zip64LocatorSignature else {
            // A directory of exactly that many entries needs no such record.
            guard !isMarked || stated.size + stated.offset == end else {
                throw Self.refused(.zip64, "zip64 end record missing")
            }
            return nil
        }
        let large = ZipDirectory(count: found.uint64(at: 32), size: found.uint64(at: 40), offset: found.uint64(at: 48))
        let isOwn =
            found.uint32(at: 0) == ZipStructure.zip64EndSignature && found.uint64(at: 4) == 44
            && found.uint64(at: ZipStructure.zip64EndRecordSize + 8) == end - length
        func agrees(_ own: UInt64, _ large: UInt64, mark: UInt64) -> Bool { own == large || own == mark }
        guard isOwn, agrees(stated.count, large.count, mark: UInt64(UInt16.max)),
            agrees(stated.size, large.size, mark: UInt64(UInt32.max)),
            agrees(stated.offset, large.offset, mark: UInt64(UInt32.max))
        else { throw Self.refused(.zip64, "zip64 end record says something else than the end record") }
        return (large, end - length)
    }
}

// MARK: - Central directory

extension RepackedScan {
    func centralHeaders(_ directory: ZipDirectory) throws(ZipReadError) -> [RepackedHeader] {
        var rest = try bytes(at: directory.offset, count: Int(directory.size))
        var headers: [RepackedHeader] = []
        while !rest.isEmpty {
            guard let length = ZipStructure.centralHeaderLength(rest) else {
                throw Self.refused(.signature, "central header missing or cut short")
            }
            headers.append(try RepackedHeader(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        guard UInt64(headers.count) == directory.count else {
            throw Self.refused(.entryCount, "entry count \(directory.count), expected \(headers.count)")
        }
        return headers
    }
}

// MARK: - Local headers

extension RepackedScan {
    /// Where each entry stands; together they fill the archive up to its directory.
    func places(of headers: [RepackedHeader], directory: ZipDirectory) throws(ZipReadError) -> [Place] {
        var places: [Place] = []
        for header in headers { places.append(try place(of: header, limit: directory.offset)) }
        var end: UInt64 = 0
        var trailers: [[UInt8]] = [[]]
        for index in headers.indices.sorted(by: { places[$0].start < places[$1].start }) {
            try check(places[index].start, behind: end, trailers, entry: headers[index].name)
            end = places[index].end
            trailers = headers[index].trailers
        }
        try check(directory.offset, behind: end, trailers, entry: nil)
        return places
    }

    /// Requires that what lies between two entries is what the first may have behind its data.
    private func check(
        _ start: UInt64, behind end: UInt64, _ trailers: [[UInt8]], entry: String?
    ) throws(ZipReadError) {
        guard start >= end else { throw Self.refused(.overlap, "entries overlap", entry: entry) }
        let count = start - end
        if count == 0, trailers.contains([]) { return }
        let found = try bytes(at: end, count: Int(min(count, UInt64(RepackedHeader.longestDescriptor))))
        guard count <= UInt64(found.count), trailers.contains(where: { found.elementsEqual($0) }) else {
            throw Self.refused(.gap, "\(count) bytes that belong to no entry", entry: entry)
        }
    }

    private func place(of header: RepackedHeader, limit: UInt64) throws(ZipReadError) -> Place {
        func refused(_ code: ZipProblem.Code, _ message: String) -> ZipReadError {
            Self.refused(code, message, entry: header.name)
        }
        let fixed = UInt64(ZipStructure.localHeaderSize)
        guard header.offset <= limit, fixed <= limit - header.offset else {
            throw refused(.outOfBounds, "local header outside the archive")
        }
        let local = try bytes(at: header.offset, count: ZipStructure.localHeaderSize)
        guard local.uint32(at: 0) == ZipStructure.localSignature else {
            throw refused(.signature, "local header missing")
        }
        let nameLength = Int(local.uint16(at: 26))
        // The local extra field has a length of its own: Info-ZIP's is longer than the central one.
        let variable = nameLength + Int(local.uint16(at: 28))
        let rest = limit - header.offset - fixed
        guard UInt64(variable) <= rest, header.compressedSize <= rest - UInt64(variable) else {
            throw refused(.outOfBounds, "data outside the archive")
        }
        let more = try bytes(at: header.offset + fixed, count: variable)
        guard more.prefix(nameLength) == header.nameBytes else { throw refused(.nameDiffers, "local name differs") }
        try header.compare(local, extra: more.dropFirst(nameLength))
        let data = header.offset + fixed + UInt64(variable)
        return Place(start: header.offset, data: data, end: data + header.compressedSize)
    }
}
