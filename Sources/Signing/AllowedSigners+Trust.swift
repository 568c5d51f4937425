extension AllowedSigners {
    /// Reads a trust file: an allowed_signers file, or the one line of a `.pub` file.
    ///
    /// - Throws: `malformedSigners`, or what is wrong with the key.
    package init(trusting file: [UInt8]) throws(SigningError) {
        let lines = file.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
        let first = lines.first?.split(separator: " ").first.map(String.init) ?? ""
        if lines.count == 1, KeyType.isName(first) {
            try self.init(publicKeyLine: lines[0])
        } else {
            try self.init(parsing: file)
        }
    }
}
