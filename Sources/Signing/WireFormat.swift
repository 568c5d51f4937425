/// Reads the data types of RFC 4251, section 5, strictly and from the front.
struct WireReader {
    private var rest: ArraySlice<UInt8>
    private let code: SigningError.Code
    private let subject: String

    /// Starts at the first byte.
    ///
    /// - Parameters:
    ///   - bytes: What is read.
    ///   - code: The code of the errors that are thrown.
    ///   - subject: What the bytes are, as the first words of a message.
    init(_ bytes: [UInt8], code: SigningError.Code, subject: String) {
        rest = bytes[...]
        self.code = code
        self.subject = subject
    }

    /// The number of bytes not yet read.
    var remaining: Int { rest.count }

    /// An error about what is read, with a message that continues after the subject.
    func failure(_ message: String) -> SigningError { SigningError(code, "\(subject) \(message)") }

    /// Reads a fixed number of bytes.
    mutating func bytes(_ count: Int) throws(SigningError) -> [UInt8] {
        guard count <= rest.count else {
            throw failure("ends too early: \"\(rest.count)\" bytes left, expected \(count)")
        }
        defer { rest.removeFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func uint32() throws(SigningError) -> UInt32 {
        try bytes(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func string() throws(SigningError) -> [UInt8] {
        let count = try uint32()
        return try bytes(Int(count))
    }

    /// Reads a string that is UTF-8 without control characters.
    mutating func text() throws(SigningError) -> String {
        guard let text = String(validating: try string(), as: UTF8.self), PlainText.isLine(text) else {
            throw failure("has a text that is not UTF-8 without control characters")
        }
        return text
    }

    /// Reads a string of printable ASCII, as names of algorithms and namespaces are.
    mutating func name() throws(SigningError) -> String {
        let name = try text()
        guard PlainText.isPrintableASCII(name) else {
            throw failure("has a name outside printable ASCII \(SigningError.quote(name))")
        }
        return name
    }

    /// Reads an mpint that is positive and fits 32 bytes, and returns these, the most significant first.
    mutating func scalar() throws(SigningError) -> [UInt8] {
        guard let scalar = Scalar.decode(try string()) else {
            throw failure("has an integer that is not positive, not minimal or longer than 32 bytes")
        }
        return scalar
    }

    /// Checks that nothing is left.
    func finish() throws(SigningError) {
        guard rest.isEmpty else { throw failure("has trailing bytes \"\(rest.count)\", expected none") }
    }
}

extension [UInt8] {
    mutating func appendWire(_ value: UInt32) {
        for shift in [24, 16, 8, 0] { append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) }
    }

    /// Appends the length in four bytes, then the bytes themselves.
    mutating func appendWire(string: [UInt8]) {
        appendWire(UInt32(string.count))
        self += string
    }

    mutating func appendWire(string: String) { appendWire(string: Array(string.utf8)) }
}

/// Positive integers of up to 32 bytes as mpint (RFC 4251, section 5) and DER INTEGER (X.690, 8.3) both write them.
enum Scalar {
    static let byteCount = 32

    /// The shortest two's complement form of 32 bytes.
    static func encode(_ scalar: some Collection<UInt8>) -> [UInt8] {
        let digits = Array(scalar.drop { $0 == 0 })
        return (digits.first ?? 0) & 0x80 == 0 ? digits : [0] + digits
    }

    /// The 32 bytes of a shortest form; nil for zero, negative, longer or needlessly long ones.
    static func decode(_ bytes: some Collection<UInt8>) -> [UInt8]? {
        let digits = Array(bytes.drop { $0 == 0 })
        guard !digits.isEmpty, digits.count <= byteCount, encode(digits).elementsEqual(bytes) else { return nil }
        return Array(repeating: 0, count: byteCount - digits.count) + digits
    }
}
