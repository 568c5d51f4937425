import FileSystem
import SourceText
import StrictJSON

/// One open input: its bytes as received are counted and digested, and unpacked if they are gzip.
package final class InputFile {
    private let stream: ByteStream
    private var digest = ContentDigest()
    package private(set) var size = 0
    package private(set) var isGzip = false
    private var unpacked: GzipBox?
    /// The first bytes, read to tell gzip from plain.
    private var head: [UInt8] = []
    private var headTaken = 0

    private final class GzipBox {
        var reader: GzipReader
        init(_ reader: consuming GzipReader) { self.reader = reader }
    }

    /// Opens a file, or standard input for `-`.
    package init(_ path: String) throws {
        stream = try ByteStream(path == "-" ? .standardInput : .file(path))
        try readHead()
    }

    /// The name in the list of sources.
    package var name: String { FileName.last(of: stream.path) }

    package var sha256: String { digest.hexadecimal() }

    private func readHead() throws {
        head = [0, 0]
        var count = 0
        while count < 2 {
            let got = try head.withUnsafeMutableBytes { buffer in
                try readRaw(UnsafeMutableRawBufferPointer(rebasing: buffer[count...]))
            }
            if got == 0 { break }
            count += got
        }
        head.removeLast(2 - count)
        isGzip = head == [0x1F, 0x8B]
        guard isGzip else { return }
        unpacked = GzipBox(GzipReader { [unowned self] buffer in try readReceived(buffer) })
    }

    /// The next unpacked bytes; 0 at the end.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard let unpacked else { return try readReceived(buffer) }
        do {
            return try unpacked.reader.read(into: buffer)
        } catch let error as GzipError {
            throw EnvironmentError(
                .unreadableInput, "cannot unpack \"\(stream.path)\": \(error)",
                hint: "fetch the file again; what is there: \(ShellCommand("ls", "-l", .file(stream.path)))")
        }
    }

    /// Reads to the end and returns the digest of all bytes as received.
    package func digestRest() throws -> String {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while try readRaw(buffer) > 0 {}
        return sha256
    }

    /// The next bytes as received, those of the head first.
    private func readReceived(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard headTaken < head.count else { return try readRaw(buffer) }
        let count = min(buffer.count, head.count - headTaken)
        buffer.copyBytes(from: head[headTaken..<headTaken + count])
        headTaken += count
        return count
    }

    private func readRaw(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let got = try stream.read(into: buffer)
        digest.update(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
        size += got
        return got
    }
}
