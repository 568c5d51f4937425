internal import AuditModel
internal import BundleFormat

/// Writes the metrics as figures that a verifier compares.
struct MetricFigures {
    let metrics: Metrics

    /// A longer key would fill the page; its figures are shown as plain text.
    private static let maximumKey = 1024

    /// The element of a top-level number; it must stand once in the report.
    func headline(_ name: String) -> String {
        guard let value = metrics[name] else { return "" }
        return markup(.metric(name), value, isDuration: Self.isDuration(name, name))
    }

    /// The element of a member below a metric; a dash when there is none.
    func member(_ metric: String, _ path: String...) -> String {
        guard let value = value(metric, path), let name = path.last else { return "–" }
        let key = path.joined(separator: "/")
        let isDuration = Self.isDuration(metric, name)
        guard key.utf8.count <= Self.maximumKey else { return HTML.escape(Self.text(value, isDuration) ?? "") }
        return markup(.member(metric: metric, key: key), value, isDuration: isDuration)
    }

    /// A whole number below a metric; 0 when there is none.
    func integer(_ metric: String, _ path: String...) -> Int64 { value(metric, path)?.integer ?? 0 }

    /// The members of a group by descending count, then by name.
    func ranked(_ metric: String) -> [(name: String, count: Int64)] {
        let members = metrics[metric]?.group ?? [:]
        let counts = members.map { (name: $0.key.text, count: $0.value.integer ?? 0) }
        return counts.sorted { left, right in
            if left.count != right.count { return left.count > right.count }
            return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        }
    }

    private func value(_ metric: String, _ path: [String]) -> MetricValue? {
        var value = metrics[metric]
        for key in path { value = value?.group?[ExactString(key)] }
        return value
    }

    private func markup(_ location: ReportFigure.Location, _ value: MetricValue, isDuration: Bool) -> String {
        let (text, kind) = Self.source(value, isDuration)
        guard let figure = ReportFigure(location, value: text, kind: kind) else {
            preconditionFailure("a metric is not written in its kind's form")
        }
        var bytes: [UInt8] = []
        FigureMarkup.append(figure, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the whole numbers of a metric, or the one of that name in it, are milliseconds.
    private static func isDuration(_ metric: String, _ name: String) -> Bool {
        MetricDefinition.named(metric)?.unit == .durations || name.hasSuffix("Ms")
    }

    private static func text(_ value: MetricValue, _ isDuration: Bool) -> String? {
        let (text, kind) = source(value, isDuration)
        return FigureText.render(text, as: kind)
    }

    private static func source(_ value: MetricValue, _ isDuration: Bool) -> (String, FigureText.Kind) {
        let kind: FigureText.Kind =
            switch value {
            case .integer: isDuration ? .duration : .count
            case .rate: .percent
            case .time(let time): time == nil ? .text : .time
            case .group: preconditionFailure("a group of metrics is no figure")
            }
        return (MetricsFile.text(value), kind)
    }
}
