import FileSystem
import Glibc
import SystemPackage
import Testing

@Suite("Reading files")
struct ReadingTests {
    let directory: TestDirectory

    init() throws { directory = try TestDirectory() }

    @Test("a file is read whole, from an offset, and in windows")
    func regularFile() throws {
        let path = try directory.write("0123456789", to: "file")
        let file = try ReadOnlyFile(path)
        #expect(file.size == 10)
        #expect(try file.contents(limit: 10) == Array("0123456789".utf8))
        #expect(try file.contents(from: 7, limit: 3) == Array("789".utf8))
        #expect(try file.contents(from: 11, limit: 3) == [])
        var window = [UInt8](repeating: 0, count: 4)
        try window.withUnsafeMutableBytes { try file.read(at: 3, into: $0) }
        #expect(window == Array("3456".utf8))
    }

    @Test("more than the limit is an error, and so is a window behind the end")
    func limits() throws {
        let path = try directory.write("0123456789", to: "file")
        let file = try ReadOnlyFile(path)
        let tooLong = #expect(throws: FileSystemError.self) { try file.contents(limit: 9) }
        #expect(tooLong?.reason == .tooLong(limit: 9))
        var window = [UInt8](repeating: 0, count: 4)
        let shortened = #expect(throws: FileSystemError.self) {
            try window.withUnsafeMutableBytes { try file.read(at: 7, into: $0) }
        }
        #expect(shortened?.reason == .shortened)
        #expect(throws: FileSystemError.self) { try ByteStream(.file(path)).contents(limit: 9) }
        #expect(try ByteStream(.file(path)).contents(limit: 10).count == 10)
    }

    @Test("what is no regular file is refused at once, also a FIFO that nobody writes to")
    func otherKinds() throws {
        try directory.makePipe("pipe")
        try directory.makeSocket("socket")
        let refused: [(path: String, reason: FileSystemError.Reason)] = [
            (directory.path("pipe"), .notRegularFile(.pipe)), (directory.path, .notRegularFile(.directory)),
            ("/dev/null", .notRegularFile(.characterDevice)),
            (directory.path("socket"), .system(.noSuchAddressOrDevice)),
        ]
        for (path, reason) in refused {
            for open in [{ _ = try ReadOnlyFile(path) }, { _ = try ByteStream(.file(path)) }] as [() throws -> Void] {
                let error = #expect(throws: FileSystemError.self) { try open() }
                #expect(error?.reason == reason, "\(path)")
                #expect(error?.operation == .open)
            }
        }
    }

    @Test("a link is followed unless that is refused")
    func links() throws {
        try directory.write("text", to: "file")
        try directory.link("link", to: "file")
        #expect(try ReadOnlyFile(directory.path("link")).size == 4)
        let error = #expect(throws: FileSystemError.self) {
            try ReadOnlyFile(directory.path("link"), followsLinks: false)
        }
        #expect(error?.errno == .tooManySymbolicLinkLevels)
    }

    @Test("a descriptor that the user hands over may be a pipe, and is read to its end")
    func descriptorPath() throws {
        let (reading, writing) = try FileDescriptor.pipe()
        defer { try? reading.close() }
        try writing.writeAll("from a pipe".utf8)
        try writing.close()
        let path = "/dev/fd/\(reading.rawValue)"
        #expect(ByteStream.isDescriptorPath(path))
        #expect(try ByteStream(.file(path)).contents(limit: 100) == Array("from a pipe".utf8))
        for other in ["/dev/fd/", "/dev/fd/1x", "/dev/fdx", "x/dev/fd/1", "/dev/null"] {
            #expect(!ByteStream.isDescriptorPath(other))
        }
    }

    @Test("a file that is not there is told apart from one that cannot be read")
    func missing() throws {
        #expect(try ReadOnlyFile.contentsIfPresent(directory.path("none"), limit: 10) == nil)
        try directory.write("", to: "empty")
        #expect(try ReadOnlyFile.contentsIfPresent(directory.path("empty"), limit: 10) == [])
        try directory.makePipe("pipe")
        #expect(throws: FileSystemError.self) {
            try ReadOnlyFile.contentsIfPresent(directory.path("pipe"), limit: 10)
        }
        let error = #expect(throws: FileSystemError.self) { try ReadOnlyFile(directory.path("none")) }
        #expect(error?.isMissing == true)
        #expect(error?.message == "cannot open \"\(directory.path)/none\": No such file or directory")
        #expect(throws: FileSystemError(.open, "a\0b", .invalidArgument)) { try ReadOnlyFile("a\0b") }
    }

    @Test("a status says what a name leads to")
    func status() throws {
        try directory.write("text", to: "file")
        try directory.link("link", to: "file")
        try directory.link("dangling", to: "nothing")
        #expect(try FileStatus(directory.path("link")).kind == .regular)
        #expect(try FileStatus(directory.path("link"), followsLinks: false).kind == .link)
        #expect(try FileStatus(directory.path("link")).identity == FileStatus(directory.path("file")).identity)
        #expect(FileStatus.size(ofRegularFile: directory.path("link")) == 4)
        #expect(FileStatus.size(ofRegularFile: directory.path) == nil)
        #expect(!FileStatus.exists(directory.path("dangling")))
        #expect(try FileName.isTaken(directory.path("dangling")))
        #expect(try !FileName.isTaken(directory.path("nothing")))
        #expect(throws: FileSystemError.self) {
            try FileName.isTaken(directory.path(String(repeating: "x", count: 300)))
        }
    }
}
