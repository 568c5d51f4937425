import StrictJSON

extension ByteWindow {
    /// How far the value at `position` reaches.
    package enum Extent {
        /// It is wholly at hand, but not checked.
        case complete(ValueLength)
        /// The byte at `position` begins no value: a closing bracket, a comma or a colon.
        case absent
        /// It has more bytes than the limit.
        case tooLong
        /// The source ends inside it.
        case truncated
    }

    /// The bytes of a value, at least one: whoever consumes them makes progress.
    ///
    /// Counted from `position`, since fetching more bytes moves every index.
    package struct ValueLength {
        /// Bytes, at least 1.
        package let count: Int

        /// nil for a value without bytes.
        package init?(_ count: Int) {
            guard count > 0 else { return nil }
            self.count = count
        }
    }

    /// Finds the end of the value at `position` by its brackets and quotation marks.
    package func extentOfValue(limit: Int) throws -> Extent {
        var scan = ExtentScan()
        var length = 0
        while true {
            if let end = scan.end(bytes, from: position + length) {
                guard let value = ValueLength(end - position) else { return .absent }
                return value.count > limit ? .tooLong : .complete(value)
            }
            length = bytes.count - position
            if length > limit { return .tooLong }
            guard try extend() else {
                guard scan.isScalar, let rest = ValueLength(length) else { return .truncated }
                return .complete(rest)
            }
        }
    }

    /// Consumes the value at `position`, however long, and returns its SHA-256 in hexadecimal and its length.
    ///
    /// `watch` sees its bytes as they pass.
    package func skipValue(_ watch: ([UInt8], Range<Int>) -> Void = { _, _ in }) throws -> (sha256: String, count: Int)
    {
        var scan = ExtentScan()
        var digest = ContentDigest()
        var count = 0
        while true {
            let end = scan.end(bytes, from: position) ?? bytes.count
            let isWhole = end < bytes.count || scan.isComplete
            bytes[position..<end].withUnsafeBytes { digest.update($0) }
            watch(bytes, position..<end)
            count += end - position
            advance(to: end)
            if isWhole { return (digest.hexadecimal(), count) }
            guard try extend() else { return (digest.hexadecimal(), count) }
        }
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
    /// The end has been found.
    private(set) var isComplete = false

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
                    if depth == 0 { return complete(index + 1) }
                }
            } else if let end = structure(byte, index) {
                return end
            }
            index += 1
        }
        return nil
    }

    private mutating func complete(_ end: Int) -> Int {
        isComplete = true
        return end
    }

    private mutating func structure(_ byte: UInt8, _ index: Int) -> Int? {
        switch byte {
        case UInt8(ascii: "\""): inString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            if depth == 0 { return complete(index) }
            depth -= 1
            if depth == 0 { return complete(index + 1) }
        case UInt8(ascii: ","), UInt8(ascii: ":"):
            if depth == 0 { return complete(index) }
        case 0x20, 0x0A, 0x0D, 0x09:
            if depth == 0, hasBegun { return complete(index) }
        default: if !hasBegun { isScalar = true }
        }
        hasBegun = true
        return nil
    }
}
