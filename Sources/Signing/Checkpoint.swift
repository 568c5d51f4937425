import StrictJSON

/// A statement about a log: its size and root (C2SP specification tlog-checkpoint).
package struct Checkpoint: Hashable, Sendable {
    /// The log's name; that of the key that signs is the same.
    package var origin: String
    /// Number of entries.
    package var size: UInt64
    /// The 32 bytes of the root (RFC 6962, section 2.1).
    package var root: [UInt8]

    package init(origin: String, size: UInt64, root: [UInt8]) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The text that is signed.
    package var text: [UInt8] { Array("\(origin)\n\(size)\n\(Base64.encode(root))\n".utf8) }

    /// Reads the text of a note; extension lines are refused, as this project writes none.
    ///
    /// - Throws: `malformedSignature` if it is no checkpoint.
    package init(text: [UInt8]) throws(SigningError) {
        let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        guard lines.count == 4, let size = UInt64(String(decoding: lines[1], as: UTF8.self)),
            let root = Base64.decode(lines[2]), root.count == 32
        else { throw SigningError(.malformedSignature, "not a checkpoint of three lines") }
        self.init(origin: String(decoding: lines[0], as: UTF8.self), size: size, root: root)
        // Encoding it again refuses leading zeros, signs and other spellings of the same.
        guard self.text == text else { throw SigningError(.malformedSignature, "checkpoint in another spelling") }
    }
}
