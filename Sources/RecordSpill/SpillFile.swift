package import FileSystem

/// A file without a name that records go to when memory is not to hold them all; it is gone when it is closed.
///
/// Sections (``SpillSection``) are written and read at offsets, so that tasks share the file without sharing state.
package final class SpillFile: Sendable {
    /// Bytes that are written or read at a time: so many that the cost of the call does not show.
    package static let blockBytes = 1 << 20

    private let directory: String
    private let file: ScratchFile

    package init(in directory: String) throws {
        self.directory = directory
        file = try ScratchFile(in: directory)
    }

    /// Writes bytes at an offset; returns the offset behind them.
    package func write(_ bytes: [UInt8], at offset: Int) throws -> Int {
        do throws(FileSystemError) {
            try bytes.span.bytes.withUnsafeBytes { (buffer) throws(FileSystemError) in
                try file.write(buffer, at: offset)
            }
        } catch {
            throw EnvironmentError(
                .io, "cannot write records that exceed --memory to \"\(directory)\": \(error.reasonText)",
                hint: .command("df", "-h", .file(directory)))
        }
        return offset + bytes.count
    }

    /// The bytes from an offset on, as many as `count`; a file that ends before is an error.
    package func read(_ count: Int, at offset: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            // The buffer may be larger than what was asked for.
            let whole = UnsafeMutableRawBufferPointer(
                rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count])
            do throws(FileSystemError) {
                try file.read(at: offset, into: whole)
            } catch {
                throw failure("the scratch file in \"\(directory)\" at byte \(offset): \(error.reasonText)")
            }
            filled = count
        }
    }

    /// The error of a section that is not what was written.
    package func damage(_ section: SpillSection, _ damage: SpillDamage) -> EnvironmentError {
        failure("section at byte \(section.offset) of the scratch file in \"\(directory)\": \(damage.problem)")
    }

    private func failure(_ what: String) -> EnvironmentError {
        EnvironmentError(
            .io, "cannot read back records that exceeded --memory: \(what)",
            hint: "check the disk of \(.file(directory)), then run again")
    }
}
