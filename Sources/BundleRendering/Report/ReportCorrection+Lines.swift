import StrictJSON

extension ReportCorrection {
    /// What changed in a deployment's line, in lines that a reader can compare; nil where there is no line.
    package init(deploymentID: String, lineBefore: [UInt8]?, lineAfter: [UInt8]?) {
        let before = ReportCorrection.facts(lineBefore)
        let after = ReportCorrection.facts(lineAfter)
        self.init(
            deploymentID: deploymentID, before: lineBefore == nil ? nil : before.filter { !after.contains($0) },
            after: lineAfter == nil ? nil : after.filter { !before.contains($0) })
    }

    private static func facts(_ line: [UInt8]?) -> [String] {
        guard let line, let value = try? JSONValue(parsing: line) else { return [] }
        var facts: [String] = []
        for part in ["derived", "deployment"] {
            let members = value[part]?.object ?? [:]
            facts += JSONValue.sortedNames(members.keys).map { "\($0): \(text(members[$0]))" }
        }
        facts += (value["transitions"]?.array ?? []).map { transition in
            let record = transition["record"]
            return "\(text(record?["status"])) at \(text(record?["timestamp"])), \(text(transition["disposition"])), "
                + "content \(ContentDigest.hexadecimal(of: record?.bytes ?? []).prefix(12))"
        }
        return facts
    }

    private static func text(_ value: JSONValue?) -> String {
        guard let value, value != .null else { return "none" }
        return value.string ?? String(decoding: value.bytes, as: UTF8.self)
    }
}
