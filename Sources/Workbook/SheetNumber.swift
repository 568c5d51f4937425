import AuditModel
import BundleFormat
import StrictJSON

/// Numbers, times and truth values in the XML of a workbook.
enum SheetNumber {
    /// A double holds every number of so many digits.
    private static let maximumDigits = 15

    /// Appends a number as it stands; false if it is none, or would not come out of a spreadsheet program as it went in.
    static func appendCell(
        _ text: Span<UInt8>, _ range: Range<Int>, form: CellForm, to row: inout SheetRow,
        into output: inout OutputSpan<UInt8>
    ) -> Bool {
        guard isNumber(text, range) else { return false }
        row.begin(form, into: &output)
        output.append(text, range)
        return true
    }

    /// An optional minus, digits without a leading zero, an optional fraction.
    private static func isNumber(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        if index < range.upperBound, text[index] == UInt8(ascii: "-") { index += 1 }
        let whole = digits(text, index..<range.upperBound)
        guard whole > 0, whole == 1 || text[index] != UInt8(ascii: "0") else { return false }
        index += whole
        guard index < range.upperBound else { return whole <= maximumDigits }
        guard text[index] == UInt8(ascii: ".") else { return false }
        let fraction = digits(text, index + 1..<range.upperBound)
        return fraction > 0 && index + 1 + fraction == range.upperBound && whole + fraction <= maximumDigits
    }

    private static func digits(_ text: Span<UInt8>, _ range: Range<Int>) -> Int {
        var count = 0
        while count < range.count, (0x30...0x39).contains(text[range.lowerBound + count]) { count += 1 }
        return count
    }

    /// Appends `true` or `false`; false if the text is neither.
    static func appendFlag(
        _ text: Span<UInt8>, _ range: Range<Int>, to row: inout SheetRow, into output: inout OutputSpan<UInt8>
    ) -> Bool {
        guard range.count == 4 || range.count == 5 else { return false }
        let isTrue = range.count == 4
        guard text[range.lowerBound] == (isTrue ? UInt8(ascii: "t") : UInt8(ascii: "f")) else { return false }
        row.begin(.flag, into: &output)
        output.append(isTrue ? UInt8(ascii: "1") : UInt8(ascii: "0"))
        return true
    }
}

/// Times as days since 30 December 1899 (ECMA-376 part 1, 18.17.4.1: the 1900 date system).
enum SheetTime {
    /// Days from 0001-01-01 to 1899-12-30.
    private static let origin: Int64 = 693_593
    /// 1900-03-01: before it, programs disagree by the leap day that 1900 did not have.
    private static let firstDay = 61
    private static let ticksPerMillisecond: Int64 = 10_000
    private static let millisecondsOfDay: Int64 = 86_400_000
    /// Length of a canonical time, and where its seconds stand.
    private static let canonicalLength = 28
    private static let seconds = 17

    /// Appends a canonical time, truncated to milliseconds.
    ///
    /// - Returns: false if the text is none, lies before March 1900, or is a leap second, which a day there does not have.
    static func appendCell(
        _ text: Span<UInt8>, _ range: Range<Int>, to row: inout SheetRow, into output: inout OutputSpan<UInt8>
    ) -> Bool {
        guard range.count == canonicalLength, text[range.upperBound - 1] == UInt8(ascii: "Z"),
            text[range.lowerBound + seconds] != UInt8(ascii: "6"),
            let time = try? Timestamp.parse(text.extracting(range)).time
        else { return false }
        let milliseconds = time.posixTicks / ticksPerMillisecond
        let day = Int(milliseconds / millisecondsOfDay - origin)
        guard day >= firstDay else { return false }
        row.begin(.time, into: &output)
        // A day of 2173 is the last one of five digits.
        output.append(day.magnitude, digits: (10_000..<100_000).contains(day) ? 5 : "\(day)".utf8.count)
        // Ten places: a tenth of a millisecond is 0.0000000012 of a day.
        let part = (milliseconds % millisecondsOfDay * 10_000_000_000 + millisecondsOfDay / 2) / millisecondsOfDay
        output.append(UInt8(ascii: "."))
        output.append(UInt(part.magnitude), digits: 10)
        return true
    }
}
