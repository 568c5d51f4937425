import StrictJSON

/// How a cell is begun: its type, and the index of its look among the formats of `xl/styles.xml`.
enum CellForm {
    case text, number, amount, time, link, title, label, header
    /// A text behind a number.
    case note
    /// A truth value, in the form that LibreOffice writes itself: without it, LibreOffice prints 0 and 1.
    case flag
    /// The header of numbers, on their side.
    case numberHeader

    /// The look alone, of a cell whose text needs more than `v`.
    fileprivate var look: StaticString {
        switch self {
        case .text, .number: ""
        case .header: " s=\"1\""
        case .amount: " s=\"2\""
        case .time: " s=\"3\""
        case .link: " s=\"4\""
        case .title: " s=\"5\""
        case .label: " s=\"6\""
        case .note: " s=\"7\""
        case .flag: " s=\"8\""
        case .numberHeader: " s=\"9\""
        }
    }
}

/// A row in the making: the XML around what its cells hold.
///
/// The end of a cell is written with the beginning of the next: a month has millions of them. All is written to memory whose room
/// was looked at once (``room(for:)``), since asking an array for each piece costs more than the piece.
struct SheetRow {
    private static let empty: StaticString =
        "<c/><c/><c/><c/><c/><c/><c/><c/><c/><c/><c/><c/><c/><c/><c/><c/>"
    private static let lengthOfEmpty = 4

    /// Bytes around the longest text: what begins and ends a cell and a row, and the note on a text that was cut.
    private static let around = 256

    /// Whether a cell was begun whose end is not written yet.
    private var isOpen = false

    /// Bytes that are enough for the next cell, with a text of so many bytes behind so many empty cells, and the end of its row.
    static func room(for count: Int, empty: Int = 0) -> Int {
        SheetText.room(for: count) + empty * lengthOfEmpty + around
    }

    /// A whole row of texts; one that is to be an amount is a number if it can be.
    static func row(_ cells: [(String, CellForm)]) -> [UInt8] {
        let room = cells.reduce(room(for: 0)) { $0 + SheetRow.room(for: $1.0.utf8.count) }
        return [UInt8](room: room) { output in
            var row = SheetRow(into: &output)
            for (text, form) in cells {
                let bytes = Array(text.utf8)
                let range = 0..<bytes.count
                if form == .amount, SheetNumber.appendCell(bytes.span, range, form: form, to: &row, into: &output) {
                    continue
                }
                SheetText.appendCell(bytes.span, range, form: form, to: &row, into: &output)
            }
            row.finish(into: &output)
        }
    }

    /// Begins a row.
    init(into output: inout OutputSpan<UInt8>) { output.append(literal: "<row>") }

    /// Begins a cell, whose content comes next.
    mutating func begin(_ form: CellForm, into output: inout OutputSpan<UInt8>) {
        close(into: &output)
        isOpen = true
        // Literals at the place where they are written become a few moves of registers.
        switch form {
        case .text: output.append(literal: "<c t=\"str\"><v>")
        case .number: output.append(literal: "<c><v>")
        case .amount: output.append(literal: "<c s=\"2\"><v>")
        case .time: output.append(literal: "<c s=\"3\"><v>")
        case .link: output.append(literal: "<c s=\"4\" t=\"str\"><v>")
        case .title: output.append(literal: "<c s=\"5\" t=\"str\"><v>")
        case .label: output.append(literal: "<c s=\"6\" t=\"str\"><v>")
        case .header: output.append(literal: "<c s=\"1\" t=\"str\"><v>")
        case .note: output.append(literal: "<c s=\"7\" t=\"str\"><v>")
        case .flag: output.append(literal: "<c s=\"8\" t=\"b\"><v>")
        case .numberHeader: output.append(literal: "<c s=\"9\" t=\"str\"><v>")
        }
    }

    /// Begins a cell whose blanks count; ``endExact(into:)`` has to end it.
    mutating func beginExact(_ form: CellForm, into output: inout OutputSpan<UInt8>) {
        close(into: &output)
        output.append(literal: "<c")
        output.append(literal: form.look)
        output.append(literal: " t=\"inlineStr\"><is><t xml:space=\"preserve\">")
    }

    func endExact(into output: inout OutputSpan<UInt8>) { output.append(literal: "</t></is></c>") }

    /// Appends cells that hold nothing.
    mutating func skip(_ count: Int, into output: inout OutputSpan<UInt8>) {
        guard count > 0 else { return }
        close(into: &output)
        var rest = count * SheetRow.lengthOfEmpty
        while rest > 0 {
            let length = min(rest, SheetRow.empty.utf8CodeUnitCount)
            output.append(SheetRow.empty.utf8Start, count: length)
            rest -= length
        }
    }

    /// Ends the row.
    mutating func finish(into output: inout OutputSpan<UInt8>) {
        close(into: &output)
        output.append(literal: "</row>\n")
    }

    @inline(__always)
    private mutating func close(into output: inout OutputSpan<UInt8>) {
        if isOpen { output.append(literal: "</v></c>") }
        isOpen = false
    }
}
