internal import CZlib
import FileSystem

/// Reads an archive of this profile from its beginning to its end, without going back: one that is a file in another.
///
/// The caller knows which entries come, and in which order; everything but their compressed bytes follows from that. So no
/// byte of the archive is believed before it was compared.
package final class ZipStream {
    /// Fills the start of a buffer and returns how many bytes, 0 at the end.
    package typealias Producer = (UnsafeMutableRawBufferPointer) -> Int

    private var source: Window
    private var entries: [ZipEntry] = []
    private var current: Reading?

    /// Reads from what `producer` gives; its end is the archive's end.
    package init(_ producer: @escaping Producer) { source = Window(producer) }

    /// The bytes of the archive, as far as the entry that is being read reaches.
    private struct Window: InflaterSource {
        private let producer: Producer
        private var block = [UInt8](repeating: 0, count: 256 << 10)
        private var start = 0
        private var end = 0
        /// What the inflater may take.
        var limit: UInt64 = 0

        init(_ producer: @escaping Producer) { self.producer = producer }

        private mutating func fetch() -> Bool {
            guard start == end else { return true }
            start = 0
            end = block.withUnsafeMutableBytes { producer($0) }
            return end > 0
        }

        /// Moves bytes below the limit into a buffer.
        mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileSystemError) -> Int {
            guard limit > 0, fetch() else { return 0 }
            let count = min(buffer.count, end - start, Int(min(limit, UInt64(Int.max))))
            block.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + count]))
            }
            start += count
            limit -= UInt64(count)
            return count
        }

        /// Takes bytes outside of an entry's data; fewer at the end.
        mutating func take(_ count: Int) -> [UInt8] {
            var bytes: [UInt8] = []
            while bytes.count < count, fetch() {
                let part = block[start..<min(end, start + count - bytes.count)]
                bytes += part
                start = part.endIndex
            }
            return bytes
        }
    }

    /// An entry whose content is being read.
    private struct Reading: ~Copyable {
        let entry: ZipEntry
        var inflater: RawInflater
        var checksum = CZlib.crc32(0, nil, 0)
        var size: UInt64 = 0

        mutating func add(_ bytes: UnsafeRawBufferPointer) {
            checksum = CZlib.crc32_z(checksum, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
            size += UInt64(bytes.count)
        }
    }

    /// Begins the next entry; false if its header is not the one that an entry of this name and its sizes has.
    package func begin(_ name: String) -> Bool {
        guard current == nil, let entry = entry(named: name), let inflater = try? RawInflater(path: name) else {
            return false
        }
        entries.append(entry)
        source.limit = entry.compressedSize
        current = Reading(entry: entry, inflater: inflater)
        return true
    }

    /// The entry that the next local header tells of; nil if the header has another byte anywhere.
    private func entry(named name: String) -> ZipEntry? {
        var header = source.take(ZipStructure.localHeaderSize)
        guard header.count == ZipStructure.localHeaderSize else { return nil }
        header += source.take(Int(header[...].uint16(at: 26)) + Int(header[...].uint16(at: 28)))
        var sizes = (compressed: UInt64(header[...].uint32(at: 18)), content: UInt64(header[...].uint32(at: 22)))
        let extra = ZipStructure.localHeaderSize + name.utf8.count
        if header.count >= extra + 20 {
            sizes.content = header[...].uint64(at: extra + 4)
            sizes.compressed = header[...].uint64(at: extra + 12)
        }
        guard sizes.content > 0, max(sizes.compressed, sizes.content) <= ZipEntry.maximumSize else { return nil }
        let entry = ZipEntry(
            name: name, crc32: header[...].uint32(at: 14), compressedSize: sizes.compressed,
            uncompressedSize: sizes.content, localHeaderOffset: entries.last?.endOffset ?? 0)
        return ZipStructure.localHeader(for: entry) == header ? entry : nil
    }

    /// Reads the next bytes of the entry's content; 0 at its end, and where the data is broken.
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard current != nil else { return 0 }
        // More than the header says is never asked for.
        let rest = (current?.entry.uncompressedSize ?? 0) - (current?.size ?? 0)
        let block = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(Int(min(rest, UInt64(Int.max)))))
        guard !block.isEmpty, let count = try? current?.inflater.inflate(from: &source, into: block) else { return 0 }
        current?.add(UnsafeRawBufferPointer(rebasing: block[..<count]))
        return count
    }

    /// Ends the entry; false if its content is not the one of its header, or its data has more than that.
    package func end() -> Bool {
        guard let entry = current?.entry else { return false }
        let isWhole =
            current?.size == entry.uncompressedSize
            && UInt32(truncatingIfNeeded: current?.checksum ?? 0) == entry.crc32
        let surplus = withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { spare in
            (try? current?.inflater.inflate(from: &source, into: spare)) ?? 1
        }
        let unread = source.limit + UInt64(current?.inflater.unreadCount ?? 0)
        current = nil
        return isWhole && surplus == 0 && unread == 0
    }

    /// Reads what is behind the entries; false if it is not their central directory, or goes on behind it.
    package func finish() -> Bool {
        let expected = ZipStructure.centralDirectory(for: entries)
        return source.take(expected.count + 1) == expected
    }
}
