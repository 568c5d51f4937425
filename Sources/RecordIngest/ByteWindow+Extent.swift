extension ByteWindow {
    /// How far the value at `position` reaches.
    enum Extent {
        /// The index behind it; it is wholly at hand, but not checked.
        case complete(Int)
        case tooLong
        /// The source ends inside it.
        case truncated
    }

    /// Finds the end of the value at `position` by its brackets and quotation marks.
    func extentOfValue(limit: Int) throws -> Extent {
        var scan = ExtentScan()
        var length = 0
        while true {
            if let end = scan.end(bytes, from: position + length) { return .complete(end) }
            length = bytes.count - position
            if length > limit { return .tooLong }
            guard try extend() else {
                return scan.isScalar && length > 0 ? .complete(bytes.count) : .truncated
            }
        }
    }

    /// Whether the line after the one that ends at `lineEnd` is at hand and begins with a byte.
    func nextLineBegins(after lineEnd: Int, with byte: UInt8) -> Bool {
        lineEnd + 1 < bytes.count && bytes[lineEnd + 1] == byte
    }
}

/// The state of finding a value's end.
private struct ExtentScan {
    private var depth = 0
    private var inString = false
    private var isEscaped = false
    private var hasBegun = false
    /// The value is neither a string nor a container.
    private(set) var isScalar = false

    /// The index behind the value, if it lies in what is at hand.
    mutating func end(_ bytes: [UInt8], from start: Int) -> Int? {
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if inString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                    if depth == 0 { return index + 1 }
                }
            } else if let end = structure(byte, index) {
                return end
            }
            index += 1
        }
        return nil
    }

    private mutating func structure(_ byte: UInt8, _ index: Int) -> Int? {
        switch byte {
        case UInt8(ascii: "\""): inString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            if depth == 0 { return index }
            depth -= 1
            if depth == 0 { return index + 1 }
        case UInt8(ascii: ","), 0x20, 0x0A, 0x0D, 0x09:
            if depth == 0, hasBegun { return index }
        default: if !hasBegun { isScalar = true }
        }
        hasBegun = true
        return nil
    }
}
