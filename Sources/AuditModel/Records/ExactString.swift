/// A text that equals another only if its UTF-8 bytes do.
///
/// Swift's own strings are equal under Unicode equivalence, which would count two networks as one.
package struct ExactString: Hashable, Sendable, ExpressibleByStringLiteral {
    package let text: String

    package init(_ text: String) { self.text = text }
    package init(stringLiteral text: String) { self.text = text }

    package static func == (left: Self, right: Self) -> Bool {
        var own = left.text
        var other = right.text
        return own.withUTF8 { own in
            other.withUTF8 { other in own.count == other.count && own.elementsEqual(other) }
        }
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(0xFF as UInt8)
    }
}
