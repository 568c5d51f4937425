/// Numbers that mostly are small, in as few bytes as they need: seven bits each, the sign in the lowest.
package enum VariableInteger {
    package static func append(_ number: Int, to bytes: inout [UInt8]) {
        var rest = UInt(bitPattern: number << 1 ^ number >> (Int.bitWidth - 1))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// The number that begins at an offset, which moves behind it.
    package static func read(_ bytes: [UInt8], _ offset: inout Int) -> Int {
        var result: UInt = 0
        var shift: UInt = 0
        while true {
            let byte = bytes[offset]
            offset += 1
            result |= UInt(byte & 0x7F) << shift
            guard byte >= 0x80 else { break }
            shift += 7
        }
        return Int(bitPattern: result >> 1) ^ -Int(bitPattern: result & 1)
    }
}
