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

    /// The end of the cell before, always of the same length, and the beginning of this one.
    fileprivate var beginning: StaticString {
        switch self {
        case .text: "</v></c><c t=\"str\"><v>"
        case .number: "</v></c><c><v>"
        case .amount: "</v></c><c s=\"2\"><v>"
        case .time: "</v></c><c s=\"3\"><v>"
        case .link: "</v></c><c s=\"4\" t=\"str\"><v>"
        case .title: "</v></c><c s=\"5\" t=\"str\"><v>"
        case .label: "</v></c><c s=\"6\" t=\"str\"><v>"
        case .header: "</v></c><c s=\"1\" t=\"str\"><v>"
        case .note: "</v></c><c s=\"7\" t=\"str\"><v>"
        case .flag: "</v></c><c s=\"8\" t=\"b\"><v>"
        case .numberHeader: "</v></c><c s=\"9\" t=\"str\"><v>"
        }
    }

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
/// The end of a cell is written with the beginning of the next: a month has millions of them.
struct SheetRow {
    private static let end: StaticString = "</v></c>"
    private static let empty: StaticString =
        "<c/><c/><c/><c/><c/><c/><c/><c/><c/><c/><c/><c/><c/><c/><c/><c/>"
    private static let lengthOfEmpty = 4

    /// Whether a cell was begun whose end is not written yet.
    private var isOpen = false

    /// A whole row of texts; one that is to be an amount is a number if it can be.
    static func row(_ cells: [(String, CellForm)]) -> [UInt8] {
        var output: [UInt8] = []
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
        return output
    }

    /// Begins a row.
    init(into output: inout [UInt8]) { output.append(literal: "<row>") }

    /// Begins a cell, whose content comes next.
    mutating func begin(_ form: CellForm, into output: inout [UInt8]) {
        let text = form.beginning
        output.append(literal: text, (isOpen ? 0 : SheetRow.end.utf8CodeUnitCount)..<text.utf8CodeUnitCount)
        isOpen = true
    }

    /// Begins a cell whose blanks count; ``endExact(into:)`` has to end it.
    mutating func beginExact(_ form: CellForm, into output: inout [UInt8]) {
        close(into: &output)
        output.append(literal: "<c")
        output.append(literal: form.look)
        output.append(literal: " t=\"inlineStr\"><is><t xml:space=\"preserve\">")
    }

    func endExact(into output: inout [UInt8]) { output.append(literal: "</t></is></c>") }

    /// Appends cells that hold nothing.
    mutating func skip(_ count: Int, into output: inout [UInt8]) {
        guard count > 0 else { return }
        close(into: &output)
        var rest = count * SheetRow.lengthOfEmpty
        while rest > 0 {
            let length = min(rest, SheetRow.empty.utf8CodeUnitCount)
            output.append(literal: SheetRow.empty, 0..<length)
            rest -= length
        }
    }

    /// Ends the row.
    mutating func finish(into output: inout [UInt8]) {
        output.append(literal: isOpen ? "</v></c></row>\n" : "</row>\n")
        isOpen = false
    }

    private mutating func close(into output: inout [UInt8]) {
        if isOpen { output.append(literal: SheetRow.end) }
        isOpen = false
    }
}

extension [UInt8] {
    /// Appends a part of fixed text.
    fileprivate mutating func append(literal text: StaticString, _ range: Range<Int>) {
        text.withUTF8Buffer { append(contentsOf: UnsafeBufferPointer(rebasing: $0[range])) }
    }
}
