/// Checks of the encoding of an Ed25519 point: y in 255 bits, the least significant byte first, then the sign of x.
enum Ed25519Encoding {
    static let byteCount = 32

    /// The y of each point whose order divides 8; both signs of x are such points, or no canonical encoding.
    private static let smallOrders: [[UInt8]] = [
        // Orders 4, 1 and 2.
        [UInt8](repeating: 0, count: 32),
        [1] + [UInt8](repeating: 0, count: 31),
        [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
        // Order 8.
        [
            0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
            0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
        ],
        [
            0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
            0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
        ],
    ]

    /// Whether y is below 2^255 - 19.
    ///
    /// Requires 32 bytes.
    static func isCanonical(_ bytes: [UInt8]) -> Bool {
        let y = withoutSign(bytes)
        return y[31] != 0x7F || y[1...30].contains { $0 != 0xFF } || y[0] < 0xED
    }

    /// Whether a canonical encoding is that of a point whose order divides 8.
    ///
    /// Requires 32 bytes.
    static func hasSmallOrder(_ bytes: [UInt8]) -> Bool { smallOrders.contains(withoutSign(bytes)) }

    private static func withoutSign(_ bytes: [UInt8]) -> [UInt8] { bytes.dropLast() + [bytes[31] & 0x7F] }
}
