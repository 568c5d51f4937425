/// One fixed field of a record: what it is called and which problem a wrong value is.
struct ZipField {
    /// The name of the field in APPNOTE, lower case.
    let name: String
    /// Bytes from the start of the record.
    let offset: Int
    /// Length in bytes.
    let width: Int
    /// The problem a wrong value is.
    let code: ZipProblem.Code

    private init(_ name: String, _ offset: Int, _ width: Int, _ code: ZipProblem.Code) {
        self.name = name
        self.offset = offset
        self.width = width
        self.code = code
    }

    /// The fields of a local header (APPNOTE 4.3.7); name and extra field follow.
    static let local = [
        ZipField("local signature", 0, 4, .signature),
        ZipField("local version needed", 4, 2, .version),
        ZipField("local flags", 6, 2, .flags),
        ZipField("local method", 8, 2, .method),
        ZipField("local time", 10, 2, .timestamp),
        ZipField("local date", 12, 2, .timestamp),
        ZipField("local crc-32", 14, 4, .checksum),
        ZipField("local compressed size", 18, 4, .size),
        ZipField("local uncompressed size", 22, 4, .size),
        ZipField("local name length", 26, 2, .nameDiffers),
        ZipField("local extra field length", 28, 2, .extraField),
    ]

    /// The fields of a central header (APPNOTE 4.3.12); name, extra field and comment follow.
    static let central = [
        ZipField("central signature", 0, 4, .signature),
        ZipField("central version made by", 4, 2, .version),
        ZipField("central version needed", 6, 2, .version),
        ZipField("central flags", 8, 2, .flags),
        ZipField("central method", 10, 2, .method),
        ZipField("central time", 12, 2, .timestamp),
        ZipField("central date", 14, 2, .timestamp),
        ZipField("central crc-32", 16, 4, .checksum),
        ZipField("central compressed size", 20, 4, .size),
        ZipField("central uncompressed size", 24, 4, .size),
        ZipField("central name length", 28, 2, .nameDiffers),
        ZipField("central extra field length", 30, 2, .extraField),
        ZipField("central comment length", 32, 2, .comment),
        ZipField("central disk number", 34, 2, .multipleDisks),
        ZipField("central internal attributes", 36, 2, .attributes),
        ZipField("central external attributes", 38, 4, .attributes),
        ZipField("central local header offset", 42, 4, .outOfBounds),
    ]

    /// The fields of the end record (APPNOTE 4.3.16).
    static let end = [
        ZipField("end signature", 0, 4, .signature),
        ZipField("end disk number", 4, 2, .multipleDisks),
        ZipField("end disk number of directory", 6, 2, .multipleDisks),
        ZipField("end entry count on disk", 8, 2, .entryCount),
        ZipField("end entry count", 10, 2, .entryCount),
        ZipField("end directory size", 12, 4, .directoryOffset),
        ZipField("end directory offset", 16, 4, .directoryOffset),
        ZipField("end comment length", 20, 2, .comment),
    ]

    /// The fields of the ZIP64 end record (APPNOTE 4.3.14) and, behind it, of the locator (4.3.15).
    static let zip64End = [
        ZipField("zip64 end signature", 0, 4, .signature),
        ZipField("zip64 end record size", 4, 8, .zip64),
        ZipField("zip64 end version made by", 12, 2, .version),
        ZipField("zip64 end version needed", 14, 2, .version),
        ZipField("zip64 end disk number", 16, 4, .multipleDisks),
        ZipField("zip64 end disk number of directory", 20, 4, .multipleDisks),
        ZipField("zip64 end entry count on disk", 24, 8, .entryCount),
        ZipField("zip64 end entry count", 32, 8, .entryCount),
        ZipField("zip64 end directory size", 40, 8, .directoryOffset),
        ZipField("zip64 end directory offset", 48, 8, .directoryOffset),
        ZipField("zip64 locator signature", 56, 4, .signature),
        ZipField("zip64 locator disk number", 60, 4, .multipleDisks),
        ZipField("zip64 locator end record offset", 64, 8, .zip64),
        ZipField("zip64 locator disk count", 72, 4, .multipleDisks),
    ]

    /// Returns a problem for every one of `fields` that differs between two records, both at least as long as they say.
    static func differences(
        _ fields: [ZipField], found: ArraySlice<UInt8>, expected: ArraySlice<UInt8>, entry: String? = nil
    ) -> [ZipProblem] {
        fields.compactMap { field in
            let value = found.uint(at: field.offset, width: field.width)
            let wanted = expected.uint(at: field.offset, width: field.width)
            return value == wanted ? nil : field.problem(value, expected: wanted, entry: entry)
        }
    }

    private func problem(_ value: UInt64, expected: UInt64, entry: String?) -> ZipProblem {
        let (code, meaning) = diagnosis(of: value)
        let found = "\"0x\(ZipProblem.hexadecimal(value, digits: 2 * width))\"" + (meaning.map { " (\($0))" } ?? "")
        let wanted = "\"0x\(ZipProblem.hexadecimal(expected, digits: 2 * width))\""
        return ZipProblem(code, entry: entry, "\(name) \(found), expected \(wanted)")
    }

    /// Returns the code for a wrong value, sharper for the well-known ones, and what such a value means.
    private func diagnosis(of value: UInt64) -> (code: ZipProblem.Code, meaning: String?) {
        let isEncrypted = value & 0x2041 != 0  // bits 0, 6 and 13 (APPNOTE 4.4.4)
        if code == .flags, isEncrypted { return (.encrypted, "encrypted") }
        if code == .flags, value & 0x0008 != 0 { return (.dataDescriptor, "data descriptor") }
        let fileType = value >> 16 & 0o170000
        if code == .attributes, width == 4, fileType == 0o120000 { return (.symbolicLink, "symbolic link") }
        return (code, nil)
    }
}
