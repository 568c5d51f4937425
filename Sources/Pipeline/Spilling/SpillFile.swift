import FileSystem

/// A file without a name that records go to when memory is not to hold them all; it is gone when it is closed.
///
/// Its parts are written and read at places, so that tasks share it without sharing state.
final class SpillFile: Sendable {
    private let file: ScratchFile

    init(in directory: String) throws { file = try ScratchFile(in: directory) }

    /// Writes the memory of values at an offset; returns the offset behind it.
    func write<Element: BitwiseCopyable>(_ elements: [Element], at offset: Int) throws -> Int {
        try elements.withUnsafeBytes { bytes in
            try file.write(bytes, at: offset)
            return offset + bytes.count
        }
    }

    /// Appends the values that were written from an offset on.
    func read<Element: BitwiseCopyable>(_ count: Int, at offset: Int, into elements: inout [Element]) throws {
        guard count > 0 else { return }
        let part = try [Element](unsafeUninitializedCapacity: count) { buffer, filled in
            let size = count * MemoryLayout<Element>.stride
            let bytes = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<size])
            try file.read(at: offset, into: bytes)
            filled = count
        }
        if elements.isEmpty { elements = part } else { elements += part }
    }
}
