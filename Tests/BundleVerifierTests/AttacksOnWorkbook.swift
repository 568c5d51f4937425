import BundleFormat
import BundleVerifier
import StrictJSON

extension Attack {
    private static let deployments = "xl/worksheets/sheet3.xml"
    private static let findings = "xl/worksheets/sheet5.xml"

    private static func onParts(
        _ name: String, edit: @escaping @Sendable (inout EditableWorkbook) throws -> Void
    ) -> Attack {
        Attack(name, check: "workbook") { bundle in
            guard var workbook = try await bundle.workbook() else { throw EditableBundle.Unexpected(what: "workbook") }
            try edit(&workbook)
            bundle.files[BundlePath.workbook] = try workbook.packed()
        }
    }

    private static func whole(_ name: String, _ bytes: [UInt8]) -> Attack {
        Attack(name, check: "workbook") { $0.files[BundlePath.workbook] = bytes }
    }

    /// Attacks on the workbook, signed again.
    static let onWorkbook: [Attack] = [
        Attack("workbook taken away", check: "files-present", .trusted, .incomplete, status: 11) {
            try $0.remove(BundlePath.workbook)
        },
        Attack("workbook in a bundle whose command leaves it out", check: "file-set") { bundle in
            let command = try bundle.json(BundlePath.bundle)["command"]?.array ?? []
            try bundle.set(["command"], to: .array(command + WorkbookChoice.never.words.map(JSONValue.string)))
        },
        whole("empty workbook", []), whole("workbook that is a text", Array("see report.html\n".utf8)),
        whole("workbook that is a program", Array("MZ".utf8) + [UInt8](repeating: 0, count: 5000)),
        onParts("text of a cell changed") { try $0.replace("Completed</v>", by: "Cancelled</v>", in: deployments) },
        onParts("cell taken away") { try $0.replace("<c t=\"str\"><v>Completed</v></c>", by: "<c/>", in: deployments) },
        onParts("cell made a formula") {
            try $0.replace("<c t=\"str\"><v>Completed</v></c>", by: "<c><f>1+1</f><v>2</v></c>", in: deployments)
        },
        onParts("row hidden") { try $0.replace("</row>\n<row>", by: "</row>\n<row hidden=\"1\">", in: deployments) },
        onParts("row added") { try $0.replace("</sheetData>", by: "<row/></sheetData>", in: deployments) },
        onParts("filter that hides rows") {
            try $0.replace("<autoFilter ref=\"A1:", by: "<autoFilter ref=\"A1:A1\" x=\"", in: findings)
        },
        onParts("column made invisible") {
            try $0.replace("<col min=\"3\"", by: "<col hidden=\"1\" min=\"3\"", in: deployments)
        },
        onParts("link that leads elsewhere") { try $0.replace("deployments!B", by: "deployments!B1", in: findings) },
        onParts("sheet that is hidden") {
            try $0.replace("name=\"findings\"", by: "name=\"findings\" state=\"hidden\"", in: "xl/workbook.xml")
        },
        onParts("style that shows another number") {
            try $0.replace("hh:mm:ss.000", by: "&quot;12:00&quot;", in: "xl/styles.xml")
        },
        onParts("first sheet that says another scope") {
            try $0.replace("full: no filter", by: "everything there is", in: "xl/worksheets/sheet1.xml")
        },
        onParts("title changed") {
            try $0.replace("Audit tables of", by: "Audited tables of", in: "docProps/core.xml")
        },
        onParts("relation to another place") {
            try $0.replace(
                "Target=\"styles.xml\"", by: "Target=\"https://example.org/styles.xml\" TargetMode=\"External\"",
                in: "xl/_rels/workbook.xml.rels")
        },
        onParts("part added") { $0.parts.append(("xl/zmacros.bin", [1])) },
        onParts("part taken away") { $0.parts.removeLast() },
        onParts("part under another name") { $0.parts[4].name = "xl/_rels/worksheet.xml.rels" },
        onParts("byte behind the end") { $0.surplus = [0] },
    ]
}
