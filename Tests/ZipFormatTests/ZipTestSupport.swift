import CZlib
import Foundation
import Testing
import ZipFormat

/// Raw DEFLATE streams as a writer of bundles makes them.
enum ZlibDeflate {
    /// Returns `bytes` as one raw DEFLATE stream.
    static func compress(_ bytes: [UInt8], level: Int32 = 6) -> [UInt8] {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        let started = deflateInit2_(&stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
        precondition(started == Z_OK, "zlib refused to start")
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        let count = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib did not finish")
                return target.count - Int(stream.avail_out)
            }
        }
        return Array(output.prefix(count))
    }

    /// Returns the CRC-32 of `bytes`.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32_z(0, bytes, bytes.count))
    }
}

/// A second, obvious encoder, in which every field can be made wrong; without a change it follows the profile.
struct RawArchive {
    struct Entry {
        var name: [UInt8]
        var data: [UInt8]
        var checksum: UInt32
        var uncompressedSize: UInt32
        var method: UInt16
        var madeBy: UInt16 = 0x0314
        var needed: UInt16 = 20
        var flags: UInt16 = 0
        var externalAttributes: UInt32 = 0x81A4_0000
        var extra: [UInt8] = []
        var comment: [UInt8] = []
        var offset: UInt32?
        var gapBefore: [UInt8] = []
        var descriptor: [UInt8] = []
        var isInDirectory = true

        init(_ name: String, _ content: [UInt8]) {
            self.name = Array(name.utf8)
            data = content.isEmpty ? [] : ZlibDeflate.compress(content)
            checksum = ZlibDeflate.checksum(content)
            uncompressedSize = UInt32(content.count)
            method = content.isEmpty ? 0 : 8
        }
    }

    var entries: [Entry]
    var comment: [UInt8] = []
    var gapBeforeDirectory: [UInt8] = []
    var gapBehindDirectory: [UInt8] = []
    var count: UInt16?

    init(_ files: [(String, String)]) {
        entries = files.map { Entry($0.0, Array($0.1.utf8)) }
    }

    /// Returns the archive.
    func bytes() -> [UInt8] {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            bytes += entry.gapBefore
            if entry.isInDirectory { directory += central(entry, offset: entry.offset ?? UInt32(bytes.count)) }
            bytes += little(0x0403_4B50 as UInt32, entry.needed, entry.flags, entry.method)
            bytes += little(0 as UInt16, 0x0021 as UInt16, entry.checksum)
            bytes += little(UInt32(entry.data.count), entry.uncompressedSize)
            bytes += little(UInt16(entry.name.count), UInt16(entry.extra.count))
            bytes += entry.name + entry.extra + entry.data + entry.descriptor
        }
        bytes += gapBeforeDirectory
        let offset = UInt32(bytes.count)
        bytes += directory + gapBehindDirectory
        let count = count ?? UInt16(entries.count { $0.isInDirectory })
        bytes += little(0x0605_4B50 as UInt32, 0 as UInt32, count, count, UInt32(directory.count), offset)
        return bytes + little(UInt16(comment.count)) + comment
    }

    private func central(_ entry: Entry, offset: UInt32) -> [UInt8] {
        var bytes = little(0x0201_4B50 as UInt32, entry.madeBy, entry.needed, entry.flags, entry.method)
        bytes += little(0 as UInt16, 0x0021 as UInt16, entry.checksum)
        bytes += little(UInt32(entry.data.count), entry.uncompressedSize)
        bytes += little(UInt16(entry.name.count), UInt16(entry.extra.count), UInt16(entry.comment.count))
        bytes += little(0 as UInt32, entry.externalAttributes, offset)
        return bytes + entry.name + entry.extra + entry.comment
    }
}

/// Returns the bytes of the values one after another, each with its lowest byte first.
func little<each Value: FixedWidthInteger>(_ value: repeat each Value) -> [UInt8] {
    var bytes: [UInt8] = []
    for value in repeat each value {
        withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }
    return bytes
}

/// Writes an archive the way a writer of bundles does, through layout and structure.
func writeArchive(_ files: [(String, [UInt8])]) throws -> [UInt8] {
    var layout = ZipLayout()
    var bytes: [UInt8] = []
    for (name, content) in files {
        let data = content.isEmpty ? [] : ZlibDeflate.compress(content)
        let entry = try layout.append(
            name: name, crc32: ZlibDeflate.checksum(content), compressedSize: UInt64(data.count),
            uncompressedSize: UInt64(content.count))
        #expect(entry.localHeaderOffset == UInt64(bytes.count))
        bytes += ZipStructure.localHeader(for: entry)
        bytes += data
    }
    return try bytes + layout.centralDirectory()
}

/// Reads all of an entry in blocks of `blockSize`.
func content(of entry: ZipEntry, in archive: ZipArchive, blockSize: Int = 4096) throws -> [UInt8] {
    var reader = try archive.reader(for: entry)
    var content: [UInt8] = []
    var block = [UInt8](repeating: 0, count: blockSize)
    while true {
        var count = 0
        var failure: ZipReadError?
        block.withUnsafeMutableBytes { buffer in
            do throws(ZipReadError) { count = try reader.read(into: buffer) } catch { failure = error }
        }
        if let failure { throw failure }
        guard count > 0 else { return content }
        content += block.prefix(count)
    }
}

/// A directory of its own that is removed with the value's last use.
final class TemporaryDirectory {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("zip-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes `bytes` to a file and returns its path.
    func write(_ bytes: [UInt8], to name: String = "a.zip") throws -> String {
        let file = url.appendingPathComponent(name)
        try Data(bytes).write(to: file)
        return file.path
    }
}

/// Runs a tool and returns its status and all it printed.
func run(_ tool: String, _ arguments: String...) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}
