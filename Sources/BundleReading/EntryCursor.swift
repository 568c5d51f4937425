import BundleFormat
import ReceivedFiles
import ZipFormat

/// Reads one file of the bundle from its beginning, in pieces of any length.
package final class EntryCursor {
    private var reader: ZipEntryReader
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtEnd = false
    private let lineLimit: Int
    /// Bytes of a line for which memory is not kept.
    private static let longLine = 1 << 20
    private var block: [UInt8]

    /// Reads a file in order to parse it; nil if it is not what the manifests list, or cannot be read.
    package convenience init?(parsing path: String, of bundle: UnverifiedBundle) {
        guard bundle.problem(of: path) == nil else { return nil }
        self.init(comparing: path, of: bundle)
    }

    /// Reads a file in order to compare it with what was computed; nil if it is not there or cannot be opened.
    package init?(comparing path: String, of bundle: UnverifiedBundle) {
        guard let entry = bundle.entries[path], let reader = try? bundle.archive.reader(for: entry) else { return nil }
        self.reader = reader
        lineLimit = VerifierLimits.lineBytes(of: path)
        block = [UInt8](repeating: 0, count: ZipEntryReader.blockSize)
    }

    /// Fetches more; false at the end, or where the file is broken.
    private func extend() -> Bool {
        guard !isAtEnd else { return false }
        if position > 0 {
            buffer.removeFirst(position)
            position = 0
        }
        let count = block.withUnsafeMutableBytes { (try? reader.read(into: $0)) ?? 0 }
        isAtEnd = count == 0
        buffer += block[..<count]
        return count > 0
    }

    /// Reads the next line without its line end; nil at the end, at a line over the limit, or without a line end.
    package func nextLine() -> [UInt8]? {
        var searched = 0
        while true {
            if let end = buffer[(position + searched)...].firstIndex(of: 0x0A) {
                let line = Array(buffer[position..<end])
                position = end + 1
                if line.count > EntryCursor.longLine {
                    // A reader of one long line holds that line, and not a second time what it was found in.
                    buffer = Array(buffer[position...])
                    position = 0
                }
                return line
            }
            searched = buffer.count - position
            guard searched <= lineLimit, extend() else { return nil }
        }
    }

    /// Reads as many bytes as are expected, and says whether they are those.
    package func consume(_ expected: [UInt8]) -> Bool {
        while buffer.count - position < expected.count, extend() {}
        guard buffer.count - position >= expected.count else {
            position = buffer.count
            return false
        }
        defer { position += expected.count }
        return buffer[position..<position + expected.count].elementsEqual(expected)
    }

    /// Reads the next block, empty at the end, and where the file is broken.
    package func read() -> [UInt8] {
        if position == buffer.count, !extend() { return [] }
        defer { position = buffer.count }
        return Array(buffer[position...])
    }

    /// Reads the next bytes into the start of a buffer; returns how many, 0 at the end.
    package func read(into output: UnsafeMutableRawBufferPointer) -> Int {
        if position == buffer.count, !extend() { return 0 }
        let count = min(output.count, buffer.count - position)
        buffer.withUnsafeBytes { output.copyMemory(from: .init(rebasing: $0[position..<position + count])) }
        position += count
        return count
    }

    /// Whether nothing is left.
    package func isFinished() -> Bool { position == buffer.count && !extend() }
}

/// Reads the elements of a JSON file that is an array of lines, and nothing but that (docs/bundle-format.md, 2).
package final class LineArrayReader {
    private let path: String
    private let cursor: EntryCursor?
    private var isFinished = false
    /// The last element had a comma behind it; before the first there is none to miss.
    private var expectsElement = true
    private var hasElements = false
    /// What is wrong with the frame around the elements.
    package private(set) var problem: String?
    /// Reading stopped before the end of the file.
    package private(set) var isCut = false

    package init(_ path: String, of bundle: UnverifiedBundle) {
        self.path = path
        let problem = bundle.problem(of: path)
        cursor = problem == nil ? EntryCursor(comparing: path, of: bundle) : nil
        if cursor == nil {
            stop("cannot be read")
            if let problem { self.problem = problem.text }
        }
        if let cursor, !cursor.consume(LineArray.opening) { stop("does not begin with a line [") }
    }

    private func stop(_ reason: String) {
        problem = problem ?? "\(path) \(reason)"
        isFinished = true
    }

    /// The next element without its comma; nil at the end, or where the frame is broken.
    package func next() -> [UInt8]? {
        guard !isFinished, let cursor else { return nil }
        guard var line = cursor.nextLine() else {
            isCut = true
            stop("has no end, or a line over \(VerifierLimits.lineBytes(of: path) >> 20) MiB")
            return nil
        }
        if line == [UInt8(ascii: "]")] {
            isFinished = true
            if hasElements, expectsElement { stop("has a comma before its end") }
            if !cursor.isFinished() { stop("goes on after its end") }
            return nil
        }
        if !expectsElement { stop("lacks a comma between two elements") }
        expectsElement = line.last == UInt8(ascii: ",")
        hasElements = true
        if expectsElement { line.removeLast() }
        if line.isEmpty { stop("has an empty line") }
        return line
    }
}
