import Foundation
import Testing
import ZipFormat

@Suite("ZIP archives that do not follow the profile")
struct ZipHostileTests {
    typealias Change = @Sendable (inout RawArchive) -> Void

    static let files = [("a", "alpha alpha alpha"), ("b", ""), ("c", "gamma")]

    static func problems(_ bytes: [UInt8]) throws -> [ZipProblem.Code] {
        try ZipArchive(bytes: bytes).problems.map(\.code)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: ZipProblem.Code
        /// The names of the entries that are not handed out.
        let withholds: [String]
        let change: Change

        init(
            _ description: String, _ code: ZipProblem.Code, withholds: [String] = [], _ change: @escaping Change
        ) {
            testDescription = description
            self.code = code
            self.withholds = withholds
            self.change = change
        }
    }

    static let cases = [
        Case("duplicate name", .nameDuplicate, withholds: ["a"]) { $0.entries[1].name = $0.entries[0].name },
        Case("case twin", .nameCaseTwin, withholds: ["c"]) { $0.entries[0].name = Array("C".utf8) },
        Case("file that is also a directory", .nameConflict, withholds: ["b"]) {
            $0.entries[2].name = Array("b/c".utf8)
        },
        Case("names out of order", .nameOrder, withholds: ["b", "a"]) { $0.entries.swapAt(0, 2) },
        Case("parent segment", .nameSegment) { $0.entries[0].name = Array("../a".utf8) },
        Case("absolute name", .nameAbsolute) { $0.entries[0].name = Array("/a".utf8) },
        Case("backslash", .nameCharacter) { $0.entries[0].name = Array("..\\a".utf8) },
        Case("zero byte", .nameCharacter) { $0.entries[0].name = Array("a\0.txt".utf8) },
        Case("composed letter", .nameCharacter) { $0.entries[2].name = Array("\u{E9}".utf8) },
        Case("decomposed letter", .nameCharacter) { $0.entries[2].name = Array("e\u{301}".utf8) },
        Case("directory entry", .nameDirectory) { $0.entries[1].name = Array("b/".utf8) },
        Case("empty name", .nameLength) { $0.entries[0].name = [] },
        Case("encrypted flag", .encrypted, withholds: ["a"]) { $0.entries[0].flags = 1 },
        Case("strong encryption flag", .encrypted, withholds: ["a"]) { $0.entries[0].flags = 0x41 },
        Case("masked headers flag", .encrypted, withholds: ["a"]) { $0.entries[0].flags = 0x2000 },
        Case("UTF-8 flag", .flags, withholds: ["a"]) { $0.entries[0].flags = 0x0800 },
        Case("data descriptor flag", .dataDescriptor, withholds: ["a"]) { $0.entries[0].flags = 8 },
        Case("data descriptor", .gap) { $0.entries[0].descriptor = little(0x0807_4B50 as UInt32, 0 as UInt64) },
        Case("symbolic link", .symbolicLink, withholds: ["a"]) { $0.entries[0].externalAttributes = 0xA1FF_0000 },
        Case("set-uid file", .attributes, withholds: ["a"]) { $0.entries[0].externalAttributes = 0x89ED_0000 },
        Case("DOS directory attribute", .attributes, withholds: ["a"]) {
            $0.entries[0].externalAttributes = 0x81A4_0010
        },
        Case("made by DOS", .version, withholds: ["a"]) { $0.entries[0].madeBy = 20 },
        Case("version needed 45 without need", .version, withholds: ["a"]) { $0.entries[0].needed = 45 },
        Case("stored content", .method, withholds: ["c"]) { $0.entries[2] = Self.stored("c", "gamma") },
        Case("deflated empty content", .size, withholds: ["b"]) { Self.deflateEmpty(&$0.entries[1]) },
        Case("method bzip2", .method, withholds: ["a"]) { $0.entries[0].method = 12 },
        Case("no data", .size, withholds: ["a"]) { $0.entries[0].data = [] },
        Case("timestamp extra field", .extraField, withholds: ["a"]) { $0.entries[0].extra = [0x55, 0x54, 1, 0, 0] },
        Case("archive comment", .comment) { $0.comment = Array("hi".utf8) },
        Case("entry comment", .comment, withholds: ["a"]) { $0.entries[0].comment = Array("hi".utf8) },
        Case("leading data", .leadingData) { $0.entries[0].gapBefore = Array("MZ".utf8) },
        Case("gap between entries", .gap) { $0.entries[1].gapBefore = [0] },
        Case("gap before the directory", .gap) { $0.gapBeforeDirectory = [0] },
        Case("gap behind the directory", .directoryOffset) { $0.gapBehindDirectory = [0] },
        Case("entry missing from the directory", .gap) { $0.entries[1].isInDirectory = false },
        Case("last entry missing from the directory", .gap) { $0.entries[2].isInDirectory = false },
        Case("first entry missing from the directory", .leadingData) { $0.entries[0].isInDirectory = false },
        Case("count too low", .entryCount) { $0.count = 2 },
        Case("count too high", .entryCount) { $0.count = 4 },
        Case("two entries over the same data", .overlap, withholds: ["b"]) { $0.entries[1].offset = 0 },
        Case("entry outside the file", .outOfBounds, withholds: ["c"]) { $0.entries[2].offset = 0xFFFF_FFFE },
        Case("zip64 field asked for and missing", .zip64, withholds: ["a"]) { $0.entries[0].uncompressedSize = .max },
        Case("zip64 field with a small size", .size, withholds: ["a"]) {
            $0.entries[0].extra = little(1 as UInt16, 8 as UInt16, UInt64($0.entries[0].uncompressedSize))
            $0.entries[0].uncompressedSize = .max
        },
        Case("zip64 field nothing asks for", .extraField, withholds: ["a"]) {
            $0.entries[0].extra = little(1 as UInt16, 8 as UInt16, 17 as UInt64)
        },
        Case("zip64 field with a member too many", .zip64, withholds: ["a"]) {
            $0.entries[0].uncompressedSize = .max
            $0.entries[0].extra = little(1 as UInt16, 16 as UInt16, 5 << 32 as UInt64, 5 as UInt64)
        },
        Case("zip64 size beyond the limit", .size, withholds: ["a"]) {
            $0.entries[0].uncompressedSize = .max
            $0.entries[0].extra = little(1 as UInt16, 8 as UInt16, UInt64.max)
        },
        Case("zip64 offset beyond the file", .outOfBounds, withholds: ["c"]) {
            $0.entries[2].offset = .max
            $0.entries[2].extra = little(1 as UInt16, 8 as UInt16, UInt64.max)
        },
    ]

    static func stored(_ name: String, _ content: String) -> RawArchive.Entry {
        var entry = RawArchive.Entry(name, Array(content.utf8))
        entry.data = Array(content.utf8)
        entry.method = 0
        return entry
    }

    static func deflateEmpty(_ entry: inout RawArchive.Entry) {
        entry.method = 8
        entry.data = [3, 0]
    }

    @Test("the untouched archive of these cases is accepted")
    func untouched() throws {
        #expect(try Self.problems(RawArchive(Self.files).bytes()) == [])
    }

    @Test("each defect is refused with its own reason", arguments: cases)
    func refused(_ hostile: Case) throws {
        var archive = RawArchive(Self.files)
        hostile.change(&archive)
        let found = try ZipArchive(bytes: archive.bytes())
        #expect(found.problems.map(\.code).contains(hostile.code))
        for problem in found.problems {
            #expect(problem.message.utf8.allSatisfy { (0x20...0x7E).contains($0) })
            #expect(!problem.message.hasSuffix("."))
        }
        for entry in found.entries {  // whatever is listed can be asked for
            _ = try? content(of: entry, in: found)
        }
    }

    @Test("an entry with a problem of its own is named and not handed out, the others are", arguments: cases)
    func withheld(_ hostile: Case) throws {
        var archive = RawArchive(Self.files)
        hostile.change(&archive)
        let found = try ZipArchive(bytes: archive.bytes())
        #expect(found.withheld == hostile.withholds)
        for entry in found.entries { _ = try content(of: entry, in: found) }
    }

    @Test("entries that lie inside another one are not handed out, however many there are")
    func nested() throws {
        // A stored part of the outer data holds whole entries, which the directory lists too.
        var outer = RawArchive.Entry("a", Array(repeating: 0x61, count: 5000))
        let inner = RawArchive([("b", "beta beta beta"), ("c", "gamma gamma")])
        let head = RawArchive([]).bytes().count + 8
        outer.data = Array(repeating: 0, count: head) + inner.bytes()
        var archive = RawArchive([])
        archive.entries = [outer] + inner.entries
        let start = UInt32(30 + 1 + head)
        archive.entries[1].offset = start
        archive.entries[2].offset = start + UInt32(30 + 1 + inner.entries[0].data.count)
        let found = try ZipArchive(bytes: archive.bytes())
        #expect(found.problems.filter { $0.code == .overlap }.map(\.entry) == ["b", "c"])
        #expect(found.entries.map(\.name) == ["a"])
        #expect(found.withheld == ["b", "c"])
    }

    @Test("all problems are collected, and entries without one are still listed")
    func collecting() throws {
        var archive = RawArchive(Self.files + [("d", "delta")])
        archive.entries[0].externalAttributes = 0xA1FF_0000
        archive.entries[1].flags = 1
        archive.entries[2].name = Array("c\\".utf8)
        archive.comment = [0x20]
        let found = try ZipArchive(bytes: archive.bytes())
        let codes = Set(found.problems.map(\.code))
        #expect(codes == [.comment, .symbolicLink, .encrypted, .nameCharacter, .gap])
        #expect(found.withheld == ["a", "b"])
        #expect(found.entries.map(\.name) == ["d"])
        #expect(try content(of: found.entries[0], in: found) == Array("delta".utf8))
    }

    @Test("each bit of every header counts")
    func everyStructuralBit() throws {
        let bytes = RawArchive(Self.files).bytes()
        let archive = try ZipArchive(bytes: bytes)
        let data = archive.entries.map { Int($0.dataOffset)..<Int($0.endOffset) }
        for index in bytes.indices where !data.contains(where: { $0.contains(index) }) {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << UInt8(bit)
                #expect(try !Self.problems(flipped).isEmpty, "bit \(bit) of byte \(index)")
            }
        }
    }

    @Test("each byte of every header counts, whatever its value")
    func everyStructuralByte() throws {
        let bytes = RawArchive([("a", "alpha")]).bytes()
        let entry = try #require(ZipArchive(bytes: bytes).entries.first)
        for index in bytes.indices where !(Int(entry.dataOffset)..<Int(entry.endOffset)).contains(index) {
            for value in UInt8.min...UInt8.max where value != bytes[index] {
                var changed = bytes
                changed[index] = value
                #expect(try !Self.problems(changed).isEmpty, "value \(value) of byte \(index)")
            }
        }
    }

    @Test("each bit of the data counts, or the content is the same")
    func everyDataBit() throws {
        let text = Array(String(repeating: "alpha beta gamma ", count: 40).utf8)
        let bytes = try writeArchive([("a", text)])
        let entry = try #require(ZipArchive(bytes: bytes).entries.first)
        for index in Int(entry.dataOffset)..<Int(entry.endOffset) {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << UInt8(bit)
                let archive = try ZipArchive(bytes: flipped)
                #expect(archive.problems == [])
                if let read = try? content(of: entry, in: archive) { #expect(read == text) }
            }
        }
    }

    @Test("an archive cut at any length is refused, so is one with a byte or an archive before or behind it")
    func cutAndExtended() throws {
        let bytes = RawArchive(Self.files).bytes()
        for length in bytes.indices {
            #expect(try !Self.problems(Array(bytes.prefix(length))).isEmpty, "cut to \(length) bytes")
            #expect(try !Self.problems(Array(bytes.suffix(length))).isEmpty, "last \(length) bytes")
        }
        for value in UInt8.min...UInt8.max {
            #expect(try !Self.problems([value] + bytes).isEmpty)
            #expect(try Self.problems(bytes + [value]).contains(.trailingData))
        }
        #expect(try !Self.problems(bytes + bytes).isEmpty)
        #expect(try Self.problems(bytes + bytes.suffix(22)) == [.secondEndRecord])
        #expect(try Self.problems([UInt8](repeating: 0, count: 100_000)) == [.noEndRecord])
        #expect(try Self.problems([]) == [.noEndRecord])
    }

    @Test("a second archive in the comment of the first is refused")
    func nestedInComment() throws {
        var outer = RawArchive([("evil", "evil")])
        outer.comment = RawArchive([("good", "good")]).bytes()
        #expect(try !Self.problems(outer.bytes()).isEmpty)
    }

    /// Replaces the end record by zip64 end records with the given values and an end record of marks.
    static func zip64(
        _ bytes: [UInt8], count: UInt64, size: UInt64, offset: UInt64, locator: UInt64, marks: Bool = true
    ) -> [UInt8] {
        var result = Array(bytes.dropLast(22))
        result += little(0x0606_4B50 as UInt32, 44 as UInt64, 0x0314 as UInt16, 45 as UInt16, 0 as UInt64)
        result += little(count, count, size, offset)
        result += little(0x0706_4B50 as UInt32, 0 as UInt32, locator, 1 as UInt32)
        guard marks else { return result + bytes.suffix(22) }
        return result + little(0x0605_4B50 as UInt32, 0 as UInt32, UInt32.max, UInt32.max, UInt32.max, 0 as UInt16)
    }

    @Test("zip64 end records that are not needed, lie or are missing are refused")
    func zip64Lies() throws {
        let bytes = RawArchive(Self.files).bytes()
        let end = bytes.suffix(22)
        let size = UInt64(end[end.startIndex + 12])
        let offset = UInt64(bytes.count - 22) - size
        let stop = offset + size
        let attempts: [([UInt8], ZipProblem.Code)] = [
            (Self.zip64(bytes, count: 3, size: size, offset: offset, locator: stop), .zip64),
            (Self.zip64(bytes, count: 3, size: size, offset: offset, locator: stop, marks: false), .zip64),
            (Self.zip64(bytes, count: 2, size: size, offset: offset, locator: stop, marks: false), .entryCount),
            (Self.zip64(bytes, count: .max, size: size, offset: offset, locator: stop), .tooManyEntries),
            (Self.zip64(bytes, count: 3, size: .max, offset: offset, locator: stop), .directoryTooLarge),
            (Self.zip64(bytes, count: 3, size: size, offset: .max, locator: stop), .directoryOffset),
            (Self.zip64(bytes, count: 65_536, size: size, offset: offset, locator: .max), .zip64),
            (
                bytes.dropLast(22)
                    + little(0x0605_4B50 as UInt32, 0 as UInt32, UInt32.max, UInt32(size), UInt32(offset), 0 as UInt16),
                .zip64
            ),
        ]
        for (attempt, code) in attempts {
            #expect(try Self.problems(attempt).contains(code))
        }
    }

    @Test("a directory of many bad headers gives a bounded list of problems")
    func problemFlood() throws {
        var entries: [RawArchive.Entry] = []
        for index in 0..<2_000 {
            var entry = RawArchive.Entry("n\(10_000 + index)", [])
            entry.flags = 1
            entries.append(entry)
        }
        var archive = RawArchive([])
        archive.entries = entries
        let found = try ZipArchive(bytes: archive.bytes())
        #expect(found.problems.count == ZipArchive.maximumProblems + 1)
        #expect(found.problems.last?.code == .tooManyProblems)
        #expect(found.entries.isEmpty)
        #expect(found.withheld.count == 2_000)
    }

    @Test("random damage never traps, and what is accepted is what is encoded")
    func randomDamage() throws {
        var random = SplitMix(state: 7)
        let bytes = RawArchive(Self.files).bytes()
        for _ in 0..<20_000 {
            var damaged = bytes
            for _ in 0...Int(random.next() % 4) {
                let index = Int(random.next() % UInt64(damaged.count))
                switch random.next() % 4 {
                case 0: damaged[index] = [0, 0xFF, 0x7F, 0x80][Int(random.next() % 4)]
                case 1: damaged.remove(at: index)
                case 2: damaged.insert(UInt8(truncatingIfNeeded: random.next()), at: index)
                default: damaged[index] = UInt8(truncatingIfNeeded: random.next())
                }
            }
            let archive = try ZipArchive(bytes: damaged)
            for entry in archive.entries { _ = try? content(of: entry, in: archive) }
            guard archive.problems.isEmpty else { continue }
            let encoded = archive.entries.flatMap {
                ZipStructure.localHeader(for: $0) + damaged[Int($0.dataOffset)..<Int($0.endOffset)]
            }
            #expect(encoded + ZipStructure.centralDirectory(for: archive.entries) == damaged)
        }
    }
}

/// A small generator with a fixed seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
