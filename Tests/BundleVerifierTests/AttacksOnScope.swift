import AuditModel
import BundleFormat
import StrictJSON

extension Attack {
    private static let elsewhere = SourcePosition(source: 0, line: 1, offset: 0)

    private static func rejected(_ id: String?, raw: String?) -> RejectedRecord {
        RejectedRecord(
            code: .malformedRecord, reason: "a reason", position: elsewhere,
            sha256: ContentDigest.hexadecimal(of: Array((raw ?? "").utf8)), byteCount: raw?.utf8.count ?? 1,
            rawBase64: raw.map { Base64.encode(Array($0.utf8)) }, deploymentID: id)
    }

    /// Puts an element into `rejected.json`, and counts it where rejected records are counted.
    private static func add(_ element: [UInt8], to bundle: inout EditableBundle) throws {
        bundle.files[BundlePath.rejected] = LineArray.file([element])
        try bundle.add(1, to: "sums", "read")
        try bundle.add(1, to: "sums", "rejected")
    }

    private static func addFinding(_ finding: Finding, to bundle: inout EditableBundle) throws {
        var element: [UInt8] = []
        FindingTable.writeJSON(finding, into: &element)
        try bundle.replace("\n]\n", by: ",\n\(String(decoding: element, as: UTF8.self))\n]\n", in: BundlePath.findings)
        var row: [UInt8] = []
        FindingTable.writeCSV(finding, into: &row)
        bundle.files[BundlePath.findingTable] = try bundle.bytes(BundlePath.findingTable) + row
    }

    /// The identifier of a deployment in the filtered bundle.
    private static func own(_ bundle: EditableBundle) throws -> String {
        let line = try bundle.trailLines().first ?? ""
        return try JSONValue(parsing: Array(line.utf8))["deploymentId"]?.string ?? ""
    }

    /// A filtered bundle that shows what is not of its deployments, signed again by who made it.
    static let onScope: [Attack] = [
        Attack("rejected record of another deployment", check: "scope", on: .filtered) { bundle in
            try add(rejected("foreign", raw: #"{"deploymentId":"foreign"}"#).element, to: &bundle)
        },
        Attack("rejected record of no deployment with its bytes", check: "scope", on: .filtered) { bundle in
            try add(rejected(nil, raw: "{").element, to: &bundle)
        },
        Attack("rejected record of no deployment with its reason", check: "scope", on: .filtered) { bundle in
            try add(rejected(nil, raw: nil).element, to: &bundle)
        },
        Attack("rejected record of an own deployment that holds another's", check: "scope", on: .filtered) { bundle in
            let id = try own(bundle)
            let raw = #"{"deploymentId":"\#(id)","more":[{"deploymentId":"foreign"}]}"#
            try add(rejected(id, raw: raw).element, to: &bundle)
        },
        Attack("conflict of another deployment", check: "scope", on: .filtered) { bundle in
            let content = Array(#"{"deploymentId":"foreign"}"#.utf8)
            let conflict = ConflictRecord(
                deploymentID: "foreign", transitionID: nil, kept: content, others: [(content, elsewhere)])
            bundle.files[BundlePath.rejected] = LineArray.file([conflict.element])
        },
        Attack("conflict of an own deployment with another's record", check: "scope", on: .filtered) { bundle in
            let content = Array(#"{"deploymentId":"foreign"}"#.utf8)
            let conflict = ConflictRecord(
                deploymentID: try own(bundle), transitionID: nil, kept: content, others: [(content, elsewhere)])
            bundle.files[BundlePath.rejected] = LineArray.file([conflict.element])
        },
        Attack("intake finding on another deployment", check: "scope", on: .filtered) { bundle in
            try addFinding(Finding(.duplicateRecord, deploymentID: "foreign", position: elsewhere), to: &bundle)
        },
        Attack("intake finding on no deployment with its words", check: "scope", on: .filtered) { bundle in
            try addFinding(Finding(.unknownMember, actual: "\"name\" in 1 records", position: elsewhere), to: &bundle)
        },
        Attack("name of a source", check: "scope", on: .filtered) { bundle in
            for path in [BundlePath.sources, BundlePath.sourceTable] {
                try bundle.replace("withheld", by: "clients.ndjson", in: path)
            }
        },
        Attack("entry of a log withheld without a filter", check: "log", on: .sealed) { bundle in
            var lines = try bundle.lines(BundlePath.log)
            let index = try lines.firstIndex { $0.contains("\"\"type\"\":\"\"seal\"\"") }.unwrapped("a seal")
            let cells = lines[index].split(separator: ",", maxSplits: 2).map(String.init)
            lines[index] =
                "\(cells[0]),\(cells[1])" + String(repeating: ",", count: 10) + #""{""withheld"":""seal""}""#
            bundle.write(lines: lines, to: BundlePath.log)
        },
    ]
}

extension Optional {
    /// The value; an error that says what was expected if there is none.
    fileprivate func unwrapped(_ what: String) throws -> Wrapped {
        guard let self else { throw EditableBundle.Unexpected(what: what) }
        return self
    }
}
