import Testing
import ZipFormat

@Suite("ZIP archives that another program packed")
struct RepackedZipTests {
    typealias Change = @Sendable (inout RawArchive) -> Void

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// nil for an archive that can be read in one way.
        let code: ZipProblem.Code?
        let change: Change

        init(_ description: String, _ code: ZipProblem.Code? = nil, change: @escaping Change) {
            testDescription = description
            self.code = code
            self.change = change
        }
    }

    static let cases = [
        Case("names out of order") { $0.entries.swapAt(0, 2) },
        Case("extra fields") { $0.entries[0].extra = [0x55, 0x54, 5, 0, 3, 1, 2, 3, 4] },
        Case("comments") {
            $0.comment = Array("made by hand".utf8)
            $0.entries[1].comment = Array("empty".utf8)
        },
        Case("backslashes") { $0.entries[0].name = Array("x\\a".utf8) },
        Case("made by Windows") { $0.entries[0].madeBy = 0x0014 },
        Case("a folder with a space and a bracket") { $0.entries[0].name = Array("NAME (1)/a".utf8) },
        Case("duplicate name", .nameDuplicate) { $0.entries[1].name = $0.entries[0].name },
        Case("the same name by another slash", .nameDuplicate) {
            $0.entries[0].name = Array("x/a".utf8)
            $0.entries[1].name = Array("x\\a".utf8)
        },
        Case("case twin", .nameCaseTwin) { $0.entries[0].name = Array("C".utf8) },
        Case("parent segment", .nameSegment) { $0.entries[0].name = Array("../a".utf8) },
        Case("parent segment by a backslash", .nameSegment) { $0.entries[0].name = Array("..\\a".utf8) },
        Case("absolute name", .nameSegment) { $0.entries[0].name = Array("/a".utf8) },
        Case("encrypted", .encrypted) { $0.entries[0].flags = 1 },
        Case("a method of other programs", .method) { $0.entries[0].method = 12 },
        Case("symbolic link", .symbolicLink) { $0.entries[0].externalAttributes = 0xA1FF_0000 },
        Case("a second name in an extra field", .nameDiffers) {
            $0.entries[0].extra = [0x75, 0x70, 6, 0, 1, 0, 0, 0, 0, 0x62]
        },
        Case("bytes between entries", .gap) { $0.entries[1].gapBefore = [1, 2, 3] },
        Case("a data descriptor that is missing", .gap) { $0.entries[0].flags = 8 },
        Case("a data descriptor of something else", .gap) {
            $0.entries[0].flags = 8
            $0.entries[1].gapBefore = [UInt8](repeating: 0, count: 16)
        },
        Case("symbolic link of another system", .symbolicLink) {
            $0.entries[0].madeBy = 0x1314
            $0.entries[0].externalAttributes = 0xA1FF_0000
        },
        Case("bytes before the first", .gap) { $0.entries[0].gapBefore = [1] },
        Case("a hidden entry", .gap) { $0.entries[1].isInDirectory = false },
        Case("bytes before the directory", .gap) { $0.gapBeforeDirectory = [0] },
        Case("bytes behind the directory", .directoryOffset) { $0.gapBehindDirectory = [0] },
        Case("wrong count", .entryCount) { $0.count = 2 },
    ]

    @Test("is read if every program reads it in one way, and refused with the reason otherwise", arguments: cases)
    func reads(_ test: Case) throws {
        var raw = RawArchive(ZipHostileTests.files)
        test.change(&raw)
        do throws(ZipReadError) {
            let archive = try RepackedZip(.memory(raw.bytes()))
            #expect(test.code == nil)
            #expect(archive.files.count == 3)
            for file in archive.files {
                var content: [UInt8] = []
                var reader: ZipEntryReader
                do { reader = try ZipEntryReader(file, in: archive.store) } catch { throw .environment(error) }
                do { try reader.forEachBlock { content.append(contentsOf: $0) } } catch { Issue.record(error) }
                #expect(UInt64(content.count) == file.uncompressedSize)
            }
        } catch {
            guard case .problem(let problem) = error else { throw error }
            #expect(problem.code == test.code, "\(problem)")
        }
    }

    @Test("a local extra field is as long as its own header says")
    func localExtraField() throws {
        // Info-ZIP's local time stamps take more bytes than those in the directory.
        let archive = try writeArchive([("a", Array("alpha".utf8))])
        let extra: [UInt8] = [0x55, 0x54, 9, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8]
        var bytes = archive
        bytes[28] = UInt8(extra.count)
        bytes.insert(contentsOf: extra, at: 31)
        let end = bytes.count - 22
        bytes[end + 16] += UInt8(extra.count)
        let file = try #require(try RepackedZip(.memory(bytes)).files.first)
        var content: [UInt8] = []
        var reader = try ZipEntryReader(file, in: .memory(bytes))
        try reader.forEachBlock { content.append(contentsOf: $0) }
        #expect(content == Array("alpha".utf8))
    }

    @Test("no bit of an archive makes the reader go outside of it")
    func flips() throws {
        let archive = RawArchive(ZipHostileTests.files).bytes()
        for bit in 0..<archive.count * 8 {
            var bytes = archive
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            guard let found = try? RepackedZip(.memory(bytes)) else { continue }
            for file in found.files {
                var reader = try ZipEntryReader(file, in: found.store)
                try? reader.forEachBlock { _ in }
            }
        }
    }
}
