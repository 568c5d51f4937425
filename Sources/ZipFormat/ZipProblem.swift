/// One way in which the bytes of an archive differ from the profile in `ZipStructure.swift`.
///
/// A problem is bad data, never a broken environment: it is collected by `ZipArchive`, and thrown (inside
/// `ZipReadError`) by `ZipEntryReader` only because a stream cannot go on after it.
package struct ZipProblem: Error, Hashable, Sendable {
    /// What kind of rule is broken; equal problems of different places share a code.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        // End of the file.

        /// There is no end record where one can be (4.3.16).
        case noEndRecord = "no-end-record"
        /// Bytes follow the end record.
        case trailingData = "trailing-data"
        /// A further end record lies before the last one.
        case secondEndRecord = "second-end-record"
        /// The archive or an entry has a comment.
        case comment
        /// A disk number speaks of more than one disk.
        case multipleDisks = "multiple-disks"
        /// ZIP64 data is missing, not needed or wrong (4.5.3, 4.3.14, 4.3.15).
        case zip64

        // Central directory.

        /// More than `ZipStructure.maximumEntries` entries.
        case tooManyEntries = "too-many-entries"
        /// More than `ZipStructure.maximumDirectorySize` bytes.
        case directoryTooLarge = "directory-too-large"
        /// The central directory does not end where the end records start.
        case directoryOffset = "directory-place"
        /// The end records count other entries than there are.
        case entryCount = "entry-count"

        // One field of one header, local or central.

        /// A record does not start with its signature.
        case signature
        /// Version made by or version needed (4.4.2, 4.4.3).
        case version
        /// A flag of encryption.
        case encrypted
        /// The flag of a data descriptor (4.3.9).
        case dataDescriptor = "data-descriptor"
        /// Another general purpose flag (4.4.4).
        case flags
        /// A compression method other than the one the content asks for (4.4.5).
        case method
        /// A time other than 1980-01-01 00:00:00 (4.4.6).
        case timestamp
        /// CRC-32 different in local and central header, or not 0 for an empty file.
        case checksum
        /// Size different in local and central header, or impossible, or beyond `ZipEntry.maximumSize`.
        case size
        /// An extra field that nothing asks for.
        case extraField = "extra-field"
        /// Attributes other than those of a regular file (4.4.14, 4.4.15).
        case attributes
        /// The attributes of a symbolic link.
        case symbolicLink = "symbolic-link"

        // Places of the entries.

        /// The first local header does not stand at 0.
        case leadingData = "leading-data"
        /// Bytes between two parts belong to no entry.
        case gap
        /// A part starts before the one in front of it ends.
        case overlap
        /// An entry lies outside the file.
        case outOfBounds = "out-of-bounds"

        // Names, see `ZipName`.

        /// Empty, or longer than 255 bytes.
        case nameLength = "name-length"
        /// A byte outside the alphabet.
        case nameCharacter = "name-character"
        /// A slash at the start.
        case nameAbsolute = "name-absolute"
        /// A segment that is empty, `.` or `..`.
        case nameSegment = "name-segment"
        /// A slash at the end.
        case nameDirectory = "name-directory"
        /// Name different in local and central header.
        case nameDiffers = "name-differs"
        /// Not in byte order.
        case nameOrder = "name-order"
        /// The same name twice.
        case nameDuplicate = "name-duplicate"
        /// Two names that differ in the case of letters alone.
        case nameCaseTwin = "name-case-twin"
        /// A file that is also a directory of another.
        case nameConflict = "name-conflict"

        // Data of an entry, found by `ZipEntryReader`.

        /// Not a DEFLATE stream.
        case dataCorrupt = "data-corrupt"
        /// The stream does not end in the data.
        case dataTruncated = "data-truncated"
        /// The stream ends before the data.
        case dataTrailing = "data-trailing"
        /// The content is shorter or longer than the header says.
        case dataSize = "data-size"
        /// The content has another CRC-32 than the header says.
        case dataChecksum = "data-checksum"

        // The list itself.

        /// There are more problems than are listed.
        case tooManyProblems = "too-many-problems"
    }

    /// The rule that is broken.
    package let code: Code
    /// The name of the entry concerned, escaped as in `quoted(_:)` without the quotes; nil for the archive itself.
    package let entry: String?
    /// What was found and what was expected: lower case, no full stop, hostile bytes escaped.
    package let message: String

    /// Makes a problem; `message` must not hold unescaped bytes of the archive.
    package init(_ code: Code, entry: String? = nil, _ message: String) {
        self.code = code
        self.entry = entry
        self.message = message
    }

    /// Returns `bytes` without the quotes: printable ASCII as it is, anything else, `"` and `\` as `\xNN`.
    ///
    /// At most 255 bytes are shown, so that a hostile name cannot blow up a message.
    static func escaped(_ bytes: some Collection<UInt8>) -> String {
        var text = ""
        for byte in bytes.prefix(ZipName.maximumLength) {
            let isPlain = (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            text += isPlain ? String(UnicodeScalar(byte)) : "\\x" + hexadecimal(UInt64(byte), digits: 2)
        }
        return bytes.count > ZipName.maximumLength ? text + "..." : text
    }

    /// Returns `bytes`, escaped, in double quotes.
    static func quoted(_ bytes: some Collection<UInt8>) -> String {
        "\"\(escaped(bytes))\""
    }

    /// Returns `value` in lower-case hexadecimal with at least `digits` digits.
    static func hexadecimal(_ value: UInt64, digits: Int) -> String {
        let plain = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - plain.utf8.count)) + plain
    }
}

extension ZipProblem: CustomStringConvertible {
    /// The message, with the entry behind it where there is one.
    package var description: String {
        guard let entry else { return message }
        return "\(message), in entry \"\(entry)\""
    }
}
