import FileSystem
import Glibc

/// A file without a name that records go to when memory is not to hold them all; it is gone when it is closed.
///
/// Its parts are written and read at places, so that tasks share it without sharing state.
final class SpillFile: Sendable {
    private let descriptor: Int32
    private let directory: String

    init(in directory: String) throws {
        self.directory = directory
        descriptor = try DurableFile.openScratch(in: directory)
    }

    deinit { close(descriptor) }

    /// Writes the memory of values at an offset; returns the offset behind it.
    func write<Element: BitwiseCopyable>(_ elements: [Element], at offset: Int) throws -> Int {
        try elements.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    throw EnvironmentError(
                        .io, "cannot write records that exceed --memory to \"\(directory)\": \(errorText())",
                        hint: "df -h \"\(directory)\"")
                }
                written += count
            }
            return offset + written
        }
    }

    /// Appends the values that were written from an offset on.
    func read<Element: BitwiseCopyable>(_ count: Int, at offset: Int, into elements: inout [Element]) throws {
        guard count > 0 else { return }
        let part = try [Element](unsafeUninitializedCapacity: count) { buffer, filled in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            let size = count * MemoryLayout<Element>.stride
            var got = 0
            while got < size {
                let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[got..<size])
                let more = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + got))
                if more < 0, errno == EINTR { continue }
                guard more > 0 else {
                    throw EnvironmentError(.io, "cannot read back records in \"\(directory)\": \(errorText())")
                }
                got += more
            }
            filled = count
        }
        if elements.isEmpty { elements = part } else { elements += part }
    }
}
