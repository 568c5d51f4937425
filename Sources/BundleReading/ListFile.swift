import BundleFormat
import ReceivedFiles
import ZipFormat

/// Reads a JSON file whose longest part is one list, element by element, so that memory holds no more than one of them.
///
/// The list is found in the canonical form alone: `"name":[` in the outermost object. What is in another form is left whole,
/// if it is short.
package struct ListFile {
    /// Bytes of an element, and of all that stands around the elements.
    package static let partBytes = 1 << 20

    private let path: String
    /// What stands before the list: its name and the bracket.
    private let opening: [UInt8]
    /// The file without the elements.
    package private(set) var frame: [UInt8] = []
    private var element: [UInt8] = []
    /// Brackets that are open.
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var isInList = false
    private var hasList = false
    /// Whether the list must not end here.
    private var isBehindComma = false
    /// Nobody wants what is left.
    private var isStopped = false
    private struct Stopped: Error {}

    /// Reads a file; `take` gets each element of the list that is the outermost member of that name, and says whether to go on.
    ///
    /// - Returns: the file without the elements; nil if it is not there.
    /// - Throws: ``ReadProblem`` if it is broken, or an element or the rest is too long.
    package static func read(
        _ path: String, list name: String, of bundle: UnverifiedBundle, take: ([UInt8]) -> Bool
    ) throws(ReadProblem) -> [UInt8]? {
        guard let entry = bundle.entries[path] else { return nil }
        guard entry.uncompressedSize <= UInt64(VerifierLimits.bytes(of: path)) else { throw ReadProblem.tooLong(path) }
        try bundle.requireListed(path)
        var file = ListFile(path: path, opening: Array("\"\(name)\":[".utf8))
        do {
            var reader = try bundle.archive.reader(for: entry)
            try reader.forEachBlock { block in
                for byte in block {
                    guard !file.isStopped else { throw Stopped() }
                    try file.add(byte, take)
                }
            }
        } catch is Stopped {
            return file.frame
        } catch let problem as ReadProblem {
            throw problem
        } catch {
            throw ReadProblem.broken(path, "\(error)")
        }
        return file.frame
    }

    private init(path: String, opening: [UInt8]) {
        self.path = path
        self.opening = opening
    }

    private mutating func add(_ byte: UInt8, _ take: ([UInt8]) -> Bool) throws(ReadProblem) {
        guard element.count < ListFile.partBytes, frame.count < ListFile.partBytes
        else { throw ReadProblem.tooLong(path) }
        let isStructure = !isInString
        noteString(byte)
        if isStructure, isInList, depth == 2, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") {
            return endElement(byte, take)
        }
        if isStructure, !isInString { noteBracket(byte) }
        if isInList { element.append(byte) } else { frame.append(byte) }
        guard isStructure, byte == UInt8(ascii: "["), depth == 2, !isInList, !hasList else { return }
        // In a string the quotation mark would stand behind a backslash.
        let before = frame.dropLast(opening.count).last
        isInList =
            frame.suffix(opening.count).elementsEqual(opening)
            && (before == UInt8(ascii: "{") || before == UInt8(ascii: ","))
        hasList = isInList
    }

    /// Ends an element; the comma beside one that is missing stays in the frame, where it makes the file malformed.
    private mutating func endElement(_ byte: UInt8, _ take: ([UInt8]) -> Bool) {
        let isEnd = byte == UInt8(ascii: "]")
        if element.isEmpty, !isEnd || isBehindComma { frame.append(UInt8(ascii: ",")) }
        if !element.isEmpty, !take(element) { isStopped = true }
        element.removeAll(keepingCapacity: true)
        isBehindComma = !isEnd
        guard isEnd else { return }
        frame.append(byte)
        isInList = false
        depth -= 1
    }

    private mutating func noteString(_ byte: UInt8) {
        if !isInString {
            isInString = byte == UInt8(ascii: "\"")
        } else if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInString = false
        }
    }

    private mutating func noteBracket(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
    }
}
