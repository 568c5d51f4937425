import AuditModel
package import BundleFormat
import StrictJSON

/// The parts of `tables.xlsx` but for the rows of its tables (ECMA-376 part 1, 11 and 12).
package struct WorkbookParts: Sendable {
    private let description: BundleDescription
    /// Rows of each table's sheet, the header included; one that does not fit is left out.
    private let rows: [Sheet: Int]

    /// - Parameters:
    ///   - description: the bundle that the workbook is of.
    ///   - rows: the rows that each table has, its header included.
    package init(_ description: BundleDescription, rows: [Sheet: Int]) {
        self.description = description
        self.rows = rows
    }

    /// Whether a table is short enough for a sheet.
    package func holds(_ sheet: Sheet) -> Bool { sheet == .about || rows[sheet, default: 0] <= Sheet.maximumRows }

    private var sheets: [Sheet] { Sheet.allCases.filter(holds) }

    /// The paths of all parts, in the order in which they stand in the file.
    package var paths: [String] {
        let fixed = Fixed.allCases.map(\.rawValue)
        return fixed + sheets.map(\.part)
    }

    /// Parts that every workbook has.
    private enum Fixed: String, CaseIterable {
        case contentTypes = "[Content_Types].xml"
        case packageRelations = "_rels/.rels"
        case application = "docProps/app.xml"
        case properties = "docProps/core.xml"
        case relations = "xl/_rels/workbook.xml.rels"
        case styles = "xl/styles.xml"
        case workbook = "xl/workbook.xml"
    }

    /// A part that is made in one piece; nil for the sheet of a table.
    package func content(of path: String) -> [UInt8]? {
        if path == Sheet.about.part { return AboutSheet(description, rows: rows).xml }
        return Fixed(rawValue: path).map { part in
            let text =
                switch part {
                case .contentTypes: contentTypes
                case .packageRelations: WorkbookParts.packageRelations
                case .application: WorkbookParts.application
                case .properties: properties
                case .relations: relations
                case .styles: WorkbookStyles.xml
                case .workbook: workbook
                }
            return Array("\(WorkbookParts.declaration)\(text)\n".utf8)
        }
    }

    static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
    static let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    private static let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    private static let packages = "http://schemas.openxmlformats.org/package/2006"
    private static let types = "application/vnd.openxmlformats-officedocument"

    private var contentTypes: String {
        let parts =
            [
                ("docProps/app.xml", "\(WorkbookParts.types).extended-properties+xml"),
                ("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
                ("xl/styles.xml", "\(WorkbookParts.types).spreadsheetml.styles+xml"),
                ("xl/workbook.xml", "\(WorkbookParts.types).spreadsheetml.sheet.main+xml"),
            ] + sheets.map { ($0.part, "\(WorkbookParts.types).spreadsheetml.worksheet+xml") }
        let overrides = parts.map { "<Override PartName=\"/\($0)\" ContentType=\"\($1)\"/>\n" }.joined()
        return """
            <Types xmlns="\(WorkbookParts.packages)/content-types">
            <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
            \(overrides)</Types>
            """
    }

    private static let packageRelations = """
        <Relationships xmlns="\(packages)/relationships">
        <Relationship Id="rId1" Type="\(office)/officeDocument" Target="xl/workbook.xml"/>
        <Relationship Id="rId2" Type="\(packages)/relationships/metadata/core-properties" Target="docProps/core.xml"/>
        <Relationship Id="rId3" Type="\(office)/extended-properties" Target="docProps/app.xml"/>
        </Relationships>
        """

    private static let application = """
        <Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">
        <Application>cartulary</Application>
        </Properties>
        """

    /// The document's own time is the as-of time, so that it depends on nothing else.
    private var properties: String {
        let date = description.asOf.date.text
        return """
            <cp:coreProperties xmlns:cp="\(WorkbookParts.packages)/metadata/core-properties" \
            xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" \
            xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
            <dc:title>Audit tables of \(WorkbookParts.escaped(description.name))</dc:title>
            <dc:creator>\(WorkbookParts.escaped(description.declared["entity"] ?? "cartulary"))</dc:creator>
            <dcterms:created xsi:type="dcterms:W3CDTF">\(date)T00:00:00Z</dcterms:created>
            </cp:coreProperties>
            """
    }

    private var relations: String {
        let lines = sheets.map { sheet in
            let target = sheet.part.dropFirst("xl/".count)
            return
                "<Relationship Id=\"rId\(sheet.rawValue + 1)\" Type=\"\(WorkbookParts.office)/worksheet\" Target=\"\(target)\"/>\n"
        }.joined()
        return """
            <Relationships xmlns="\(WorkbookParts.packages)/relationships">
            \(lines)<Relationship Id="rId100" Type="\(WorkbookParts.office)/styles" Target="styles.xml"/>
            </Relationships>
            """
    }

    private var workbook: String {
        let lines = sheets.map {
            "<sheet name=\"\($0.name)\" sheetId=\"\($0.rawValue + 1)\" r:id=\"rId\($0.rawValue + 1)\"/>\n"
        }.joined()
        return """
            <workbook xmlns="\(WorkbookParts.main)" xmlns:r="\(WorkbookParts.office)">
            <bookViews><workbookView activeTab="0"/></bookViews>
            <sheets>
            \(lines)</sheets>
            <definedNames>
            \(definedNames)</definedNames>
            </workbook>
            """
    }

    /// What a spreadsheet program wants to know by name: which cells the filter covers, and which row is printed on each page.
    ///
    /// Names stand in their order, which some programs insist on.
    private var definedNames: String {
        let tables = sheets.enumerated().filter { $0.element.table != nil }
        let filters = tables.map { index, sheet in
            "<definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"\(index)\" hidden=\"1\">"
                + "\(sheet.name)!\(WorkbookParts.absolute(sheet, rows: rows[sheet, default: 1]))</definedName>\n"
        }
        let titles = tables.map { index, sheet in
            "<definedName name=\"_xlnm.Print_Titles\" localSheetId=\"\(index)\">\(WorkbookParts.titles(sheet))</definedName>\n"
        }
        return (filters + titles).joined()
    }

    /// What every printed page repeats: the header, and where a row takes several pages, what it is a row of.
    private static func titles(_ sheet: Sheet) -> String {
        let header = "\(sheet.name)!$1:$1"
        return sheet.pages == 1 ? header : "\(sheet.name)!$A:$B,\(header)"
    }

    private static func absolute(_ sheet: Sheet, rows: Int) -> String {
        "$A$1:$\(columnName(sheet.columns.count - 1))$\(rows)"
    }

    /// The letters of a column that is counted from 0.
    static func columnName(_ index: Int) -> String {
        let letter = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(index % 26)))
        return index < 26 ? letter : columnName(index / 26 - 1) + letter
    }

    static func escaped(_ text: String) -> String {
        String(decoding: SheetText.xml(text), as: UTF8.self)
    }
}

extension WorkbookParts {
    /// What stands before the rows of a table's sheet, its header row included.
    package static func head(_ sheet: Sheet) -> [UInt8] {
        let widths = sheet.columns.enumerated().map { index, column in
            "<col min=\"\(index + 1)\" max=\"\(index + 1)\" width=\"\(column.kind.width)\" customWidth=\"1\"/>"
        }.joined()
        let cells = sheet.columns.map { column in
            (column.header, column.kind.isNumeric ? CellForm.numberHeader : .header)
        }
        let text = """
            \(declaration)<worksheet xmlns="\(main)">
            <sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>
            <sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>\
            <selection pane="bottomLeft"/></sheetView></sheetViews>
            <sheetFormatPr defaultRowHeight="15"/>
            <cols>\(widths)</cols>
            <sheetData>

            """
        return Array(text.utf8) + SheetRow.row(cells)
    }

    /// What stands behind the rows of a table's sheet.
    package func tail(_ rows: SheetRows, of sheet: Sheet) -> [UInt8] {
        let range = "A1:\(WorkbookParts.columnName(sheet.columns.count - 1))\(rows.count)"
        return Array(
            """
            </sheetData>
            <autoFilter ref="\(range)"/>
            \(links(rows, of: sheet))\(WorkbookParts.page(sheet.name, width: sheet.pages))</worksheet>

            """.utf8)
    }

    private func links(_ rows: SheetRows, of sheet: Sheet) -> String {
        guard holds(.deployments), !rows.links.isEmpty,
            let index = sheet.columns.firstIndex(where: { $0.kind == .link })
        else { return "" }
        let column = WorkbookParts.columnName(index)
        let lines = rows.links.map {
            "<hyperlink ref=\"\(column)\($0.row)\" location=\"\(Sheet.deployments.name)!B\($0.target)\"/>\n"
        }
        return "<hyperlinks>\n\(lines.joined())</hyperlinks>\n"
    }

    /// How a sheet is printed: on A4 (9; 18.3.1.63), across, and at most so many pages wide.
    static func page(_ title: String, width: Int) -> String {
        """
        <pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>
        <pageSetup paperSize="9" orientation="landscape" fitToWidth="\(width)" fitToHeight="0"/>
        <headerFooter><oddHeader>&amp;L\(title)</oddHeader><oddFooter>&amp;RPage &amp;P of &amp;N</oddFooter></headerFooter>

        """
    }
}
