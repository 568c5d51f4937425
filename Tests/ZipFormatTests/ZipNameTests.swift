import Testing
import ZipFormat

@Suite("ZIP names and layout")
struct ZipNameTests {
    @Test(
        "names of the alphabet are accepted",
        arguments: ["a", "N/data/report.html", "-_.x", "...", "a/.b", "A..b/c.."])
    func accepted(name: String) {
        #expect(ZipName.problem(in: name.utf8) == nil)
        #expect(ZipName.problem(in: String(repeating: "n", count: 255).utf8) == nil)
    }

    @Test(
        "every other name is refused with its own reason",
        arguments: [
            ("", .nameLength), (String(repeating: "n", count: 256), .nameLength), ("/a", .nameAbsolute),
            ("a/", .nameDirectory), ("a//b", .nameSegment), (".", .nameSegment), ("..", .nameSegment),
            ("a/./b", .nameSegment), ("../a", .nameSegment), ("a/../../b", .nameSegment), ("a/..", .nameSegment),
            ("a\\b", .nameCharacter), ("a\0b", .nameCharacter), ("C:x", .nameCharacter), ("a b", .nameCharacter),
            ("é", .nameCharacter), ("e\u{301}", .nameCharacter), ("\u{212A}", .nameCharacter), ("a\n", .nameCharacter),
        ] as [(String, ZipProblem.Code)])
    func refused(name: String, code: ZipProblem.Code) {
        #expect(ZipName.problem(in: name.utf8)?.code == code)
    }

    @Test("each of the 256 bytes is in the alphabet or refused")
    func everyByte() {
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./".utf8)
        for byte in UInt8.min...UInt8.max {
            #expect((ZipName.problem(in: [0x61, byte, 0x61]) == nil) == alphabet.contains(byte))
        }
    }

    @Test("a message shows hostile bytes escaped and at most 255 of them")
    func escaping() throws {
        let problem = try #require(ZipName.problem(in: [0x1B, 0x22, 0x5C, 0xFF]))
        #expect(problem.message.contains(#""\x1b\x22\x5c\xff""#))
        #expect(problem.description.hasSuffix(#", in entry "\x1b\x22\x5c\xff""#))
        let long = try #require(ZipName.problem(in: [UInt8](repeating: 0x61, count: 60_000)))
        #expect(long.description.utf8.count < 700)
    }

    static func layoutProblem(_ steps: (inout ZipLayout) throws -> Void) -> ZipProblem.Code? {
        do {
            var layout = ZipLayout()
            try steps(&layout)
            _ = try layout.centralDirectory()
            return nil
        } catch let problem as ZipProblem {
            return problem.code
        } catch {
            return nil
        }
    }

    @Test(
        "the layout refuses names that are out of order or do not go together",
        arguments: [
            (["b", "a"], .nameOrder), (["a", "a"], .nameOrder), (["a", "B"], .nameOrder), (["A", "a"], .nameCaseTwin),
            (["a", "a/b"], .nameConflict), (["A/x", "a"], .nameConflict), (["a/b", "a/b.c", "a/b/c"], .nameConflict),
            (["../a"], .nameSegment), (["a", "a-b", "a.b", "ab", "c/a"], nil),
        ] as [([String], ZipProblem.Code?)])
    func layoutNames(names: [String], code: ZipProblem.Code?) {
        let found = Self.layoutProblem { layout in
            for name in names { try layout.append(name: name, crc32: 0, compressedSize: 0, uncompressedSize: 0) }
        }
        #expect(found == code)
    }

    @Test(
        "the layout refuses sizes that no content has",
        arguments: [
            (0, 2, 0, .size), (1, 0, 0, .checksum), (1, 0, 3, .size), (1, 9, 1 << 45, .size), (1, 1 << 45, 9, .size),
            (0, UInt64.max, UInt64.max, .size), (1, 9, 9, nil), (0, 0, 0, nil),
        ] as [(UInt32, UInt64, UInt64, ZipProblem.Code?)])
    func layoutSizes(crc32: UInt32, data: UInt64, content: UInt64, code: ZipProblem.Code?) {
        let found = Self.layoutProblem {
            try $0.append(name: "a", crc32: crc32, compressedSize: data, uncompressedSize: content)
        }
        #expect(found == code)
    }
}
