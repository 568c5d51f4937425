import BundleFormat

/// Reads one file of the bundle from its beginning, in pieces of any length.
final class EntryCursor {
    private var reader: ZipEntryReader
    private var buffer: [UInt8] = []
    private var position = 0
    private var isAtEnd = false
    private var block: [UInt8]

    /// nil if the file is not there or cannot be opened.
    init?(_ path: String, of bundle: UnverifiedBundle) {
        guard let entry = bundle.entries[path], let reader = try? bundle.archive.reader(for: entry) else { return nil }
        self.reader = reader
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

    /// Takes the next line without its line end; nil at the end, or at a line over the limit.
    func nextLine() -> [UInt8]? {
        var searched = 0
        while true {
            if let end = buffer[(position + searched)...].firstIndex(of: 0x0A) {
                defer { position = end + 1 }
                return Array(buffer[position..<end])
            }
            searched = buffer.count - position
            guard searched <= VerifierLimits.lineBytes else { return nil }
            if !extend() {
                guard searched > 0 else { return nil }
                defer { position = buffer.count }
                return Array(buffer[position...])
            }
        }
    }

    /// Takes as many bytes as are expected, and says whether they are those.
    func takes(_ expected: [UInt8]) -> Bool {
        while buffer.count - position < expected.count, extend() {}
        guard buffer.count - position >= expected.count else {
            position = buffer.count
            return false
        }
        defer { position += expected.count }
        return buffer[position..<position + expected.count].elementsEqual(expected)
    }

    /// Whether nothing is left.
    func isFinished() -> Bool { position == buffer.count && !extend() }

    /// Takes whole lines up to about a number of bytes; empty at the end.
    func nextLines(bytes limit: Int) -> [UInt8] {
        while buffer.count - position < limit, extend() {}
        let rest = buffer[position...]
        guard rest.count <= VerifierLimits.lineBytes else { return [] }
        if isAtEnd {
            defer { position = buffer.count }
            return Array(rest)
        }
        var end = rest.lastIndex(of: 0x0A)
        while end == nil, buffer.count - position <= VerifierLimits.lineBytes, extend() {
            end = buffer[position...].lastIndex(of: 0x0A)
        }
        let stop = end.map { $0 + 1 } ?? buffer.count
        defer { position = stop }
        return Array(buffer[position..<stop])
    }
}
