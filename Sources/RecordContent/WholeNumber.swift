import StrictJSON

/// A whole number in any form that JSON allows: `600000`, `6e5` and `600000.0` are the same.
package struct WholeNumber {
    let isNegative: Bool
    let magnitude: UInt64

    /// Reads digits with an optional sign, fraction and exponent, exactly and without a double.
    ///
    /// nil for any other text, for a number that is not whole, and for one of over 64 bits.
    package init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        var scan = DigitScan(position: range.lowerBound, end: range.upperBound)
        isNegative = scan.skip(UInt8(ascii: "-"), in: bytes)
        guard scan.readDigits(bytes) > 0 else { return nil }
        var scale = 0
        if scan.skip(UInt8(ascii: "."), in: bytes) {
            scale = -scan.readDigits(bytes)
            guard scale < 0 else { return nil }
        }
        if scan.position < scan.end, bytes[scan.position] | 0x20 == UInt8(ascii: "e") {
            scan.position += 1
            guard let exponent = scan.readExponent(bytes) else { return nil }
            scale += exponent
        }
        guard scan.position == scan.end, !scan.isTooLarge else { return nil }
        guard let magnitude = scan.scaled(by: scale) else { return nil }
        self.magnitude = magnitude
    }

    /// The value if it is not below 0.
    package var unsigned: UInt64? { isNegative && magnitude > 0 ? nil : magnitude }

    /// The value; nil if it does not fit.
    package var signed: Int64? {
        isNegative ? Int64(exactly: -Int128(magnitude)) : Int64(exactly: magnitude)
    }
}

/// Digits of a number while they are read.
private struct DigitScan {
    /// Far beyond any exponent that the digits of a record could make up for.
    private static let maximumExponent = 1 << 40

    var position: Int
    let end: Int
    /// The digits up to the last one that is not zero.
    private var value: UInt64 = 0
    /// Zeros behind them.
    private var zeros = 0
    private(set) var isTooLarge = false

    init(position: Int, end: Int) {
        self.position = position
        self.end = end
    }

    mutating func skip(_ byte: UInt8, in bytes: Span<UInt8>) -> Bool {
        guard position < end, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// Takes digits; returns their number.
    mutating func readDigits(_ bytes: Span<UInt8>) -> Int {
        let first = position
        while position < end, (0x30...0x39).contains(bytes[position]) {
            append(bytes[position] - 0x30)
            position += 1
        }
        return position - first
    }

    private mutating func append(_ digit: UInt8) {
        guard !isTooLarge else { return }
        guard digit > 0 else {
            if value > 0 { zeros += 1 }
            return
        }
        guard let shifted = Self.multiplied(value, byTenTo: zeros + 1) else { return isTooLarge = true }
        let (sum, overflow) = shifted.addingReportingOverflow(UInt64(digit))
        value = sum
        zeros = 0
        isTooLarge = overflow
    }

    /// Takes the sign and digits of an exponent; nil if there are none.
    mutating func readExponent(_ bytes: Span<UInt8>) -> Int? {
        let isNegative = skip(UInt8(ascii: "-"), in: bytes)
        if !isNegative { _ = skip(UInt8(ascii: "+"), in: bytes) }
        let first = position
        var exponent = 0
        while position < end, (0x30...0x39).contains(bytes[position]) {
            exponent = min(exponent * 10 + Int(bytes[position] - 0x30), Self.maximumExponent)
            position += 1
        }
        guard position > first else { return nil }
        return isNegative ? -exponent : exponent
    }

    /// The digits times ten to a power; nil if that is not whole, or over 64 bits.
    func scaled(by power: Int) -> UInt64? {
        if value == 0 { return 0 }
        return zeros + power < 0 ? nil : Self.multiplied(value, byTenTo: zeros + power)
    }

    private static func multiplied(_ value: UInt64, byTenTo power: Int) -> UInt64? {
        if value == 0 { return 0 }
        guard power < 20 else { return nil }
        var result = value
        for _ in 0..<power {
            let (product, overflow) = result.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            result = product
        }
        return result
    }
}
