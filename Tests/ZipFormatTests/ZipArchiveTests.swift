import FileSystem
import Foundation
import Testing
import ZipFormat

@Suite("ZIP archives that follow the profile")
struct ZipArchiveTests {
    static let files: [(String, [UInt8])] = [
        ("B/bagit.txt", Array("BagIt-Version: 1.0\n".utf8)),
        ("B/data/empty", []),
        ("B/data/noise", noise(300_000)),
        ("B/data/zeros", [UInt8](repeating: 0, count: 1_000_000)),
    ]

    /// Returns bytes that do not compress, the same at each call.
    static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 1
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    @Test("what is written is read back, from memory and from a path")
    func roundTrip() throws {
        let bytes = try writeArchive(Self.files)
        #expect(try writeArchive(Self.files) == bytes, "two runs give the same bytes")
        let directory = try TemporaryDirectory()
        let path = try directory.write(bytes)
        for archive in try [ZipArchive(bytes: bytes), ZipArchive(path: path)] {
            #expect(archive.problems == [])
            #expect(archive.entries.map(\.name) == Self.files.map(\.0))
            #expect(archive.entries.map(\.method) == [.deflated, .stored, .deflated, .deflated])
            for (entry, (_, expected)) in zip(archive.entries, Self.files) {
                #expect(try content(of: entry, in: archive, blockSize: 70_001) == expected)
            }
        }
        #expect(try encoded(ZipArchive(bytes: bytes), of: bytes) == bytes)
    }

    /// Encodes the entries of an archive again, with the data of `bytes`.
    func encoded(_ archive: ZipArchive, of bytes: [UInt8]) -> [UInt8] {
        let entries = archive.entries.flatMap { entry in
            ZipStructure.localHeader(for: entry) + bytes[Int(entry.dataOffset)..<Int(entry.endOffset)]
        }
        return entries + ZipStructure.centralDirectory(for: archive.entries)
    }

    @Test("unzip, zipinfo and Python's zipfile accept the archive and list the same names and constants")
    func otherReaders() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(writeArchive(Self.files))
        #expect(try run("unzip", "-tq", path).status == 0)
        #expect(try run("python3", "-m", "zipfile", "-t", path).status == 0)
        #expect(try run("zipinfo", "-1", path) == (0, Self.files.map { $0.0 + "\n" }.joined()))
        let long = try run("zipinfo", "-v", path).output
        #expect(!long.contains("data descriptor") && !long.contains("extra bytes"))
        let attributes = long.split(separator: "\n").filter { $0.contains("Unix file attributes (100644 octal)") }
        #expect(attributes.count == Self.files.count)
        let times = long.split(separator: "\n").filter { $0.contains("1980 Jan 1 00:00:00") }
        #expect(times.count == Self.files.count)
    }

    @Test("65,536 entries need the zip64 end records, and every reader finds them all")
    func manyEntries() throws {
        func name(_ index: Int) -> String { "n/" + String(1_000_000 + index) }
        let bytes = try writeArchive((0..<65_536).map { (name($0), []) })
        let end = Array(bytes.suffix(22))
        #expect(Array(end[8..<12]) == [0xFF, 0xFF, 0xFF, 0xFF])
        let archive = try ZipArchive(bytes: bytes)
        #expect(archive.problems == [])
        #expect(archive.entries.count == 65_536)
        #expect(archive.entries.last?.name == name(65_535))
        #expect(encoded(archive, of: bytes) == bytes)
        let directory = try TemporaryDirectory()
        let path = try directory.write(bytes)
        let script = "import sys, zipfile; print(len(zipfile.ZipFile(sys.argv[1]).namelist()))"
        #expect(try run("python3", "-c", script, path) == (0, "65536\n"))
        #expect(try run("unzip", "-tq", path).status == 0)
    }

    @Test("65,534 entries need no zip64, 65,535 do, 100,001 are refused")
    func numberOfEntries() throws {
        func entries(_ count: Int) -> [ZipEntry] {
            var offset: UInt64 = 0
            return (0..<count).map { index in
                let entry = ZipEntry(
                    name: String(1_000_000 + index), crc32: 0, compressedSize: 0, uncompressedSize: 0,
                    localHeaderOffset: offset)
                offset = entry.endOffset
                return entry
            }
        }
        #expect(ZipStructure.centralDirectory(for: entries(65_534)).count == 65_534 * 53 + 22)
        #expect(ZipStructure.centralDirectory(for: entries(65_535)).count == 65_535 * 53 + 98)
        let tooMany = entries(100_001)
        let bytes = tooMany.flatMap { ZipStructure.localHeader(for: $0) } + ZipStructure.centralDirectory(for: tooMany)
        #expect(try ZipArchive(bytes: bytes).problems.map(\.code) == [.tooManyEntries])
    }

    @Test("what is no regular file is an error of the environment")
    func environment() throws {
        let directory = try TemporaryDirectory()
        let fifo = directory.url.appendingPathComponent("fifo").path
        #expect(mkfifo(fifo, 0o600) == 0)
        for (path, reason) in [
            (directory.url.path, "it is a directory, expected a regular file"),
            (fifo, "it is a FIFO, expected a regular file"),
            (directory.url.path + "/missing", "No such file or directory"), ("a\0b", "Invalid argument"),
        ] {
            let error = #expect(throws: FileSystemError.self) { try ZipArchive(path: path) }
            #expect(error?.operation == .open)
            #expect(error?.message == "cannot open \"\(TerminalText.shown(path))\": \(reason)")
        }
    }

    @Test("a file cut while it is read gives an error and no signal")
    func shortened() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(writeArchive(Self.files))
        let archive = try ZipArchive(path: path)
        #expect(truncate(path, 100) == 0)
        let error = #expect(throws: ZipReadError.self) { try content(of: archive.entries[2], in: archive) }
        guard case .environment(let failure) = error else { return #expect(Bool(false), "not of the environment") }
        #expect(failure.reason == .shortened)
    }
}
