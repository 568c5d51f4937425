import AuditModel
import BundleFormat
import BundleRendering
import StrictJSON

/// The first sheet: what the workbook is, of which bundle, and what its other sheets hold.
struct AboutSheet {
    private let description: BundleDescription
    private let rows: [Sheet: Int]

    init(_ description: BundleDescription, rows: [Sheet: Int]) {
        self.description = description
        self.rows = rows
    }

    var xml: [UInt8] {
        var output = Array(
            """
            \(WorkbookParts.declaration)<worksheet xmlns="\(WorkbookParts.main)">
            <sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>
            <sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0"/></sheetViews>
            <sheetFormatPr defaultRowHeight="15"/>
            <cols><col min="1" max="1" width="22" customWidth="1"/><col min="2" max="2" width="30" customWidth="1"/>\
            <col min="3" max="3" width="14" customWidth="1"/><col min="4" max="4" width="60" customWidth="1"/></cols>
            <sheetData>

            """.utf8)
        output += SheetRow.row([("Audit tables of \(description.name)", .title)])
        for line in AboutSheet.notes { output += SheetRow.row([(line, .text)]) }
        output += SheetRow.row([])
        for (label, value) in facts { output += SheetRow.row([(label, .label), (value, .text)]) }
        output += SheetRow.row([])
        output += SheetRow.row([
            ("Sheet", .header), ("The same as", .header), ("Rows", .numberHeader), ("  Note", .header),
        ])
        for sheet in Sheet.tables { output += SheetRow.row(line(of: sheet)) }
        output += Array("</sheetData>\n\(WorkbookParts.page("about", width: 1))</worksheet>\n".utf8)
        return output
    }

    private static let notes = [
        "The tables of a signed audit bundle, for reading, sorting and filtering. The CSV and JSON files of the bundle are the record.",
        "Times are in UTC, shown to the millisecond. Identifiers and numbers of more than 15 digits are texts, so no digit is changed.",
        "A text of more than 32,767 characters is cut and says so. Nothing here is a formula. How to check the bundle: VERIFY.txt.",
    ]

    private var facts: [(label: String, value: String)] {
        let words = DescriptionWords(description: description)
        let counts = Severity.allCases.reversed().map { severity in
            (severity, description.findings.filter { $0.severity == severity }.reduce(0) { $0 + $1.count })
        }
        var facts = [("Bundle", description.name), ("Kind", kind)]
        if let period = description.selection.period {
            facts.append(("Period", "\(period.from.text) to \(period.to.text), its end not included"))
        } else {
            facts.append(("Period", "all records"))
        }
        facts.append(("Scope", words.filters.isEmpty ? "full: no filter" : "filtered"))
        facts += words.filters.map { ("Filter: \($0.label)", $0.values.joined(separator: ", ")) }
        facts += words.declared
        facts += words.series
        facts.append(("As of", "\(description.asOf.text), from \(words.asOf)"))
        facts.append(("Findings", counts.map { "\($1) \(AboutSheet.name($0))" }.joined(separator: ", ")))
        facts.append(("Content root", description.rootHexadecimal))
        facts.append(("Signing key", "\(description.keyAlgorithm) \(description.keyFingerprint)"))
        facts.append(("Made by", "cartulary \(description.toolVersion)"))
        return facts
    }

    private static func name(_ severity: Severity) -> String {
        switch severity {
        case .error: "errors"
        case .warning: "warnings"
        case .info: "notes"
        }
    }

    private var kind: String {
        switch description.kind {
        case .oneShot: "one-shot: made of files, with no ledger and no series"
        case .response: "an answer from a ledger"
        case .sealed: "sealed, a part of a series"
        }
    }

    private func line(of sheet: Sheet) -> [(String, CellForm)] {
        let count = rows[sheet, default: 1] - 1
        let note =
            count < Sheet.maximumRows
            ? AboutSheet.note(on: sheet)
            : "left out: a sheet holds \(Sheet.maximumRows - 1) rows; the CSV file has them all"
        return [(sheet.name, .text), (sheet.table ?? "", .text), ("\(count)", .amount), (note, .note)]
    }

    private static func note(on sheet: Sheet) -> String {
        switch sheet {
        case .about: ""
        case .metrics: "every figure of the report"
        case .deployments: "one row for each deployment"
        case .transitions: "one row for each transition, in the order of its history"
        case .findings: "one row for each finding; its identifier leads to the deployment"
        case .sources: "one row for each source that was read"
        }
    }
}
