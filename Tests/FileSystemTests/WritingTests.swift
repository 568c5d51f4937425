import FileSystem
import Glibc
import SystemPackage
import Testing

@Suite("Writing files")
struct WritingTests {
    let directory: TestDirectory

    init() throws { directory = try TestDirectory() }

    private func file(_ text: String) throws -> DurableFile {
        let file = try DurableFile(in: directory.path)
        try file.write(Array(text.utf8))
        return file
    }

    @Test("a file appears whole under its name, and nothing is left of one that is not published")
    func publish() throws {
        let file = try file("content")
        #expect(directory.names == [])
        #expect(try file.contents() == Array("content".utf8))
        #expect(try file.publish(as: "name") == .created)
        #expect(try directory.text("name") == "content")
        _ = try self.file("dropped")
        #expect(directory.names == ["name"])
    }

    @Test("the same bytes are there already, other content is never replaced")
    func existing() throws {
        #expect(try file("content").publish(as: "name") == .created)
        #expect(try file("content").publish(as: "name") == .alreadyThere)
        try directory.makePipe("pipe")
        try directory.makeDirectory("directory")
        for (text, name) in [("CONTENT", "name"), ("longer content", "name"), ("", "pipe"), ("", "directory")] {
            let error = #expect(throws: FileSystemError.self) { try file(text).publish(as: name) }
            #expect(error?.reason == .otherContent, "\(name)")
            #expect(error?.operation == .create)
        }
        #expect(try directory.text("name") == "content")
        try directory.link("link", to: "name")
        #expect(throws: FileSystemError(.create, directory.path("link"), .tooManySymbolicLinkLevels)) {
            try file("content").publish(as: "link")
        }
    }

    @Test("parts of one file are appended to another, also with a buffer that is smaller")
    func append() throws {
        let source = try file("0123456789")
        let target = try file(">")
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 3, alignment: 1)
        defer { buffer.deallocate() }
        try target.append(from: source, offset: 1, count: 8, buffer: buffer)
        #expect(try target.contents() == Array(">12345678".utf8))
        #expect(target.size == 9)
        let error = #expect(throws: FileSystemError.self) {
            try target.append(from: source, offset: 8, count: 3, buffer: buffer)
        }
        #expect(error?.reason == .shortened)
    }

    @Test("replacing follows no link beside the file, and leaves nothing beside it")
    func replace() throws {
        try directory.write("other", to: "other")
        try directory.link("file.new", to: "other")
        try DurableFile.replace(directory.path("file"), with: Array("one".utf8))
        try DurableFile.replace(directory.path("file"), with: Array("two".utf8))
        #expect(try directory.text("file") == "two")
        #expect(try directory.text("other") == "other")
        #expect(directory.names == ["file", "other"])
        let error = #expect(throws: FileSystemError.self) {
            try DurableFile.replace(directory.path("none/file"), with: [])
        }
        #expect(error?.operation == .create)
        try directory.makeDirectory("taken")
        #expect(throws: FileSystemError.self) { try DurableFile.replace(directory.path("taken"), with: []) }
        #expect(directory.names == ["file", "other", "taken"])
    }

    @Test("a new file is never written over one that is there, and a secret is for its owner")
    func create() throws {
        try DurableFile.create(directory.path("key"), holding: Array("secret".utf8), isSecret: true)
        #expect(try Stat(directory.path("key")).permissions == [.ownerReadWrite])
        #expect(throws: FileSystemError(.create, directory.path("key"), .fileExists)) {
            try DurableFile.create(directory.path("key"), holding: Array("other".utf8))
        }
        #expect(try directory.text("key") == "secret")
    }

    @Test("bytes put at an offset become the end of the file; a FIFO is refused at once")
    func appendAtOffset() throws {
        let path = directory.path("journal")
        try DurableFile.append(Array("line one\n".utf8), to: path, at: 0)
        try DurableFile.append(Array("two\n".utf8), to: path, at: 5)
        #expect(try directory.text("journal") == "line two\n")
        let lines = try AppendedFile(path)
        try lines.append(Array("three\n".utf8))
        #expect(try directory.text("journal") == "line two\nthree\n")
        try directory.makePipe("pipe")
        #expect(throws: FileSystemError.self) { try DurableFile.append([1], to: directory.path("pipe"), at: 0) }
        #expect(throws: FileSystemError.self) { try AppendedFile(directory.path("pipe")) }
    }

    @Test("what another library wrote gets its name, and nothing is replaced by it")
    func publishOther() throws {
        try directory.write("content", to: "temporary")
        try DurableFile.publish(directory.path("temporary"), as: directory.path("name"))
        #expect(directory.names == ["name"])
        try directory.write("other", to: "temporary")
        #expect(throws: FileSystemError(.create, directory.path("name"), .fileExists)) {
            try DurableFile.publish(directory.path("temporary"), as: directory.path("name"))
        }
        #expect(try directory.text("name") == "content")
    }

    @Test("a scratch file has no name, and gives back what was written at each place")
    func scratch() throws {
        let scratch = try ScratchFile(in: directory.path)
        #expect(directory.names == [])
        try Array("world".utf8).withUnsafeBytes { try scratch.write($0, at: 6) }
        try Array("hello ".utf8).withUnsafeBytes { try scratch.write($0, at: 0) }
        var bytes = [UInt8](repeating: 0, count: 11)
        try bytes.withUnsafeMutableBytes { try scratch.read(at: 0, into: $0) }
        #expect(bytes == Array("hello world".utf8))
        #expect(throws: FileSystemError.self) {
            try bytes.withUnsafeMutableBytes { try scratch.read(at: 1, into: $0) }
        }
        let error = #expect(throws: FileSystemError.self) { try ScratchFile(in: directory.path("none")) }
        #expect(
            error?.message == "cannot create a file in \"\(directory.path)/none\": No such file or directory")
    }

    @Test("one lock at a time; it is free again when its holder is gone")
    func lock() throws {
        let path = directory.path("lock")
        var first: FileLock? = try FileLock(path)
        #expect(try first?.acquire() == true)
        let second = try FileLock(path)
        #expect(try second.acquire() == false)
        first = nil
        #expect(try second.acquire())
        try directory.makePipe("pipe")
        #expect(throws: FileSystemError.self) { try FileLock(directory.path("pipe")) }
    }

    @Test("names are made, moved and removed; what is done already is no error")
    func names() throws {
        let path = directory.path("sub")
        try FileName.makeDirectory(path)
        try FileName.makeDirectory(path)
        #expect(throws: FileSystemError.self) { try FileName.makeDirectory(directory.path("a/b")) }
        try directory.write("x", to: "file")
        try FileName.rename(directory.path("file"), to: directory.path("sub/file"))
        let gone = #expect(throws: FileSystemError.self) {
            try FileName.rename(directory.path("file"), to: directory.path("sub/file"))
        }
        #expect(gone?.isMissing == true)
        try FileName.remove(directory.path("sub/file"))
        try FileName.remove(directory.path("sub/file"))
        #expect(throws: FileSystemError.self) { try FileName.remove(path) }
        #expect(FileName.resolved(directory.path("sub/..")) == FileName.resolved(directory.path))
        #expect(FileName.resolved(directory.path("none")) == nil)
        #expect(FileName.directory(of: "/a") == "/" && FileName.directory(of: "a") == ".")
        #expect(FileName.directory(of: "/a/b") == "/a" && FileName.last(of: "/a/b") == "b")
        #expect(FileName.canCreate(in: directory.path) && !FileName.canCreate(in: directory.path("none")))
    }
}
