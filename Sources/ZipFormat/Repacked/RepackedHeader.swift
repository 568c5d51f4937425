/// One header of the central directory of an archive that another program packed.
struct RepackedHeader {
    /// The name with slashes, as messages and look-ups use it.
    let name: String
    /// As it stands in the archive.
    let nameBytes: ArraySlice<UInt8>
    let isDirectory: Bool
    let method: ZipMethod
    let crc32: UInt32
    let compressedSize: UInt64
    let uncompressedSize: UInt64
    let offset: UInt64
    private let flags: UInt16

    /// Longest name that is read: a folder of any name may stand around the bundle's own.
    private static let maximumNameLength = 1024
    /// Encryption (bits 0, 6, 13), and patched data (5), which no program packs (APPNOTE 4.4.4).
    private static let refusedFlags: UInt16 = 0x2061
    private static let descriptorFlag: UInt16 = 0x0008
    private static let descriptorSignature: UInt64 = 0x0807_4B50
    private static let zip64Field: UInt16 = 0x0001
    /// Another name for programs that know the field (4.6.9).
    private static let unicodePathField: UInt16 = 0x7075

    /// Reads a whole header; throws if it is one that programs read differently.
    init(_ header: ArraySlice<UInt8>) throws(ZipReadError) {
        let nameLength = Int(header.uint16(at: 28))
        nameBytes = header.dropFirst(ZipStructure.centralHeaderSize).prefix(nameLength)
        let name = String(
            decoding: nameBytes.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }, as: UTF8.self)
        self.name = name
        func refused(_ code: ZipProblem.Code, _ message: String) -> ZipReadError {
            RepackedScan.refused(code, message, entry: name)
        }
        flags = header.uint16(at: 8)
        guard flags & Self.refusedFlags == 0 else { throw refused(.encrypted, "encrypted") }
        guard let method = ZipMethod(rawValue: header.uint16(at: 10)) else {
            throw refused(.method, "compression method \(header.uint16(at: 10)), expected 0 or 8")
        }
        self.method = method
        crc32 = header.uint32(at: 16)
        guard header.uint16(at: 34) == 0 else { throw refused(.multipleDisks, "of another disk") }
        // The mode of Unix, which programs of several systems write here, whatever system they name.
        if header.uint32(at: 38) >> 16 & 0o170000 == 0o120000 {
            throw refused(.symbolicLink, "symbolic link")
        }
        let extra = header.dropFirst(ZipStructure.centralHeaderSize + nameLength).prefix(Int(header.uint16(at: 30)))
        let fields = [24, 20, 42].map { UInt64(header.uint32(at: $0)) }
        let values = try Self.values(fields, extra: extra, entry: name)
        uncompressedSize = values[0]
        compressedSize = values[1]
        offset = values[2]
        isDirectory = name.utf8.last == UInt8(ascii: "/")
        guard max(uncompressedSize, compressedSize) <= ZipEntry.maximumSize,
            method == .deflated || uncompressedSize == compressedSize, !isDirectory || uncompressedSize == 0
        else { throw refused(.size, "impossible sizes") }
        guard Self.isRelative(name) else { throw refused(.nameSegment, "name that leads elsewhere") }
    }

    private static func isRelative(_ name: String) -> Bool {
        var segments = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        if segments.last?.isEmpty ?? false { segments.removeLast() }
        return !segments.isEmpty && name.utf8.count <= maximumNameLength && !name.utf8.contains(0)
            && segments.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
    }

    /// The values of fields, those that hold the mark taken from the ZIP64 field in their order.
    private static func values(
        _ fields: [UInt64], extra: ArraySlice<UInt8>, entry: String
    ) throws(ZipReadError) -> [UInt64] {
        var large = try zip64(in: extra, entry: entry)
        return try fields.map { (field) throws(ZipReadError) in
            guard field == UInt64(UInt32.max) else { return field }
            guard large.count >= 8 else { throw RepackedScan.refused(.zip64, "zip64 field too short", entry: entry) }
            defer { large = large.dropFirst(8) }
            return large.uint64(at: 0)
        }
    }

    /// The ZIP64 field among the extra fields; empty without one.
    private static func zip64(in extra: ArraySlice<UInt8>, entry: String) throws(ZipReadError) -> ArraySlice<UInt8> {
        var rest = extra
        var found: ArraySlice<UInt8> = []
        while rest.count >= 4 {
            let length = Int(rest.uint16(at: 2))
            guard length <= rest.count - 4 else {
                throw RepackedScan.refused(.extraField, "extra field cut short", entry: entry)
            }
            switch rest.uint16(at: 0) {
            case zip64Field: found = rest.dropFirst(4).prefix(length)
            case unicodePathField:
                throw RepackedScan.refused(.nameDiffers, "second name in an extra field", entry: entry)
            default: break
            }
            rest = rest.dropFirst(4 + length)
        }
        return found
    }

    /// Bytes of the longest data descriptor.
    static let longestDescriptor = 24

    /// What may lie behind the data: nothing, or a data descriptor in any of its forms (4.3.9): with a signature or without,
    /// with sizes of four bytes or eight.
    var trailers: [[UInt8]] {
        guard flags & Self.descriptorFlag != 0 else { return [[]] }
        func bytes(_ value: UInt64, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
        }
        return [4, 8].flatMap { width in
            let plain =
                bytes(UInt64(crc32), 4) + bytes(compressedSize, width) + bytes(uncompressedSize, width)
            return [plain, bytes(Self.descriptorSignature, 4) + plain]
        }
    }

    /// Throws if the local header says something else.
    func compare(_ local: ArraySlice<UInt8>, extra: ArraySlice<UInt8>) throws(ZipReadError) {
        func refused(_ code: ZipProblem.Code, _ message: String) -> ZipReadError {
            RepackedScan.refused(code, message, entry: name)
        }
        let ownFlags = local.uint16(at: 6)
        guard ownFlags & Self.refusedFlags == 0, ownFlags & Self.descriptorFlag == flags & Self.descriptorFlag else {
            throw refused(.flags, "local flags differ")
        }
        guard local.uint16(at: 8) == method.rawValue else { throw refused(.method, "local method differs") }
        let stated = [22, 18].map { UInt64(local.uint32(at: $0)) }
        // With a data descriptor the sizes stand behind the data.
        if flags & Self.descriptorFlag != 0 {
            let isOpen = zip(stated, [uncompressedSize, compressedSize]).allSatisfy { own, size in
                own == 0 || own == size || own == UInt64(UInt32.max)
            }
            guard isOpen, [0, crc32].contains(local.uint32(at: 14)) else { throw refused(.size, "local sizes differ") }
            return
        }
        guard try Self.values(stated, extra: extra, entry: name) == [uncompressedSize, compressedSize] else {
            throw refused(.size, "local sizes differ")
        }
        guard local.uint32(at: 14) == crc32 else { throw refused(.checksum, "local crc-32 differs") }
    }
}
