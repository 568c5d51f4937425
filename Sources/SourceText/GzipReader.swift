internal import CZlib

/// Why bytes are not a whole gzip file.
package enum GzipError: Error, Hashable, Sendable {
    /// The input ends inside a member, or is empty.
    case truncated
    /// A header, the compressed data, the checksum or the length of a member is wrong.
    case corrupt
    /// Something that is no member follows the last one; zeros are no exception.
    case trailingBytes
    /// There is no memory to inflate.
    case outOfMemory
}

extension GzipError: CustomStringConvertible {
    /// What is wrong, lower case, no full stop.
    package var description: String {
        switch self {
        case .truncated: "gzip input truncated, expected the end of a member"
        case .corrupt: "gzip input corrupt, expected RFC 1952"
        case .trailingBytes: "gzip input followed by other bytes, expected a member or the end"
        case .outOfMemory: "no memory to inflate gzip input"
        }
    }
}

/// Inflates a gzip file (RFC 1952): one or more members, whose contents are joined.
///
/// The CRC-32 and length of each member are checked when its end is reached, so bytes handed out are good only once
/// `read(into:)` has returned 0. How much output to take is the caller's business. Memory does not depend on the input.
package struct GzipReader: ~Copyable {
    private enum State {
        case reading
        case finished
        case failed(any Error)
    }

    private static let inputSize = 64 * 1024
    private static let magicSize = 2

    private let refill: (UnsafeMutableRawBufferPointer) throws -> Int
    // zlib keeps the address of the stream, so it must not move with the value.
    private let stream: UnsafeMutablePointer<z_stream>
    private let input: UnsafeMutableRawBufferPointer
    private var state = State.reading
    private var isFirstMember = true

    /// Makes a reader of what `refill` brings.
    ///
    /// - Parameter refill: puts the next bytes of the input at the start of the buffer and returns how many, 0 at the
    ///   end; what it throws passes through `read(into:)`.
    package init(refill: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        self.refill = refill
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        input = .allocate(byteCount: Self.inputSize, alignment: 16)
        let result = inflateInit2_(stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        if result != Z_OK { state = .failed(GzipError.outOfMemory) }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    /// Inflates the next bytes into the start of `buffer`, which must not be empty.
    ///
    /// Throws `GzipError`, or what the refill throws; after an error every further call throws it again.
    ///
    /// - Returns: how many, at least 1; 0 at the end, when the whole input has been found good.
    package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        precondition(!buffer.isEmpty, "empty buffer")
        do {
            while true {
                switch state {
                case .finished: return 0
                case .failed(let error): throw error
                case .reading: break
                }
                let count = try inflateSome(into: buffer)
                if count > 0 { return count }
            }
        } catch {
            state = .failed(error)
            throw error
        }
    }

    private mutating func inflateSome(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        if stream.pointee.avail_in == 0 { try fill() }
        let size = min(buffer.count, Int(UInt32.max))
        stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(size)
        let result = inflate(stream, Z_NO_FLUSH)
        let count = size - Int(stream.pointee.avail_out)
        switch result {
        case Z_OK: break
        case Z_STREAM_END: try endMember()
        case Z_BUF_ERROR: throw isBeforeMember ? GzipError.trailingBytes : .truncated
        case Z_MEM_ERROR: throw GzipError.outOfMemory
        default: throw isBeforeMember ? GzipError.trailingBytes : .corrupt
        }
        return count
    }

    /// Whether a first member has ended and the magic number of a further one has not been passed.
    private var isBeforeMember: Bool {
        !isFirstMember && stream.pointee.total_in <= Self.magicSize
    }

    private mutating func endMember() throws {
        if stream.pointee.avail_in == 0 { try fill() }
        if stream.pointee.avail_in == 0 {
            state = .finished
        } else {
            isFirstMember = false
            inflateReset(stream)
        }
    }

    private mutating func fill() throws {
        let count = try refill(input)
        precondition((0...input.count).contains(count), "refill brought more bytes than the buffer takes")
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
    }
}
