import BundleFormat
import StrictJSON

extension Attack {
    /// Attacks by who holds the key: everything is signed again, so only computing again can tell.
    static let onContent: [Attack] = [
        Attack("transition's disposition changed", check: "histories") { bundle in
            let lines = try bundle.trailLines().map {
                $0.replacing("\"disposition\":\"refused\"", with: "\"disposition\":\"in-history\"", maxReplacements: 1)
            }
            try bundle.writeTrail(lines)
        },
        Attack("state in the trail changed", check: "histories") { bundle in
            var lines = try bundle.trailLines()
            lines[0] = lines[0].replacing("\"state\":\"Completed\"", with: "\"state\":\"Cancelled\"")
            try bundle.writeTrail(lines)
        },
        Attack("record changed in the trail alone", check: "table data/transitions.csv") { bundle in
            var lines = try bundle.trailLines()
            lines[0] = lines[0].replacing("Submitted ok", with: "Submitted OK")
            try bundle.writeTrail(lines)
        },
        Attack("member of the deployment changed in the trail alone", check: "table data/deployments.csv") { bundle in
            var lines = try bundle.trailLines()
            lines[0] = lines[0].replacing("\"network\":\"base-sepolia\"", with: "\"network\":\"base-mainnet\"")
            try bundle.writeTrail(lines)
        },
        Attack("trail changed, root of before", check: "content-tree") { bundle in
            try bundle.replace("Submitted ok", by: "Submitted OK", in: BundlePath.trail)
        },
        Attack("root changed", check: "content-tree") { bundle in
            try bundle.set(["contentTree", "root"], to: .string(String(repeating: "0", count: 64)))
        },
        Attack("size of the tree changed", check: "content-tree") { bundle in
            try bundle.set(["contentTree", "size"], to: .integer(39))
        },
        Attack("trail lines in another order", check: "histories") { bundle in
            try bundle.writeTrail(try bundle.trailLines().reversed())
        },
        Attack("trail lines in another order, rows counted again", check: "histories") { bundle in
            let lines = try bundle.trailLines()
            try bundle.writeTrail(
                lines.reversed().enumerated().map { index, line in
                    line.replacing("\"row\":\(lines.count - 1 - index),", with: "\"row\":\(index),")
                })
        },
        Attack("deployment twice in the trail", check: "histories") { bundle in
            let lines = try bundle.trailLines()
            try bundle.writeTrail(lines.prefix(1) + lines)
        },
        Attack("trail with a blank more", check: "histories") { bundle in
            var lines = try bundle.trailLines()
            lines[3] = lines[3].replacing(",", with: ", ", maxReplacements: 1)
            try bundle.writeTrail(lines)
        },
        Attack("trail with members in another order", check: "histories") { bundle in
            var lines = try bundle.trailLines()
            lines[0] = lines[0].replacing(
                "{\"attempts\":1,\"disputed\":false", with: "{\"disputed\":false,\"attempts\":1")
            try bundle.writeTrail(lines)
        },
        Attack("trail with a member twice", check: "histories") { bundle in
            var lines = try bundle.trailLines()
            lines[0] = lines[0].replacing("{\"attempts\":1,", with: "{\"attempts\":1,\"attempts\":1,")
            try bundle.writeTrail(lines)
        },
        Attack("trail without its last line end", check: "histories") { bundle in
            bundle.files[BundlePath.trail] = try bundle.bytes(BundlePath.trail).dropLast()
        },
        Attack("trail without its end", check: "histories") { bundle in
            bundle.files[BundlePath.trail] = try bundle.bytes(BundlePath.trail).dropLast(2)
        },
        Attack("trail without a comma", check: "histories") {
            try $0.replace("},\n{", by: "}\n{", in: BundlePath.trail)
        },
        Attack("deployment left out, but for the reconciliation", check: "sums") { bundle in
            let shortened = try EditableBundle(try await TestBundles.shortened.value)
            var kept = bundle
            bundle = shortened
            for path in [BundlePath.bundle, BundlePath.sources] {
                for names in [
                    ["reconciliation"], ["sums", "read"], ["sums", "accepted"], ["sums", "acceptedTransitions"],
                ] {
                    try bundle.set(names, to: names.reduce(try kept.json(path)) { $0[$1] ?? .null }, in: path)
                }
                let key = "acceptedDeploymentRecords"
                try bundle.set(["sums", key], to: try kept.json(path)["sums"]?[key], in: path)
            }
            try kept.set(["sums"], to: try bundle.json(BundlePath.sources)["sums"], in: BundlePath.sources)
            for path in [BundlePath.sources, BundlePath.sourceTable] { bundle.files[path] = try kept.bytes(path) }
        },
        Attack("deployment left out of the trail alone", check: "table data/deployments.csv") { bundle in
            try bundle.writeTrail(try bundle.trailLines().dropLast())
        },

        Attack("figure of the source's reading changed", check: "metrics") { bundle in
            try bundle.set(["asSource", "successfulDeployments"], to: .integer(99), in: BundlePath.metrics)
        },
        Attack("the source's reading left out", check: "metrics") { bundle in
            try bundle.set(["asSource"], to: nil, in: BundlePath.metrics)
        },
        Attack("row dropped from transitions.csv", check: "table data/transitions.csv") { bundle in
            var lines = try bundle.lines(BundlePath.transitions)
            lines.remove(at: 40)
            bundle.write(lines: lines, to: BundlePath.transitions)
        },
        Attack("row twice in deployments.csv", check: "table data/deployments.csv") { bundle in
            let lines = try bundle.lines(BundlePath.deployments)
            bundle.write(lines: lines + lines.suffix(1), to: BundlePath.deployments)
        },
        Attack("last row dropped from deployments.csv", check: "table data/deployments.csv") { bundle in
            bundle.write(lines: try bundle.lines(BundlePath.deployments).dropLast(), to: BundlePath.deployments)
        },
        Attack("rows of deployments.csv in another order", check: "table data/deployments.csv") { bundle in
            var lines = try bundle.lines(BundlePath.deployments)
            lines.swapAt(1, 2)
            bundle.write(lines: lines, to: BundlePath.deployments)
        },
        Attack("column renamed", check: "table data/transitions.csv") { bundle in
            try bundle.replace("disposition", by: "decision", in: BundlePath.transitions)
        },
        Attack("cell quoted without need", check: "table data/deployments.csv") { bundle in
            try bundle.replace("Completed", by: "\"Completed\"", in: BundlePath.deployments)
        },
        Attack("table with CRLF", check: "table data/deployments.csv") { bundle in
            let text = try bundle.text(BundlePath.deployments)
            bundle.write(text.replacing("\n", with: "\r\n"), to: BundlePath.deployments)
        },

        Attack("finding dropped", check: "findings") { bundle in
            try drop(3, &bundle)
            bundle.write(lines: bundle.droppingLine(3, of: BundlePath.findingTable), to: BundlePath.findingTable)
        },
        Attack("finding dropped from findings.json alone", check: "findings") { try drop(3, &$0) },
        Attack("finding dropped from findings.csv alone", check: "findings") { bundle in
            bundle.write(lines: bundle.droppingLine(3, of: BundlePath.findingTable), to: BundlePath.findingTable)
        },
        Attack("finding made milder", check: "findings") { bundle in
            for path in [BundlePath.findings, BundlePath.findingTable] {
                write(try bundle.text(path).replacing("error", with: "info"), path, &bundle)
            }
        },
        Attack("finding said in other words", check: "findings") { bundle in
            for path in [BundlePath.findings, BundlePath.findingTable] {
                try bundle.replace("A compliance check failed", by: "A compliance check passed", in: path)
            }
        },
        Attack("finding invented", check: "findings") { bundle in
            let lines = try bundle.lines(BundlePath.findings)
            bundle.write(lines: Array(lines[..<2] + lines[1...]), to: BundlePath.findings)
        },
        Attack("findings.json with a blank line", check: "findings") { bundle in
            try bundle.replace("\n]\n", by: "\n\n]\n", in: BundlePath.findings)
        },
        Attack("findings.json with a comma before its end", check: "findings") { bundle in
            try bundle.replace("\n]\n", by: ",\n]\n", in: BundlePath.findings)
        },
        Attack("findings.json without its last line end", check: "findings") { bundle in
            bundle.files[BundlePath.findings] = try bundle.bytes(BundlePath.findings).dropLast()
        },
        Attack("findings counted wrongly", check: "findings") { bundle in
            try bundle.set(["findings", "errors"], to: .integer(0))
        },
        Attack("findings by code counted wrongly", check: "findings") { bundle in
            try bundle.set(["findings", "byCode", "illegal-transition"], to: nil)
        },

        Attack("metric changed", check: "metrics") { bundle in
            try bundle.set(["successfulDeployments"], to: .integer(28), in: BundlePath.metrics)
        },
        Attack("metric below a group changed", check: "metrics") { bundle in
            try bundle.replace(pattern: "(\"failuresByCategory\":\\{.*?:)1", by: "$10", in: BundlePath.metrics)
        },
        Attack("metric dropped", check: "metrics") { try $0.set(["p95DurationMs"], to: nil, in: BundlePath.metrics) },
        Attack("metric invented", check: "metrics") { try $0.set(["grade"], to: .integer(1), in: BundlePath.metrics) },
        Attack("metric changed in metrics.csv alone", check: "metrics") { bundle in
            try bundle.replace("successfulDeployments,,27", by: "successfulDeployments,,28", in: BundlePath.metricTable)
        },
        Attack("metrics.json with a blank more", check: "metrics") {
            try $0.replace(",", by: ", ", in: BundlePath.metrics)
        },
    ]

    private static func drop(_ index: Int, _ bundle: inout EditableBundle) throws {
        bundle.write(lines: bundle.droppingLine(index, of: BundlePath.findings), to: BundlePath.findings)
    }

    private static func write(_ text: String, _ path: String, _ bundle: inout EditableBundle) {
        bundle.write(text, to: path)
    }
}

extension EditableBundle {
    fileprivate func droppingLine(_ index: Int, of path: String) -> [String] {
        var lines = (try? lines(path)) ?? []
        if lines.indices.contains(index) { lines.remove(at: index) }
        return lines
    }
}
