internal import CZlib
package import FileSystem

/// Why the content of an entry cannot be read.
package enum ZipReadError: Error, Hashable, Sendable {
    /// The data is bad.
    case problem(ZipProblem)
    /// The environment failed.
    case environment(FileSystemError)
}

extension ZipReadError: CustomStringConvertible {
    /// What went wrong, lower case, no full stop.
    package var description: String {
        switch self {
        case .problem(let problem): problem.description
        case .environment(let error): error.message
        }
    }
}

/// Reads the content of one entry in blocks, and checks it.
///
/// Checked are: the content has exactly the size of the header (inflating stops at one byte more, however far the
/// stream would go on); its CRC-32; that the DEFLATE stream ends where the data ends. The block with the last byte is
/// handed out only after these checks, so content that came to its end is content that was checked. After an error
/// every further read throws it again. Memory does not depend on the entry.
package struct ZipEntryReader: ~Copyable {
    /// The size in bytes of the blocks of `forEachBlock(_:)`.
    package static let blockSize = 256 * 1024

    private enum State {
        case reading
        case finished
        case failed(ZipReadError)
    }

    private let entry: ZipContent
    private var source: ByteWindow
    private var inflater: RawInflater
    private var remaining: UInt64
    private var checksum: UInt
    private var state = State.reading

    /// Makes a reader of what lies in `store`; throws if there is no memory for it.
    ///
    /// - Precondition: the data lies inside the store.
    package init(_ entry: ZipContent, in store: ByteStore) throws(FileSystemError) {
        self.entry = entry
        source = ByteWindow(store, offset: entry.dataOffset, count: entry.compressedSize)
        inflater = try RawInflater(path: store.path)
        remaining = entry.uncompressedSize
        checksum = CZlib.crc32(0, nil, 0)
    }

    /// Reads the next bytes of the content into the start of `buffer`, which must not be empty.
    ///
    /// - Returns: how many; as many as `buffer` takes except at the end; 0 when all has been read and checked.
    package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ZipReadError) -> Int {
        precondition(!buffer.isEmpty, "empty buffer")
        switch state {
        case .finished: return 0
        case .failed(let error): throw error
        case .reading: break
        }
        do throws(ZipReadError) {
            return try readChecked(into: buffer)
        } catch {
            state = .failed(error)
            throw error
        }
    }

    /// Calls `body` with each block of the content in turn: `blockSize` bytes, the last one fewer; none if it is empty.
    ///
    /// The bytes are valid during the call alone. Throws `ZipReadError`, or what `body` throws.
    package mutating func forEachBlock(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.blockSize, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try read(into: buffer)
            guard count > 0 else { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    private mutating func readChecked(into buffer: UnsafeMutableRawBufferPointer) throws(ZipReadError) -> Int {
        let wanted = Int(min(UInt64(buffer.count), remaining))
        let block = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
        if wanted > 0 {
            let count = try inflate(into: block)
            guard count == wanted else {
                let size = entry.uncompressedSize - remaining + UInt64(count)
                throw problem(.dataSize, "content \"\(size)\" bytes, expected \"\(entry.uncompressedSize)\"")
            }
            checksum = CZlib.crc32_z(checksum, block.baseAddress?.assumingMemoryBound(to: UInt8.self), block.count)
            remaining -= UInt64(count)
        }
        if remaining == 0 { try finish() }
        return wanted
    }

    private mutating func finish() throws(ZipReadError) {
        if entry.method == .deflated { try finishStream() }
        let surplus = source.count + UInt64(inflater.unreadCount)
        guard surplus == 0 else {
            throw problem(.dataTrailing, "data behind the deflate stream \"\(surplus)\" bytes, expected none")
        }
        if let stated = entry.crc32, UInt32(truncatingIfNeeded: checksum) != stated {
            let found = ZipProblem.hexadecimal(UInt64(checksum), digits: 8)
            let expected = ZipProblem.hexadecimal(UInt64(stated), digits: 8)
            throw problem(.dataChecksum, "content crc-32 \"\(found)\", expected \"\(expected)\"")
        }
        state = .finished
    }

    /// Lets the stream run to its end, which must bring no further byte.
    private mutating func finishStream() throws(ZipReadError) {
        let count = try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) {
            spare throws(ZipReadError) -> Int in try inflate(into: spare)
        }
        guard count == 0 else {
            throw problem(.dataSize, "content longer than its size, expected \"\(entry.uncompressedSize)\" bytes")
        }
    }

    private mutating func inflate(into buffer: UnsafeMutableRawBufferPointer) throws(ZipReadError) -> Int {
        if entry.method == .stored { return try copy(into: buffer) }
        do throws(RawInflater.Failure) {
            return try inflater.inflate(from: &source, into: buffer)
        } catch {
            switch error {
            case .corrupt: throw problem(.dataCorrupt, "deflate stream corrupt, expected RFC 1951")
            case .truncated: throw problem(.dataTruncated, "deflate stream does not end in the data of the entry")
            case .environment(let error): throw .environment(error)
            }
        }
    }

    private mutating func copy(into buffer: UnsafeMutableRawBufferPointer) throws(ZipReadError) -> Int {
        do throws(FileSystemError) {
            return try source.read(into: buffer)
        } catch {
            throw .environment(error)
        }
    }

    private func problem(_ code: ZipProblem.Code, _ message: String) -> ZipReadError {
        .problem(ZipProblem(code, entry: entry.name, message))
    }
}
