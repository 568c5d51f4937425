internal import AuditModel

/// The records that were not accepted.
struct RejectedView {
    struct Record {
        let source: String
        let line: String
        let offset: String
        let code: String
        let reason: String
        let deployment: String
    }

    let isFiltered: Bool
    let isEmpty: Bool
    let total: String
    let conflicts: String
    let hasConflicts: Bool
    let records: [Record]
    let isCut: Bool
    let shown: String

    init(_ input: ReportInput) {
        let listed = input.rejections.prefix(ReportInput.maximumRejections)
        isFiltered = input.isFiltered
        isEmpty = input.totalRejections == 0 && listed.isEmpty
        total = HTML.count(input.totalRejections, "record")
        conflicts = HTML.count(input.conflicts, "record")
        hasConflicts = input.conflicts > 0
        records = listed.map { record in
            Record(
                source: HTML.foreign(record.source), line: HTML.count(record.line), offset: HTML.count(record.offset),
                code: record.code.rawValue, reason: HTML.foreign(record.reason),
                deployment: record.deploymentID.map(HTML.foreign) ?? (input.isFiltered ? "withheld" : "not readable"))
        }
        isCut = input.totalRejections > records.count
        shown = HTML.count(records.count)
    }
}
