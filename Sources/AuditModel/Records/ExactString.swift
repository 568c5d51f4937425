/// A text that equals another only if its UTF-8 bytes do.
///
/// Swift's own strings are equal under Unicode equivalence, which would count two networks as one.
public struct ExactString: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The text.
    public let text: String

    /// Compares a text by its bytes from now on.
    public init(_ text: String) { self.text = text }

    /// Compares a literal by its bytes.
    public init(stringLiteral text: String) { self.text = text }

    /// Whether the UTF-8 bytes are the same.
    public static func == (left: Self, right: Self) -> Bool {
        var own = left.text
        var other = right.text
        return own.withUTF8 { own in
            other.withUTF8 { other in own.count == other.count && own.elementsEqual(other) }
        }
    }

    /// Feeds the UTF-8 bytes to a hasher.
    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)
    }
}

extension ExactString: CustomStringConvertible {
    /// The text.
    public var description: String { text }
}
