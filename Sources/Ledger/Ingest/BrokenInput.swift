import FileSystem
import RecordIngest

/// An input that cannot be read to its end, and keeps an ingest from reading the others.
package struct BrokenInput: Sendable {
    package let path: String
    package let error: any Error

    /// Whether an ingest may have ended with an error because an input is broken; only ``find(_:)`` knows.
    package static func mayCause(_ error: any Error) -> Bool {
        switch error {
        case is UnreadableInputs, is FileSystemError: true
        case let error as EnvironmentError: error.kind == .unreadableInput
        default: false
        }
    }

    /// Those of some inputs that cannot be read, each with the reason.
    package static func find(_ paths: [String]) -> [BrokenInput] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        return paths.compactMap { path in
            do {
                for file in try InputList.expand([path]) {
                    let input = try InputFile(file)
                    while try input.read(into: buffer) > 0 {}
                }
                return nil
            } catch {
                return BrokenInput(path: path, error: error)
            }
        }
    }
}
