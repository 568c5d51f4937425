package import BundleFormat
internal import CZlib
import Crypto
import Deflate
package import FileSystem
import StrictJSON
import ZipFormat

/// A chunk of a file, compressed where it was made.
package struct CompressedChunk: Sendable {
    /// What was compressed, to be hashed; nil in a part of another file, which is not.
    fileprivate let raw: [UInt8]?
    fileprivate let size: Int
    fileprivate let compressed: [UInt8]
    fileprivate let crc: UInt32

    package init(_ raw: [UInt8]) {
        self.init(raw, compressed: Deflater.compress(raw))
    }

    /// A chunk of a part of another file.
    package init(part: [UInt8]) {
        raw = nil
        size = part.count
        compressed = Deflater.compress(part)
        crc = Deflater.crc32(part)
    }

    /// A chunk of bytes that were compressed before, as they are.
    fileprivate init(stored raw: [UInt8]) {
        self.init(raw, compressed: Deflater.store(raw))
    }

    private init(_ raw: [UInt8], compressed: [UInt8]) {
        self.raw = raw
        size = raw.count
        self.compressed = compressed
        crc = Deflater.crc32(raw)
    }
}

/// Gathers the files of a bundle, compressed, in any order, and writes them as one ZIP file.
///
/// Compressed bytes go to an unnamed scratch file, so memory does not grow with the bundle and `bag-info.txt`, which
/// comes first in the ZIP file, can tell the size of what comes after.
package final class BundleWriter {
    private struct File {
        var path: String
        var sha256: String
        var crc: UInt32
        var size: UInt64
        var compressedSize: UInt64
        /// Where its parts lie in the scratch.
        var extents: [(offset: UInt64, count: Int)]
    }

    private let directory: String
    private let scratch: DurableFile
    private var files: [File] = []
    private var open: [String: OpenFile] = [:]

    /// A writer whose bundle will stand in a directory.
    package init(in directory: String) throws(FileSystemError) {
        self.directory = directory
        scratch = try DurableFile(in: directory)
    }

    /// A file that is being written.
    private struct OpenFile {
        /// nil for a part of another file: only what is listed in the manifest has a digest.
        var digest: SHA256? = SHA256()
        var crc: UInt32 = 0
        var size: UInt64 = 0
        var compressedSize: UInt64 = 0
        var extents: [(offset: UInt64, count: Int)] = []
        /// Bytes that do not fill a chunk yet.
        var pending: [UInt8] = []
    }

    /// Begins a part of a file, which ``join(_:as:)`` puts together; its bytes are not hashed twice.
    package func begin(part path: String) { open[path] = OpenFile(digest: nil) }

    /// Appends a chunk to a file, which is begun by its first.
    package func append(_ chunk: CompressedChunk, to path: String) throws(FileSystemError) {
        var file = open[path] ?? OpenFile()
        open[path] = nil
        try flush(&file)
        try add(chunk, &file)
        open[path] = file
    }

    /// Appends bytes to a file, to be compressed once there are enough.
    package func append(_ bytes: [UInt8], to path: String) throws(FileSystemError) {
        var file = open[path] ?? OpenFile()
        open[path] = nil
        file.pending += bytes
        if file.pending.count >= Deflater.chunkBytes { try flush(&file) }
        open[path] = file
    }

    /// Writes a whole file.
    package func write(_ bytes: [UInt8], to path: String) throws(FileSystemError) {
        try append(bytes, to: path)
        try finish(path)
    }

    private func flush(_ file: inout OpenFile) throws(FileSystemError) {
        guard !file.pending.isEmpty else { return }
        let pending = file.pending
        file.pending = []
        try add(CompressedChunk(pending), &file)
    }

    private func add(_ chunk: CompressedChunk, _ file: inout OpenFile) throws(FileSystemError) {
        guard chunk.size > 0 else { return }
        precondition(file.digest == nil || chunk.raw != nil, "a file was given a chunk of a part")
        chunk.raw?.withUnsafeBytes { file.digest?.update(bufferPointer: $0) }
        file.crc = UInt32(crc32_combine(UInt(file.crc), UInt(chunk.crc), chunk.size))
        file.size += UInt64(chunk.size)
        try store(chunk.compressed, &file)
    }

    private func store(_ bytes: [UInt8], _ file: inout OpenFile) throws(FileSystemError) {
        let offset = scratch.size
        try scratch.write(bytes)
        file.compressedSize += UInt64(bytes.count)
        if let last = file.extents.last, last.offset + UInt64(last.count) == offset {
            file.extents[file.extents.count - 1].count += bytes.count
        } else {
            file.extents.append((offset, bytes.count))
        }
    }

    /// Ends a file; its digest and size are known from then on.
    package func finish(_ path: String) throws(FileSystemError) {
        var file = open.removeValue(forKey: path) ?? OpenFile()
        try flush(&file)
        if file.size > 0 { try store(Deflater.end, &file) }
        guard let digest = file.digest else { preconditionFailure("\(path) is a part of another file") }
        files.append(
            File(
                path: path, sha256: ContentDigest.hexadecimal(digest.finalize()), crc: file.crc, size: file.size,
                compressedSize: file.compressedSize, extents: file.extents))
    }

    /// Gives up a file that is being written.
    package func drop(_ path: String) { open[path] = nil }

    /// Puts parts together to one file, which is a ZIP file of them.
    ///
    /// - Parameters:
    ///   - parts: the name of each in the ZIP file, in byte order, and its path here.
    ///   - path: of the file.
    /// - Throws: what the scratch file gives, or a name that the profile does not have.
    package func join(_ parts: [(name: String, path: String)], as path: String) throws {
        var layout = ZipLayout()
        for part in parts {
            var file = open.removeValue(forKey: part.path) ?? OpenFile(digest: nil)
            try flush(&file)
            try store(Deflater.end, &file)
            let entry = try layout.append(
                name: part.name, crc32: file.crc, compressedSize: file.compressedSize, uncompressedSize: file.size)
            try append(stored: ZipStructure.localHeader(for: entry), to: path)
            for extent in file.extents { try copy(extent, to: path) }
        }
        try append(stored: try layout.centralDirectory(), to: path)
        try finish(path)
    }

    /// Appends a stretch of the scratch file to a file.
    private func copy(_ extent: (offset: UInt64, count: Int), to path: String) throws(FileSystemError) {
        var done = 0
        while done < extent.count {
            let count = min(extent.count - done, Deflater.chunkBytes)
            try append(stored: try scratch.bytes(at: extent.offset + UInt64(done), count: count), to: path)
            done += count
        }
    }

    private func append(stored bytes: [UInt8], to path: String) throws(FileSystemError) {
        try append(CompressedChunk(stored: bytes), to: path)
    }

    /// The manifest's entries of all finished files whose path begins with a prefix.
    package func manifest(prefix: String) -> [BagFiles.ManifestEntry] {
        files.filter { $0.path.hasPrefix(prefix) }.map { BagFiles.ManifestEntry(path: $0.path, sha256: $0.sha256) }
    }

    /// Bytes and number of the finished payload files.
    package var payload: (bytes: Int, files: Int) {
        let payload = files.filter { $0.path.hasPrefix("data/") }
        return (payload.reduce(0) { $0 + Int($1.size) }, payload.count)
    }

    /// Writes the ZIP file of all finished files, which has no name yet.
    package func archive(named name: String) throws -> UnnamedArchive {
        precondition(open.isEmpty, "a file of the bundle was not finished")
        let archive = try DurableFile(in: directory)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
        defer { buffer.deallocate() }
        var layout = ZipLayout()
        for file in files.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
            let entry = try layout.append(
                name: "\(name)/\(file.path)", crc32: file.crc, compressedSize: file.compressedSize,
                uncompressedSize: file.size)
            try archive.write(ZipStructure.localHeader(for: entry))
            for extent in file.extents {
                try archive.append(from: scratch, offset: extent.offset, count: extent.count, buffer: buffer)
            }
        }
        try archive.write(try layout.centralDirectory())
        return UnnamedArchive(file: archive, directory: directory, name: "\(name).zip")
    }
}

/// A ZIP file that is whole and has no name yet.
package struct UnnamedArchive {
    fileprivate let file: DurableFile
    fileprivate let directory: String
    fileprivate let name: String

    /// A path by which this process can read the file.
    var processPath: String { file.processPath }

    /// Syncs the file and gives it its name.
    ///
    /// - Returns: the path, and whether the same bundle was there already.
    package func publish() throws -> (path: String, result: DurableFile.Published) {
        ("\(directory)/\(name)", try file.publish(as: name))
    }
}
