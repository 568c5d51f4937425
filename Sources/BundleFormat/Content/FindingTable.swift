package import AuditModel
import StrictJSON

/// `findings.json` and `findings.csv` (docs/bundle-format.md, 5.4).
package enum FindingTable {
    /// Intake findings listed of one source and code below an error; errors are all listed.
    package static let listed = 1000

    package static let columns = [
        "row", "origin", "severity", "code", "deploymentId", "transitionId", "expected", "actual", "source", "line",
        "offset", "message",
    ]

    /// Appends a finding as canonical JSON, without comma and line end.
    package static func writeJSON(_ finding: Finding, into output: inout [UInt8]) {
        var members: [String: JSONValue] = [
            "code": .string(finding.code.rawValue), "message": .string(finding.message),
            "origin": .string(origin(finding)), "severity": .string(finding.severity.name),
        ]
        members["actual"] = finding.actual.map(JSONValue.string)
        members["deploymentId"] = finding.deploymentID.map(JSONValue.string)
        members["expected"] = finding.expected.map(JSONValue.string)
        members["row"] = finding.row.map { .integer(Int64($0)) }
        members["transitionId"] = finding.transitionID.map(JSONValue.string)
        if let position = finding.position {
            members["line"] = .integer(Int64(position.line))
            members["offset"] = .integer(Int64(position.offset))
            members["source"] = .integer(Int64(position.source))
        }
        JSONValue.object(members).write(into: &output)
    }

    /// Appends a finding's row.
    package static func writeCSV(_ finding: Finding, into output: inout [UInt8]) {
        let position = finding.position
        output += CSV.row([
            finding.row.map(String.init) ?? "", origin(finding), finding.severity.name, finding.code.rawValue,
            finding.deploymentID ?? "", finding.transitionID ?? "", finding.expected ?? "", finding.actual ?? "",
            position.map { "\($0.source)" } ?? "", position.map { "\($0.line)" } ?? "",
            position.map { "\($0.offset)" } ?? "", finding.message,
        ])
    }

    private static func origin(_ finding: Finding) -> String { finding.code.isDerived ? "derived" : "intake" }
}

/// Joins the elements of a JSON file that is an array of lines (docs/bundle-format.md, 2).
package struct LineArray: Sendable {
    private var isEmpty = true

    package init() {}

    package static let opening: [UInt8] = [UInt8(ascii: "["), 0x0A]

    /// What stands before an element.
    package mutating func separator() -> [UInt8] {
        defer { isEmpty = false }
        return isEmpty ? [] : [UInt8(ascii: ","), 0x0A]
    }

    /// What stands behind the last element.
    package var closing: [UInt8] { (isEmpty ? [] : [0x0A]) + [UInt8(ascii: "]"), 0x0A] }

    /// A whole file of elements.
    package static func file(_ elements: [[UInt8]]) -> [UInt8] {
        var array = LineArray()
        var output = opening
        for element in elements {
            output += array.separator()
            output += element
        }
        return output + array.closing
    }
}

extension FindingTable {
    /// Reads an element back; nil if writing it gives other bytes.
    package static func decode(_ element: [UInt8]) -> Finding? {
        guard let value = try? JSONValue(parsing: element, tokenLimit: 1000),
            let code = value["code"]?.string.flatMap(FindingCode.init),
            let severity = Severity.allCases.first(where: { $0.name == value["severity"]?.string })
        else { return nil }
        var finding = Finding(
            code, severity: severity, deploymentID: value["deploymentId"]?.string,
            transitionID: value["transitionId"]?.string, expected: value["expected"]?.string,
            actual: value["actual"]?.string, row: value["row"]?.count)
        finding.position = SourcePosition(value)
        var written: [UInt8] = []
        writeJSON(finding, into: &written)
        return written == element ? finding : nil
    }
}
