package import AuditModel
package import StrictJSON

/// `metrics.json` and `metrics.csv` (docs/bundle-format.md, 5.5).
package enum MetricsFile {
    /// The metrics as a JSON object.
    package static func object(_ metrics: Metrics) -> JSONValue {
        .canonical(group(metrics.values))
    }

    /// The metrics as the source counts them, as a JSON object.
    package static func asSource(_ metrics: Metrics) -> JSONValue {
        .canonical(group(metrics["asSource"]?.group ?? [:]))
    }

    /// Keys may differ in bytes alone, so they are not looked up as Swift strings.
    private static func group(_ members: [ExactString: MetricValue]) -> [UInt8] {
        var output: [UInt8] = []
        for key in sorted(members) {
            output.append(UInt8(ascii: output.isEmpty ? "{" : ","))
            JSONString.write(key.text, into: &output)
            output.append(UInt8(ascii: ":"))
            if let member = members[key] { value(member).write(into: &output) }
        }
        return output.isEmpty ? Array("{}".utf8) : output + [UInt8(ascii: "}")]
    }

    private static func sorted(_ members: [ExactString: MetricValue]) -> [ExactString] {
        members.keys.sorted { MemberOrder.compareUTF16(Array($0.text.utf8), Array($1.text.utf8)) < 0 }
    }

    private static func value(_ value: MetricValue) -> JSONValue {
        switch value {
        case .integer(let number): .integer(number)
        case .rate(let number): .double(number)
        case .time(let time): time.map { .string($0.text) } ?? .null
        case .group(let members): .canonical(group(members))
        }
    }

    /// One line a number: the member, the path below it, the value.
    package static func table(_ metrics: Metrics) -> [UInt8] {
        var output = CSV.row(["metric", "key", "value"])
        for name in sorted(metrics.values) {
            if let value = metrics.values[name] { rows(name.text, [], value: value, into: &output) }
        }
        return output
    }

    private static func rows(
        _ metric: String, _ path: [String], value: MetricValue, into output: inout [UInt8]
    ) {
        guard case .group(let members) = value else {
            output += CSV.row([metric, path.joined(separator: "/"), text(value)])
            return
        }
        for name in sorted(members) {
            if let member = members[name] { rows(metric, path + [name.text], value: member, into: &output) }
        }
    }

    /// A metric's value as a text; a group has none.
    package static func text(_ value: MetricValue) -> String {
        switch value {
        case .integer(let number): String(number)
        case .rate(let number): String(decoding: JSONNumber.format(number), as: UTF8.self)
        case .time(let time): time?.text ?? ""
        case .group: ""
        }
    }
}

/// The counts of `metrics.json` that a catalogue repeats, as they were read back.
package struct MetricCounts: Sendable {
    package let deployments: Int
    package let successful: Int
    package let failed: Int

    /// Decodes the file.
    package static func decode(_ bytes: [UInt8]) -> Claim<MetricCounts> {
        FormProblem.claim(bytes, of: BundlePath.metrics) { value in
            guard let deployments = value["totalDeployments"]?.count,
                let successful = value["successfulDeployments"]?.count,
                let failed = value["failedDeployments"]?.count
            else {
                let names = "totalDeployments, successfulDeployments and failedDeployments"
                return .failure(FormProblem(.malformed, "\(BundlePath.metrics): expected counts \(names)"))
            }
            return .success(MetricCounts(deployments: deployments, successful: successful, failed: failed))
        }
    }
}
