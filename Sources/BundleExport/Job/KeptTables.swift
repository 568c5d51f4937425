import BundleFormat

/// The tables that are short enough for the workbook.
struct KeptTables {
    private var tables: [String: (bytes: [UInt8], rows: Int)] = [:]
    private var leftOut: Set<String> = []

    mutating func begin(_ path: String, _ header: [UInt8]) { tables[path] = (header, 0) }

    /// Keeps rows, unless the table has become too long.
    mutating func keep(_ path: String, _ rows: [UInt8], rows count: Int) {
        guard !leftOut.contains(path), var table = tables.removeValue(forKey: path) else { return }
        table.rows += count
        guard table.rows <= Workbook.maximumRows else {
            leftOut.insert(path)
            return
        }
        table.bytes += rows
        tables[path] = table
    }

    /// The workbook: a sheet that says what is in it, then a sheet for each table.
    func workbook(in directory: String) throws -> [UInt8] {
        let sheets = [
            ("deployments", BundlePath.deployments), ("transitions", BundlePath.transitions),
            ("findings", BundlePath.findingTable), ("metrics", BundlePath.metricTable),
            ("sources", BundlePath.sourceTable),
        ]
        let contents = sheets.map { name, path in
            tables[path] == nil
                ? [name, path, "left out: more than \(Workbook.maximumRows) rows; the CSV file has them all"]
                : [name, path, "every cell is text, so that no digit is changed"]
        }
        let kept = sheets.compactMap { name, path in
            tables[path].map { (name: name, rows: CSV.parse($0.bytes)) }
        }
        return try Workbook.make(
            [(name: "contents", rows: [["sheet", "the same as", "note"]] + contents)] + kept, in: directory)
    }
}
