import FileSystem
import Glibc

/// A file without a name that records go to when memory is not to hold them all; it is gone when it is closed.
///
/// Sections (``SpillSection``) are written and read at offsets, so that tasks share the file without sharing state.
final class SpillFile: Sendable {
    /// Bytes that are written or read at a time: so many that the cost of the call does not show.
    static let blockBytes = 1 << 20

    let descriptor: Int32
    private let directory: String

    init(in directory: String) throws {
        self.directory = directory
        descriptor = try DurableFile.openScratch(in: directory)
    }

    deinit { close(descriptor) }

    /// Writes bytes at an offset; returns the offset behind them.
    func write(_ bytes: [UInt8], at offset: Int) throws -> Int {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset + written))
            }
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

    /// The bytes from an offset on, as many as `count`; a file that ends before is an error.
    func read(_ count: Int, at offset: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                // Below `count`, which is what the buffer was made for.
                let rest = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[filled..<count])
                let got = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw failure("\(errorText()) in \"\(directory)\"") }
                guard got > 0 else {
                    throw failure(
                        "the scratch file in \"\(directory)\" ends at byte \(offset + filled), expected byte "
                            + "\(offset + count)")
                }
                filled += got
            }
        }
    }

    /// The error of a section that is not what was written.
    func damage(_ section: SpillSection, _ damage: SpillDamage) -> EnvironmentError {
        failure("section at byte \(section.offset) of the scratch file in \"\(directory)\": \(damage.problem)")
    }

    private func failure(_ what: String) -> EnvironmentError {
        EnvironmentError(
            .io, "cannot read back records that exceeded --memory: \(what)",
            hint: "check the disk of \"\(directory)\", then run again")
    }
}
