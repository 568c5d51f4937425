import StrictJSON

/// The cells of RFC 4180: finding a row's end, splitting it, undoing its quotation marks.
package struct CSVCells {
    /// Why a row cannot be split.
    package struct Problem: Error {
        /// What was found and what was expected, lower case, no full stop.
        package var reason: String
    }

    private static let quote = UInt8(ascii: "\"")

    /// More than a header of the greatest length has.
    private static let maximumCells = 1 << 18

    /// The byte between two cells.
    package var separator = UInt8(ascii: ",")

    /// Makes cells that commas separate.
    package init() {}

    /// The index behind the row at the window's position, its line end included; nil at the end of the source.
    ///
    /// A row over the limit ends behind it. The row begins `start` bytes behind the position.
    package func extent(_ window: ByteWindow, from start: Int = 0, limit: Int) throws -> Int? {
        var length = start
        var inQuotes = false
        while true {
            var index = window.position + length
            while index < window.bytes.count {
                let byte = window.bytes[index]
                if byte == CSVCells.quote { inQuotes.toggle() }
                index += 1
                if byte == 0x0A, !inQuotes { return index }
            }
            length = index - window.position
            if length > limit { return index }
            guard try window.extend() else { return length > start ? window.position + length : nil }
        }
    }

    /// The cells of a row, with their quotation marks.
    package func split(_ bytes: [UInt8], _ row: Range<Int>) -> Result<[Range<Int>], Problem> {
        var end = row.upperBound
        if end > row.lowerBound, bytes[end - 1] == 0x0A { end -= 1 }
        if end > row.lowerBound, bytes[end - 1] == 0x0D { end -= 1 }
        guard UTF8Check.isValid(bytes.span, row.lowerBound..<end) else {
            return .failure(Problem(reason: "bytes that are not UTF-8"))
        }
        var cells: [Range<Int>] = []
        var position = row.lowerBound
        while true {
            guard cells.count < CSVCells.maximumCells else {
                return .failure(Problem(reason: "over \(CSVCells.maximumCells) cells, the limit"))
            }
            guard let cell = endOfCell(bytes, from: position, to: end) else {
                return .failure(problem(bytes, from: position, to: end, number: cells.count + 1))
            }
            cells.append(position..<cell)
            guard cell < end else { return .success(cells) }
            position = cell + 1
        }
    }

    /// What is wrong with a cell that has no end.
    private func problem(_ bytes: [UInt8], from start: Int, to end: Int, number: Int) -> Problem {
        let stop = bytes[start..<end].firstIndex { $0 == separator || $0 == CSVCells.quote || $0 == 0x0D }
        if let stop, bytes[stop] == 0x0D {
            return Problem(reason: "a CR without LF in cell \(number), expected such a cell in quotation marks")
        }
        return Problem(
            reason:
                "a quotation mark that RFC 4180 does not allow in cell \(number), expected a cell in quotation marks, "
                + "and those inside it doubled")
    }

    private func endOfCell(_ bytes: [UInt8], from start: Int, to end: Int) -> Int? {
        guard start < end, bytes[start] == CSVCells.quote else {
            let stop = bytes[start..<end].firstIndex { $0 == separator || $0 == CSVCells.quote || $0 == 0x0D }
            guard let stop else { return end }
            return bytes[stop] == separator ? stop : nil
        }
        var position = start + 1
        while position < end {
            if bytes[position] == CSVCells.quote {
                guard position + 1 < end, bytes[position + 1] == CSVCells.quote else {
                    return position + 1 == end || bytes[position + 1] == separator ? position + 1 : nil
                }
                position += 1
            }
            position += 1
        }
        return nil
    }

    /// A cell's text.
    package func text(_ bytes: [UInt8], _ cell: Range<Int>) -> [UInt8] {
        guard !cell.isEmpty, bytes[cell.lowerBound] == CSVCells.quote else { return Array(bytes[cell]) }
        var text: [UInt8] = []
        var position = cell.lowerBound + 1
        while position < cell.upperBound - 1 {
            text.append(bytes[position])
            position += bytes[position] == CSVCells.quote ? 2 : 1
        }
        return text
    }
}
