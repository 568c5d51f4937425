internal import CZlib
internal import FileSystem

/// Bytes that are read from their start to their end.
protocol InflaterSource {
    /// Moves bytes from the front into the start of `buffer` and returns how many, 0 at the end.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileSystemError) -> Int
}

/// A range of a byte store that is read from its start to its end.
struct ByteWindow: InflaterSource {
    /// Bytes not yet read.
    private(set) var count: UInt64
    private let store: ByteStore
    private var offset: UInt64

    /// Makes the window of `count` bytes at `offset`, a range inside `store`.
    init(_ store: ByteStore, offset: UInt64, count: UInt64) {
        self.store = store
        self.offset = offset
        self.count = count
    }

    /// Moves bytes from the front of the window into the start of `buffer` and returns how many, 0 at the end.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileSystemError) -> Int {
        let size = Int(min(UInt64(buffer.count), count))
        try store.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]))
        offset += UInt64(size)
        count -= UInt64(size)
        return size
    }
}

/// Inflates one raw DEFLATE stream (RFC 1951).
struct RawInflater: ~Copyable {
    /// Why a stream cannot be inflated further.
    enum Failure: Error {
        /// The bytes are no DEFLATE stream.
        case corrupt
        /// The source ended before the stream.
        case truncated
        /// The source could not be read, or there was no memory.
        case environment(FileSystemError)
    }

    private static let inputSize = 64 * 1024

    // zlib keeps the address of the stream, so it must not move with the value.
    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    private var hasEnded = false

    /// The path of the source, for messages.
    private let path: String

    /// Makes an inflater at the start of a stream.
    init(path: String) throws(FileSystemError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let result = inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard result == Z_OK else {
            stream.deallocate()
            throw FileSystemError.outOfMemory(path)
        }
        self.path = path
        input = .allocate(byteCount: Self.inputSize, alignment: 16)
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    /// Bytes taken from the source and not used by the stream.
    var unreadCount: Int { Int(stream.pointee.avail_in) }

    /// Inflates into `buffer` until it is full or the stream ends, and returns the number of bytes.
    ///
    /// A number below the size of `buffer` means that the stream has ended.
    mutating func inflate(
        from source: inout some InflaterSource, into buffer: UnsafeMutableRawBufferPointer
    ) throws(Failure) -> Int {
        var done = 0
        while done < buffer.count, !hasEnded {
            if stream.pointee.avail_in == 0 { try fill(from: &source) }
            // One call takes at most 4 GiB - 1.
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...].prefix(Int(UInt32.max)))
            stream.pointee.next_out = rest.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(rest.count)
            let result = CZlib.inflate(stream, Z_NO_FLUSH)
            done += rest.count - Int(stream.pointee.avail_out)
            try check(result)
        }
        return done
    }

    private mutating func check(_ result: Int32) throws(Failure) {
        switch result {
        case Z_OK: break
        case Z_STREAM_END: hasEnded = true
        case Z_BUF_ERROR: throw .truncated  // there is room, so input is lacking, and the source had none
        case Z_MEM_ERROR: throw .environment(.outOfMemory(path))
        default: throw .corrupt
        }
    }

    private mutating func fill(from source: inout some InflaterSource) throws(Failure) {
        do throws(FileSystemError) {
            stream.pointee.avail_in = UInt32(try source.read(into: input))
            stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        } catch {
            throw .environment(error)
        }
    }
}
