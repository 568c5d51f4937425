internal import AuditModel

/// What the rules found, by severity, with examples.
struct FindingsView {
    struct Total {
        let classes: String
        let count: String
        let label: String
    }

    struct Example {
        let place: String
        let message: String
    }

    struct Kind {
        let anchor: String
        let code: String
        let severity: String
        let subject: String
        let explanation: String
        let count: String
        let hasExamples: Bool
        let examples: [Example]
        let isCut: Bool
        let shown: String
    }

    struct Threshold {
        let label: String
        let value: String
        let standard: String
        let differs: Bool
    }

    let isEmpty: Bool
    let totals: [Total]
    let kinds: [Kind]
    let thresholds: [Threshold]

    /// - Parameters:
    ///   - input: the report's input.
    ///   - link: the address of a deployment's row; nil when it is on no page.
    init(_ input: ReportInput, link: (Int) -> String?) {
        let present = input.findings.filter { $0.count > 0 }
        isEmpty = present.isEmpty
        totals = Severity.allCases.reversed().map { severity in
            let count = present.filter { $0.severity == severity }.map(\.count).reduce(0, +)
            let noun = severity == .info ? "note" : severity.name
            return Total(
                classes: count > 0 ? severity.name : "zero", count: HTML.count(count),
                label: count == 1 ? noun : noun + "s")
        }
        var anchored: Set<FindingCode> = []
        kinds = FindingsView.ordered(present).map { entry in
            let isFirst = anchored.insert(entry.code).inserted
            return FindingsView.kind(
                entry, isFirst ? input.samples.filter { $0.code == entry.code } : [], isFirst: isFirst, link: link)
        }
        thresholds = FindingsView.thresholds(input.thresholds)
    }

    /// The gravest first, then in the order of the rules.
    private static func ordered(
        _ findings: [(code: FindingCode, severity: Severity, count: Int)]
    ) -> [(code: FindingCode, severity: Severity, count: Int)] {
        let ranks = Dictionary(uniqueKeysWithValues: FindingCode.allCases.enumerated().map { ($1, $0) })
        return findings.sorted { left, right in
            if left.severity != right.severity { return left.severity > right.severity }
            return ranks[left.code, default: 0] < ranks[right.code, default: 0]
        }
    }

    private static func kind(
        _ entry: (code: FindingCode, severity: Severity, count: Int), _ samples: [ReportSample], isFirst: Bool,
        link: (Int) -> String?
    ) -> Kind {
        let shown = samples.prefix(ReportInput.samplesPerCode)
        return Kind(
            anchor: isFirst ? " id=\"finding-\(entry.code.rawValue)\"" : "", code: entry.code.rawValue,
            severity: entry.severity == .info ? "note" : entry.severity.name, subject: entry.code.subject.rawValue,
            explanation: entry.code.explanation, count: HTML.count(entry.count), hasExamples: !shown.isEmpty,
            examples: shown.map { example($0, link) }, isCut: !shown.isEmpty && entry.count > shown.count,
            shown: HTML.count(shown.count))
    }

    private static func example(_ sample: ReportSample, _ link: (Int) -> String?) -> Example {
        let explanation = sample.code.explanation
        let isRepeated = sample.message.utf8.starts(with: explanation.utf8)
        let message = isRepeated ? String(sample.message.dropFirst(explanation.count)) : sample.message
        return Example(place: place(sample, link), message: HTML.foreign(message))
    }

    private static func place(_ sample: ReportSample, _ link: (Int) -> String?) -> String {
        let id = sample.deploymentID.map { "<span class=\"mono\">\(HTML.foreign($0))</span>" }
        guard let row = sample.row else { return id ?? "" }
        let name = id.map { "row \(row), \($0)" } ?? "row \(row)"
        return link(row).map { "<a href=\"\($0)\">\(name)</a>" } ?? name
    }

    private static func thresholds(_ limits: Thresholds) -> [Threshold] {
        func threshold(_ label: String, _ path: KeyPath<Thresholds, Int64>, text: (Int64) -> String) -> Threshold {
            let value = limits[keyPath: path]
            let standard = Thresholds.defaults[keyPath: path]
            return Threshold(label: label, value: text(value), standard: text(standard), differs: value != standard)
        }
        let time = PeriodText.duration(seconds:)
        return [
            threshold("A deployment is stuck when open and unchanged for over", \.stuckAfterSeconds, text: time),
            threshold("Success rate: warning below", \.successRate) { "\($0) %" },
            threshold("Success rate: error below", \.successRateError) { "\($0) %" },
            threshold("95th percentile: warning above", \.p95Seconds, text: time),
            threshold("95th percentile: error above", \.p95ErrorSeconds, text: time),
            threshold("Deployments failed by network errors: warning above", \.networkErrorRate) { "\($0) %" },
            threshold("Open deployments: warning above", \.pendingDeployments) { HTML.count($0) },
        ]
    }
}
