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

    private init(_ name: String, at offset: Int, width: Int, code: ZipProblem.Code) {
        self.name = name
        self.offset = offset
        self.width = width
        self.code = code
    }

    /// The fields of a local header (APPNOTE 4.3.7); name and extra field follow.
    static let local = [
        ZipField("local signature", at: 0, width: 4, code: .signature),
        ZipField("local version needed", at: 4, width: 2, code: .version),
        ZipField("local flags", at: 6, width: 2, code: .flags),
        ZipField("local method", at: 8, width: 2, code: .method),
        ZipField("local time", at: 10, width: 2, code: .timestamp),
        ZipField("local date", at: 12, width: 2, code: .timestamp),
        ZipField("local crc-32", at: 14, width: 4, code: .checksum),
        ZipField("local compressed size", at: 18, width: 4, code: .size),
        ZipField("local uncompressed size", at: 22, width: 4, code: .size),
        ZipField("local name length", at: 26, width: 2, code: .nameDiffers),
        ZipField("local extra field length", at: 28, width: 2, code: .extraField),
    ]

    /// The fields of a central header (APPNOTE 4.3.12); name, extra field and comment follow.
    static let central = [
        ZipField("central signature", at: 0, width: 4, code: .signature),
        ZipField("central version made by", at: 4, width: 2, code: .version),
        ZipField("central version needed", at: 6, width: 2, code: .version),
        ZipField("central flags", at: 8, width: 2, code: .flags),
        ZipField("central method", at: 10, width: 2, code: .method),
        ZipField("central time", at: 12, width: 2, code: .timestamp),
        ZipField("central date", at: 14, width: 2, code: .timestamp),
        ZipField("central crc-32", at: 16, width: 4, code: .checksum),
        ZipField("central compressed size", at: 20, width: 4, code: .size),
        ZipField("central uncompressed size", at: 24, width: 4, code: .size),
        ZipField("central name length", at: 28, width: 2, code: .nameDiffers),
        ZipField("central extra field length", at: 30, width: 2, code: .extraField),
        ZipField("central comment length", at: 32, width: 2, code: .comment),
        ZipField("central disk number", at: 34, width: 2, code: .multipleDisks),
        ZipField("central internal attributes", at: 36, width: 2, code: .attributes),
        ZipField("central external attributes", at: 38, width: 4, code: .attributes),
        ZipField("central local header offset", at: 42, width: 4, code: .outOfBounds),
    ]

    /// The fields of the end record (APPNOTE 4.3.16).
    static let end = [
        ZipField("end signature", at: 0, width: 4, code: .signature),
        ZipField("end disk number", at: 4, width: 2, code: .multipleDisks),
        ZipField("end disk number of directory", at: 6, width: 2, code: .multipleDisks),
        ZipField("end entry count on disk", at: 8, width: 2, code: .entryCount),
        ZipField("end entry count", at: 10, width: 2, code: .entryCount),
        ZipField("end directory size", at: 12, width: 4, code: .directoryOffset),
        ZipField("end directory offset", at: 16, width: 4, code: .directoryOffset),
        ZipField("end comment length", at: 20, width: 2, code: .comment),
    ]

    /// The fields of the ZIP64 end record (APPNOTE 4.3.14) and, behind it, of the locator (4.3.15).
    static let zip64End = [
        ZipField("zip64 end signature", at: 0, width: 4, code: .signature),
        ZipField("zip64 end record size", at: 4, width: 8, code: .zip64),
        ZipField("zip64 end version made by", at: 12, width: 2, code: .version),
        ZipField("zip64 end version needed", at: 14, width: 2, code: .version),
        ZipField("zip64 end disk number", at: 16, width: 4, code: .multipleDisks),
        ZipField("zip64 end disk number of directory", at: 20, width: 4, code: .multipleDisks),
        ZipField("zip64 end entry count on disk", at: 24, width: 8, code: .entryCount),
        ZipField("zip64 end entry count", at: 32, width: 8, code: .entryCount),
        ZipField("zip64 end directory size", at: 40, width: 8, code: .directoryOffset),
        ZipField("zip64 end directory offset", at: 48, width: 8, code: .directoryOffset),
        ZipField("zip64 locator signature", at: 56, width: 4, code: .signature),
        ZipField("zip64 locator disk number", at: 60, width: 4, code: .multipleDisks),
        ZipField("zip64 locator end record offset", at: 64, width: 8, code: .zip64),
        ZipField("zip64 locator disk count", at: 72, width: 4, code: .multipleDisks),
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
