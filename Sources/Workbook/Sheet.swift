import BundleFormat

/// A sheet of `tables.xlsx` (docs/bundle-format.md, 5.6).
package enum Sheet: Int, CaseIterable, Sendable {
    case about, metrics, deployments, transitions, findings, sources

    /// Rows of a sheet, its header included (Excel's limit; ECMA-376 has none).
    package static let maximumRows = 1_048_576
    /// Links that a spreadsheet program takes in one sheet.
    static let maximumLinks = 65_530

    /// What the tab says, and how other sheets name it.
    package var name: String { "\(self)" }

    /// The sheets that repeat a table.
    package static let tables: [Sheet] = allCases.filter { $0.table != nil }

    /// The CSV file whose rows the sheet repeats; nil for the first sheet, which says what the others are.
    package var table: String? {
        switch self {
        case .about: nil
        case .metrics: BundlePath.metricTable
        case .deployments: BundlePath.deployments
        case .transitions: BundlePath.transitions
        case .findings: BundlePath.findingTable
        case .sources: BundlePath.sourceTable
        }
    }

    /// The columns of the sheet's table, in order.
    var columns: [SheetColumn] {
        switch self {
        case .about: []
        case .metrics: [SheetColumn("metric", .text), SheetColumn("key", .longText), SheetColumn("value", .number)]
        case .deployments: DeploymentTable.columns.map(SheetColumn.init)
        case .transitions: TransitionTable.columns.map(SheetColumn.init)
        case .findings: FindingTable.columns.map { $0 == "deploymentId" ? SheetColumn($0, .link) : SheetColumn($0) }
        case .sources: IntakeFiles.sourceColumns.map(SheetColumn.init)
        }
    }

    /// The names of the table's columns, its header.
    package var columnNames: [String] { columns.map(\.name) }

    /// How many printed pages a row takes, so that it can still be read.
    var pages: Int { columns.reduce(0) { $0 + $1.kind.width } / Sheet.charactersOfPage + 1 }

    /// Characters across a page that are large enough to be read.
    private static let charactersOfPage = 250

    /// The path of the sheet in the workbook.
    package var part: String { "xl/worksheets/sheet\(rawValue + 1).xml" }
}

/// A column of a sheet.
struct SheetColumn: Sendable {
    let name: String
    let kind: Kind

    /// How the cells of a column are written, and how wide it is.
    enum Kind: Sendable {
        case text, longText, word, identifier, digest, boolean
        /// A number; one of more than 15 digits, which a spreadsheet program would round, is a text.
        case number
        /// A number that people read: with marks between thousands.
        case amount
        /// A date and time; one that the calendar of spreadsheet programs does not have is a text.
        case time
        /// An identifier that leads to the deployment's row.
        case link

        /// Whether its cells are numbers, which stand on the right.
        var isNumeric: Bool { self == .number || self == .amount }

        /// In characters.
        var width: Int {
            switch self {
            case .boolean: 10
            case .number: 12
            case .word: 16
            case .amount: 17
            case .time: 25
            case .text: 32
            case .identifier, .link: 40
            case .digest, .longText: 48
            }
        }
    }

    init(_ name: String, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// The column of a table by its name.
    init(_ name: String) { self.init(name, SheetColumn.kinds[name] ?? .text) }

    private static let kinds: [String: Kind] = {
        var kinds: [String: Kind] = [:]
        let names: [(Kind, [String])] = [
            (
                .number,
                [
                    "row", "sequence", "attempts", "transitions", "inHistory", "repeats", "refused", "errors",
                    "warnings",
                    "confirmedRound", "source", "line", "read", "accepted", "duplicates", "conflicts", "rejected",
                ]
            ),
            (.amount, ["durationMs", "totalDurationMs", "durationFromPreviousStatusMs", "bytes", "offset"]),
            (
                .time,
                [
                    "createdAt", "updatedAt", "firstTransitionAt", "lastTransitionAt", "timestampUtc", "firstTime",
                    "lastTime",
                ]
            ),
            (.boolean, ["disputed", "inPeriod"]),
            (
                .word,
                [
                    "state", "sourceStatus", "status", "tokenType", "network", "tokenSymbol", "disposition", "severity",
                    "origin", "compression", "errorCategory", "reasonCode",
                ]
            ),
            (.identifier, ["deploymentId", "transitionId", "correlationId", "assetIdentifier", "code"]),
            (.digest, ["sha256", "transactionHash", "deployedBy", "actorAddress"]),
            (
                .longText,
                [
                    "errorMessage", "message", "complianceSummary", "errorSummary", "otherMembers", "errorDetails",
                    "complianceChecks", "metadata", "claims",
                ]
            ),
        ]
        for (kind, columns) in names {
            for column in columns { kinds[column] = kind }
        }
        return kinds
    }()

    /// What the header says: times are in UTC, which no cell can say.
    var header: String { kind == .time ? "\(name) (UTC)" : name }
}
