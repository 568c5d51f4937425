import BundleFormat
import ZipFormat

/// A change to a number of a ZIP archive's records.
struct ZipMutation: Sendable {
    /// The field.
    var place: String
    var value: UInt64
    /// What is to be changed, and how.
    private var change: Change

    private enum Change: Sendable {
        /// A field of so many bytes at an offset of the archive.
        case field(offset: Int, width: Int)
        /// A size of an entry, wherever it stands, with ZIP64 fields if it needs them.
        case size(entry: String, isCompressed: Bool)
        /// A place of an entry, in the central header alone.
        case offset(entry: String)
        /// Entries, size and place of the central directory in ZIP64 end records.
        case directory(number: Int)
    }

    var name: String { "\(place) = \(value)" }

    /// The fields of a record: name, offset and width.
    private typealias Fields = [(name: String, offset: Int, width: Int)]

    private static let local: Fields = [
        ("signature", 0, 4), ("version", 4, 2), ("flags", 6, 2), ("method", 8, 2), ("time", 10, 2), ("date", 12, 2),
        ("crc", 14, 4), ("compressed size", 18, 4), ("size", 22, 4), ("name length", 26, 2), ("extra length", 28, 2),
    ]
    private static let central: Fields = [
        ("signature", 0, 4), ("made by", 4, 2), ("version", 6, 2), ("flags", 8, 2), ("method", 10, 2), ("crc", 16, 4),
        ("compressed size", 20, 4), ("size", 24, 4), ("name length", 28, 2), ("extra length", 30, 2),
        ("comment length", 32, 2), ("disk", 34, 2), ("internal", 36, 2), ("external", 38, 4), ("offset", 42, 4),
    ]
    private static let end: Fields = [
        ("signature", 0, 4), ("disk", 4, 2), ("directory disk", 6, 2), ("count on disk", 8, 2), ("count", 10, 2),
        ("directory size", 12, 4), ("directory offset", 16, 4), ("comment length", 20, 2),
    ]

    /// Every change to the records of some entries and of the end.
    static func all(_ archive: [UInt8], paths: [String]) throws -> [ZipMutation] {
        let zip = try ZipArchive(bytes: archive)
        let last = zip.entries.last?.endOffset ?? 0
        var mutations = fields("end", end, at: archive.count - 22)
        var header = Int(last)
        for entry in zip.entries {
            let path = String(entry.name.drop { $0 != "/" }.dropFirst())
            if paths.contains(path) {
                mutations += fields("local \(path)", local, at: Int(entry.localHeaderOffset))
                mutations += fields("central \(path)", central, at: header)
                for value in HostileValue.fields {
                    mutations += [true, false].map { isCompressed in
                        ZipMutation(
                            place: "\(isCompressed ? "compressed " : "")size of \(path)", value: value,
                            change: .size(entry: entry.name, isCompressed: isCompressed))
                    }
                    mutations.append(
                        ZipMutation(place: "offset of \(path)", value: value, change: .offset(entry: entry.name)))
                }
            }
            header += 46 + entry.name.utf8.count
        }
        for (number, name) in ["count", "count on disk", "size", "offset", "locator"].enumerated() {
            mutations += HostileValue.fields.map {
                ZipMutation(place: "zip64 \(name)", value: $0, change: .directory(number: number))
            }
        }
        return mutations
    }

    private static func fields(_ record: String, _ fields: Fields, at start: Int) -> [ZipMutation] {
        fields.flatMap { field in
            HostileValue.fields.map { value in
                ZipMutation(
                    place: "\(record): \(field.name)", value: value,
                    change: .field(offset: start + field.offset, width: field.width))
            }
        }
    }

    /// The archive with the change.
    func applied(to archive: [UInt8]) throws -> [UInt8] {
        switch change {
        case .field(let offset, let width):
            var changed = archive
            for index in 0..<width { changed[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
            return changed
        case .size(let name, let isCompressed):
            return try rewritten(archive, name) { entry in
                ZipEntry(
                    name: entry.name, crc32: entry.crc32,
                    compressedSize: isCompressed ? value : entry.compressedSize,
                    uncompressedSize: isCompressed ? entry.uncompressedSize : value,
                    localHeaderOffset: entry.localHeaderOffset)
            }
        case .offset(let name):
            return try rewritten(archive, name, inDirectoryAlone: true) { entry in
                ZipEntry(
                    name: entry.name, crc32: entry.crc32, compressedSize: entry.compressedSize,
                    uncompressedSize: entry.uncompressedSize, localHeaderOffset: value)
            }
        case .directory(let number): return Self.withZip64End(archive, number, is: value)
        }
    }

    /// The archive with other values in the headers of one entry, in the one form that these values have.
    private func rewritten(
        _ archive: [UInt8], _ name: String, inDirectoryAlone: Bool = false, by change: (ZipEntry) -> ZipEntry
    ) throws -> [UInt8] {
        let zip = try ZipArchive(bytes: archive)
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for entry in zip.entries {
            let own = ZipEntry(
                name: entry.name, crc32: entry.crc32, compressedSize: entry.compressedSize,
                uncompressedSize: entry.uncompressedSize, localHeaderOffset: UInt64(bytes.count))
            let other = entry.name == name ? change(own) : own
            bytes += ZipStructure.localHeader(for: inDirectoryAlone ? own : other)
            bytes += archive[Int(entry.dataOffset)..<Int(entry.endOffset)]
            directory += Self.centralHeader(other)
        }
        let end = Self.little(0x0605_4B50, 4) + [0, 0, 0, 0]
        let count = Self.little(UInt64(zip.entries.count), 2)
        return bytes + directory + end + count + count + Self.little(UInt64(directory.count), 4)
            + Self.little(UInt64(bytes.count), 4) + [0, 0]
    }

    /// The header of an entry in the central directory, by an encoder that adds nothing up.
    private static func centralHeader(_ entry: ZipEntry) -> [UInt8] {
        let mark = UInt64(UInt32.max)
        let values = [entry.uncompressedSize, entry.compressedSize, entry.localHeaderOffset]
        let large = values.filter { $0 >= mark }
        let extra =
            large.isEmpty ? [] : little(1, 2) + little(UInt64(8 * large.count), 2) + large.flatMap { little($0, 8) }
        let fixed: [(UInt64, Int)] = [
            (0x0201_4B50, 4), (0x0314, 2), (large.isEmpty ? 20 : 45, 2), (0, 2), (UInt64(entry.method.rawValue), 2),
            (0, 2), (0x21, 2), (UInt64(entry.crc32), 4), (min(values[1], mark), 4), (min(values[0], mark), 4),
            (UInt64(entry.name.utf8.count), 2), (UInt64(extra.count), 2), (0, 2), (0, 2), (0, 2), (0x81A4_0000, 4),
            (min(values[2], mark), 4),
        ]
        return fixed.flatMap { little($0.0, $0.1) } + Array(entry.name.utf8) + extra
    }

    /// ZIP64 end records in the place of the end record, with one hostile number.
    private static func withZip64End(_ archive: [UInt8], _ number: Int, is value: UInt64) -> [UInt8] {
        let end = Array(archive.suffix(22))
        func read(_ offset: Int, _ width: Int) -> UInt64 {
            (0..<width).reversed().reduce(0) { $0 << 8 | UInt64(end[offset + $1]) }
        }
        let count = read(10, 2)
        let size = read(12, 4)
        let offset = read(16, 4)
        var numbers = [count, count, size, offset, UInt64(archive.count - 22)]
        numbers[number] = value
        var bytes = Array(archive.dropLast(22))
        bytes += little(0x0606_4B50, 4) + little(44, 8) + little(0x0314, 2) + little(45, 2) + little(0, 8)
        bytes += little(numbers[1], 8) + little(numbers[0], 8) + little(numbers[2], 8) + little(numbers[3], 8)
        bytes += little(0x0706_4B50, 4) + little(0, 4) + little(numbers[4], 8) + little(1, 4)
        return bytes + little(0x0605_4B50, 4) + little(0, 4) + [UInt8](repeating: 0xFF, count: 12) + [0, 0]
    }

    private static func little(_ value: UInt64, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }
}
