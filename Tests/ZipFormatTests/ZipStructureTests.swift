import Foundation
import Testing
import ZipFormat

@Suite("ZIP structure: the bytes of the records")
struct ZipStructureTests {
    @Test("local header, central header and end record are the bytes written out by hand")
    func plainRecords() throws {
        var layout = ZipLayout()
        let entry = try layout.append(name: "n/a.txt", crc32: 0x0403_0201, compressedSize: 5, uncompressedSize: 9)
        #expect(
            ZipStructure.localHeader(for: entry) == [
                0x50, 0x4B, 3, 4, 20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0, 1, 2, 3, 4, 5, 0, 0, 0, 9, 0, 0, 0, 7, 0, 0, 0,
            ] + Array("n/a.txt".utf8))
        #expect(entry.dataOffset == 37)
        #expect(entry.endOffset == 42)
        #expect(
            try layout.centralDirectory() == [
                0x50, 0x4B, 1, 2, 0x14, 3, 20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0, 1, 2, 3, 4, 5, 0, 0, 0, 9, 0, 0, 0,
                7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xA4, 0x81, 0, 0, 0, 0,
            ] + Array("n/a.txt".utf8) + [
                0x50, 0x4B, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, 53, 0, 0, 0, 42, 0, 0, 0, 0, 0,
            ])
    }

    @Test("an archive without entries is an end record")
    func emptyArchive() throws {
        let bytes = try ZipLayout().centralDirectory()
        #expect(bytes == [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18))
        let archive = try ZipArchive(bytes: bytes)
        #expect(archive.problems.isEmpty)
        #expect(archive.entries.isEmpty)
    }

    @Test("a second encoder gives the same archive")
    func secondEncoder() throws {
        let files = [("a", "alpha"), ("b/c.txt", ""), ("d", String(repeating: "delta", count: 500))]
        #expect(try writeArchive(files.map { ($0.0, Array($0.1.utf8)) }) == RawArchive(files).bytes())
    }

    static let mark: UInt64 = 0xFFFF_FFFF

    @Test(
        "zip64 holds exactly the members that do not fit, both sizes in the local header",
        arguments: [
            (mark - 1, mark - 1, mark - 1, [], false),
            (mark, 7, 8, [mark], true),
            (7, mark, 8, [mark], true),
            (7, 8, mark, [mark], false),
            (5 << 32, 6 << 32, 7 << 32, [5 << 32, 6 << 32, 7 << 32], true),
            (5 << 32, 6, 7 << 32, [5 << 32, 7 << 32], true),
        ] as [(UInt64, UInt64, UInt64, [UInt64], Bool)])
    func zip64Entry(content: UInt64, data: UInt64, offset: UInt64, members: [UInt64], isLarge: Bool) {
        let entry = ZipEntry(
            name: "x", crc32: 1, compressedSize: data, uncompressedSize: content, localHeaderOffset: offset)
        let version: UInt16 = members.isEmpty ? 20 : 45
        var field = members.flatMap { little($0) }
        if !members.isEmpty { field = little(1 as UInt16, UInt16(field.count)) + field }
        func capped(_ value: UInt64) -> UInt32 { UInt32(min(value, Self.mark)) }

        var local = little(0x0403_4B50 as UInt32, version, 0 as UInt16, 8 as UInt16, 0 as UInt16, 0x21 as UInt16)
        local += little(1 as UInt32, isLarge ? UInt32.max : UInt32(data), isLarge ? UInt32.max : UInt32(content))
        local += little(1 as UInt16, UInt16(isLarge ? 20 : 0)) + Array("x".utf8)
        if isLarge { local += little(1 as UInt16, 16 as UInt16, content, data) }
        #expect(ZipStructure.localHeader(for: entry) == local)
        #expect(entry.dataOffset == offset + UInt64(local.count))

        var central = little(0x0201_4B50 as UInt32, 0x0314 as UInt16, version, 0 as UInt16, 8 as UInt16)
        central += little(0 as UInt16, 0x21 as UInt16, 1 as UInt32, capped(data), capped(content), 1 as UInt16)
        central += little(UInt16(field.count), 0 as UInt16, 0 as UInt32, 0x81A4_0000 as UInt32, capped(offset))
        central += Array("x".utf8) + field
        #expect(Array(ZipStructure.centralDirectory(for: [entry]).prefix(central.count)) == central)
    }

    @Test("zip64 end record and locator stand before the end record when the directory starts at 4 GiB - 1")
    func zip64EndRecords() {
        let header: UInt64 = 31
        let entry = ZipEntry(
            name: "x", crc32: 1, compressedSize: Self.mark - 1 - header, uncompressedSize: 9, localHeaderOffset: 0)
        let last = ZipEntry(
            name: "y", crc32: 1, compressedSize: 1, uncompressedSize: 1, localHeaderOffset: entry.endOffset)
        let offset = last.endOffset
        let size: UInt64 = 2 * 47
        var expected = little(0x0606_4B50 as UInt32, 44 as UInt64, 0x0314 as UInt16, 45 as UInt16, 0 as UInt64)
        expected += little(2 as UInt64, 2 as UInt64, size, offset)
        expected += little(0x0706_4B50 as UInt32, 0 as UInt32, offset + size, 1 as UInt32)
        expected += little(0x0605_4B50 as UInt32, 0 as UInt32, 2 as UInt16, 2 as UInt16, UInt32(size), UInt32.max)
        expected += little(0 as UInt16)
        #expect(Array(ZipStructure.centralDirectory(for: [entry, last]).dropFirst(Int(size))) == expected)

        let first = ZipStructure.centralDirectory(for: [
            ZipEntry(
                name: "x", crc32: 1, compressedSize: Self.mark - 1 - header, uncompressedSize: 9, localHeaderOffset: 0)
        ])
        #expect(first.count == 47 + 22, "a directory that starts at 4 GiB - 2 needs no zip64")
    }

    /// Flips each bit of a file outside `data`, the ranges of its entries, and expects that the archive is refused.
    func expectEveryBitCounts(path: String, data: [Range<UInt64>]) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        let size = try file.seekToEnd()
        let starts = [0] + data.map(\.upperBound)
        for range in zip(starts, data.map(\.lowerBound) + [size]).map({ $0..<$1 }) {
            for offset in range {
                try file.seek(toOffset: offset)
                let byte = try #require(file.read(upToCount: 1)?.first)
                for bit in 0...8 {  // the last one puts the byte back
                    try file.seek(toOffset: offset)
                    try file.write(contentsOf: [bit < 8 ? byte ^ 1 << UInt8(bit) : byte])
                    let isAccepted = try ZipArchive(path: path).problems.isEmpty
                    #expect(isAccepted == (bit == 8), "bit \(bit) of byte \(offset)")
                }
            }
        }
    }

    @Test("an archive beyond 4 GiB is accepted, listed alike by zipinfo and Python, and read at its far end")
    func sparseArchive() throws {
        let far = Array("behind four gibibytes".utf8)
        let data = ZlibDeflate.compress(far)
        var layout = ZipLayout()
        let big = try layout.append(name: "a", crc32: 5, compressedSize: 5 << 30, uncompressedSize: 6 << 30)
        let small = try layout.append(
            name: "b", crc32: ZlibDeflate.checksum(far), compressedSize: UInt64(data.count),
            uncompressedSize: UInt64(far.count))
        let directory = try TemporaryDirectory()
        let path = try directory.write(ZipStructure.localHeader(for: big))
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: small.localHeaderOffset)  // the data of "a" is a hole
        try file.write(contentsOf: Data(ZipStructure.localHeader(for: small) + data + layout.centralDirectory()))
        try file.close()

        let archive = try ZipArchive(path: path)
        #expect(archive.problems == [])
        #expect(archive.entries == [big, small])
        try expectEveryBitCounts(path: path, data: archive.entries.map { $0.dataOffset..<$0.endOffset })
        #expect(try content(of: small, in: archive) == far)
        #expect(throws: ZipReadError.self) { try content(of: big, in: archive) }
        #expect(try run("zipinfo", "-1", path) == (0, "a\nb\n"))
        let script = "import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).read('b').decode(), end='')"
        #expect(try run("python3", "-c", script, path) == (0, "behind four gibibytes"))
    }
}
