// The one archive the profile allows for given names, contents and compressed streams.
//
// References are to APPNOTE.TXT 6.3.10; numbers are little-endian.
//
//  1. The file is: for each entry its local header and its data; the central directory; if needed the ZIP64 end record
//     and locator; the end record. Each part starts where the one before ends, the first at 0, and the last ends the
//     file. So nothing overlaps and nothing lies before, between or behind.
//  2. Entries are at most 100,000 files, in both places in byte order of their names. Names satisfy `ZipName`, are
//     distinct without regard to case, and none is also a directory of another.
//  3. Method 0 (stored) if and only if the content is empty, its data then 0 bytes, its CRC-32 0; else method 8: one
//     raw DEFLATE stream that ends where the data ends.
//  4. Constant: version made by 0x0314 (UNIX, 2.0), flags 0 (no encryption, no data descriptor), time 0x0000, date
//     0x0021 (1980-01-01), disk numbers 0, internal attributes 0, external attributes 0x81A40000 (regular file,
//     rw-r--r--), no comments.
//  5. CRC-32 and sizes stand in the local header as in the central one.
//  6. ZIP64 (4.5.3) where a value does not fit below the mark 0xFFFFFFFF, and nowhere else. The central extra field has
//     the members that do not fit, in the order uncompressed size, compressed size, offset; the local one has both
//     sizes if either does not fit. The 32-bit fields of these members, and no others, hold the mark. Version needed
//     is 45 in both headers of an entry that has a central extra field, else 20. There is no other extra field.
//  7. ZIP64 end records (4.3.14, 4.3.15) if and only if the number of entries is at least 0xFFFF, or size or offset of
//     the central directory at least 0xFFFFFFFF; the fields concerned of the end record, and no others, hold the mark.
//
// Decoding takes the values out of a record; encoding these values again gives the only record the profile allows for
// them, and each byte that differs is a problem. So what is accepted is what is encoded.

/// The records of an archive as bytes, encoded and decoded.
package enum ZipStructure {
    /// The largest number of entries, a limit of the bundle format.
    package static let maximumEntries = 100_000
    /// The largest size in bytes of a central directory with that number of entries, the longest names and ZIP64
    /// fields.
    package static let maximumDirectorySize = maximumEntries * (centralHeaderSize + ZipName.maximumLength + 28)

    static let localHeaderSize = 30
    static let centralHeaderSize = 46
    static let endRecordSize = 22
    static let zip64EndRecordSize = 56
    static let zip64LocatorSize = 20

    static let localSignature: UInt32 = 0x0403_4B50
    static let centralSignature: UInt32 = 0x0201_4B50
    static let endSignature: UInt32 = 0x0605_4B50
    static let zip64EndSignature: UInt32 = 0x0606_4B50
    static let zip64LocatorSignature: UInt32 = 0x0706_4B50

    private static let mark16 = UInt64(UInt16.max)
    private static let mark32 = UInt64(UInt32.max)
    private static let versionMadeBy: UInt16 = 0x0314
    private static let plainVersion: UInt16 = 20
    private static let zip64Version: UInt16 = 45
    private static let dosTime: UInt16 = 0
    private static let dosDate: UInt16 = 0x0021
    private static let regularFileAttributes: UInt32 = 0o100644 << 16
    private static let zip64FieldIdentifier: UInt16 = 0x0001
}

// MARK: - Local header (4.3.7)

extension ZipStructure {
    /// Returns the local header of `entry`; the data follows it directly.
    package static func localHeader(for entry: ZipEntry) -> [UInt8] {
        let isLarge = hasLargeSize(entry)
        var bytes: [UInt8] = []
        bytes.append(littleEndian: localSignature)
        appendSharedFields(of: entry, to: &bytes)
        bytes.append(littleEndian: isLarge ? UInt32.max : UInt32(entry.compressedSize))
        bytes.append(littleEndian: isLarge ? UInt32.max : UInt32(entry.uncompressedSize))
        bytes.append(littleEndian: UInt16(entry.name.utf8.count))
        let extra = isLarge ? zip64Field([entry.uncompressedSize, entry.compressedSize]) : []
        bytes.append(littleEndian: UInt16(extra.count))
        bytes += entry.name.utf8
        bytes += extra
        return bytes
    }

    /// Returns the length of the local header of `entry` in bytes.
    static func localHeaderSize(for entry: ZipEntry) -> UInt64 {
        UInt64(localHeaderSize + entry.name.utf8.count + (hasLargeSize(entry) ? 20 : 0))
    }

    /// Appends version needed, flags, method, time, date and CRC-32, which both headers have in this order.
    private static func appendSharedFields(of entry: ZipEntry, to bytes: inout [UInt8]) {
        let isZip64 = hasLargeSize(entry) || entry.localHeaderOffset >= mark32
        bytes.append(littleEndian: isZip64 ? zip64Version : plainVersion)
        bytes.append(littleEndian: UInt16(0))
        bytes.append(littleEndian: entry.method.rawValue)
        bytes.append(littleEndian: dosTime)
        bytes.append(littleEndian: dosDate)
        bytes.append(littleEndian: entry.crc32)
    }

    private static func hasLargeSize(_ entry: ZipEntry) -> Bool {
        entry.compressedSize >= mark32 || entry.uncompressedSize >= mark32
    }

    /// Returns the ZIP64 extra field with `members`, nothing if there are none.
    private static func zip64Field(_ members: [UInt64]) -> [UInt8] {
        guard !members.isEmpty else { return [] }
        var bytes: [UInt8] = []
        bytes.append(littleEndian: zip64FieldIdentifier)
        bytes.append(littleEndian: UInt16(members.count * 8))
        for member in members { bytes.append(littleEndian: member) }
        return bytes
    }
}

// MARK: - Central header (4.3.12)

extension ZipStructure {
    /// Returns the header of `entry` in the central directory.
    static func centralHeader(for entry: ZipEntry) -> [UInt8] {
        let extra = zip64Field(
            [entry.uncompressedSize, entry.compressedSize, entry.localHeaderOffset].filter { $0 >= mark32 })
        var bytes: [UInt8] = []
        bytes.append(littleEndian: centralSignature)
        bytes.append(littleEndian: versionMadeBy)
        appendSharedFields(of: entry, to: &bytes)
        bytes.append(littleEndian: UInt32(min(entry.compressedSize, mark32)))
        bytes.append(littleEndian: UInt32(min(entry.uncompressedSize, mark32)))
        bytes.append(littleEndian: UInt16(entry.name.utf8.count))
        bytes.append(littleEndian: UInt16(extra.count))
        bytes.append(littleEndian: UInt16(0))  // comment length
        bytes.append(littleEndian: UInt16(0))  // disk
        bytes.append(littleEndian: UInt16(0))  // internal attributes
        bytes.append(littleEndian: regularFileAttributes)
        bytes.append(littleEndian: UInt32(min(entry.localHeaderOffset, mark32)))
        bytes += entry.name.utf8
        bytes += extra
        return bytes
    }

    /// Returns the length of the central header at the start of `bytes`, as its own length fields say.
    ///
    /// - Returns: nil if there is no whole header with the right signature.
    static func centralHeaderLength(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard bytes.count >= centralHeaderSize, bytes.uint32(at: 0) == centralSignature else { return nil }
        let variable = Int(bytes.uint16(at: 28)) + Int(bytes.uint16(at: 30)) + Int(bytes.uint16(at: 32))
        let length = centralHeaderSize + variable
        return length <= bytes.count ? length : nil
    }

    /// Returns the values of one whole central header; the caller checks the rest by encoding them again.
    ///
    /// Throws the problem if the name is none, or the ZIP64 field lacks what the marks ask for.
    static func decodeCentralHeader(_ bytes: ArraySlice<UInt8>) throws(ZipProblem) -> ZipEntry {
        let nameStart = bytes.startIndex + centralHeaderSize
        let name = bytes[nameStart..<nameStart + Int(bytes.uint16(at: 28))]
        if let problem = ZipName.problem(in: name) { throw problem }
        let extra = bytes[name.endIndex..<name.endIndex + Int(bytes.uint16(at: 30))]
        let fields = [24, 20, 42].map { UInt64(bytes.uint32(at: $0)) }
        var values: [UInt64] = []
        var members = try zip64Members(extra, count: fields.filter { $0 == mark32 }.count, name: name)[...]
        for field in fields {
            values.append(field == mark32 ? members.removeFirst() : field)
        }
        return ZipEntry(
            name: String(decoding: name, as: UTF8.self), crc32: bytes.uint32(at: 16), compressedSize: values[1],
            uncompressedSize: values[0], localHeaderOffset: values[2])
    }

    /// Returns the `count` members of a ZIP64 field that is the whole of `extra`.
    ///
    /// A field that nothing asks for is left to the comparison with what is encoded.
    private static func zip64Members(
        _ extra: ArraySlice<UInt8>, count: Int, name: ArraySlice<UInt8>
    ) throws(ZipProblem) -> [UInt64] {
        guard count > 0 else { return [] }
        guard extra.count == 4 + 8 * count, extra.uint16(at: 0) == zip64FieldIdentifier,
            extra.uint16(at: 2) == UInt16(8 * count)
        else {
            let expected = "expected one zip64 field with \"\(count)\" members"
            throw ZipProblem(
                .zip64, entry: ZipProblem.escaped(name), "extra field of \"\(extra.count)\" bytes, \(expected)")
        }
        return (0..<count).map { extra.uint64(at: 4 + 8 * $0) }
    }
}

// MARK: - End records (4.3.14, 4.3.15, 4.3.16)

/// Number of entries, and place of the central directory, as the end records give them.
struct ZipDirectory: Hashable, Sendable {
    /// Number of entries.
    let count: UInt64
    /// Length of the central directory in bytes.
    let size: UInt64
    /// Start of the central directory in bytes from the start of the archive.
    let offset: UInt64
}

extension ZipStructure {
    /// Returns all that follows the data of the last entry: central directory and end records.
    ///
    /// The entries are all of the archive, with their places, as `ZipLayout` makes them.
    package static func centralDirectory(for entries: [ZipEntry]) -> [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries { bytes += centralHeader(for: entry) }
        let directory = ZipDirectory(
            count: UInt64(entries.count), size: UInt64(bytes.count), offset: entries.last?.endOffset ?? 0)
        return bytes + endRecords(for: directory)
    }

    /// Returns the end record, and where they are needed the ZIP64 end record and locator before it.
    static func endRecords(for directory: ZipDirectory) -> [UInt8] {
        var bytes: [UInt8] = []
        if directory.count >= mark16 || directory.size >= mark32 || directory.offset >= mark32 {
            appendZip64EndRecords(for: directory, to: &bytes)
        }
        bytes.append(littleEndian: endSignature)
        bytes.append(littleEndian: UInt16(0))  // this disk
        bytes.append(littleEndian: UInt16(0))  // disk of the central directory
        bytes.append(littleEndian: UInt16(min(directory.count, mark16)))  // entries on this disk
        bytes.append(littleEndian: UInt16(min(directory.count, mark16)))
        bytes.append(littleEndian: UInt32(min(directory.size, mark32)))
        bytes.append(littleEndian: UInt32(min(directory.offset, mark32)))
        bytes.append(littleEndian: UInt16(0))  // comment length
        return bytes
    }

    private static func appendZip64EndRecords(for directory: ZipDirectory, to bytes: inout [UInt8]) {
        bytes.append(littleEndian: zip64EndSignature)
        bytes.append(littleEndian: UInt64(zip64EndRecordSize - 12))  // size of what follows
        bytes.append(littleEndian: versionMadeBy)
        bytes.append(littleEndian: zip64Version)
        bytes.append(littleEndian: UInt32(0))  // this disk
        bytes.append(littleEndian: UInt32(0))  // disk of the central directory
        bytes.append(littleEndian: directory.count)  // entries on this disk
        bytes.append(littleEndian: directory.count)
        bytes.append(littleEndian: directory.size)
        bytes.append(littleEndian: directory.offset)

        bytes.append(littleEndian: zip64LocatorSignature)
        bytes.append(littleEndian: UInt32(0))  // disk of the zip64 end record
        bytes.append(littleEndian: directory.offset &+ directory.size)  // start of the zip64 end record
        bytes.append(littleEndian: UInt32(1))  // number of disks
    }

    /// Returns the values of the end records that end `tail`, and the number of bytes these records take.
    ///
    /// `tail` is the end of the archive, at least an end record. ZIP64 records are looked for directly before the end
    /// record; the caller finds any difference by encoding the values again. Throws the problem if a field of the end
    /// record holds the mark and there are no ZIP64 records.
    static func decodeEndRecords(
        _ tail: ArraySlice<UInt8>
    ) throws(ZipProblem) -> (directory: ZipDirectory, length: Int) {
        let end = tail.suffix(endRecordSize)
        let count = UInt64(end.uint16(at: 10))
        let size = UInt64(end.uint32(at: 12))
        let offset = UInt64(end.uint32(at: 16))
        let length = endRecordSize + zip64LocatorSize + zip64EndRecordSize
        let whole = tail.suffix(length)
        if whole.count == length, whole.uint32(at: 0) == zip64EndSignature,
            whole.uint32(at: zip64EndRecordSize) == zip64LocatorSignature
        {
            let directory = ZipDirectory(
                count: whole.uint64(at: 32), size: whole.uint64(at: 40), offset: whole.uint64(at: 48))
            return (directory, length)
        }
        if count == mark16 || size == mark32 || offset == mark32 {
            throw ZipProblem(.zip64, "zip64 end record and locator missing, end record asks for them")
        }
        return (ZipDirectory(count: count, size: size, offset: offset), endRecordSize)
    }
}
