package import AuditModel
import BundleFormat
import RecordIngest

/// Metrics that a source states for a stretch of time, and what the records give for it by the source's rules.
///
/// The source counts the deployments created from `periodStart` to `periodEnd`, both included, as it knew them at
/// `calculatedAt` (docs/domain.md, section 7).
package struct StatedMetrics: Sendable {
    /// The source's number in the list of sources.
    private let source: Int
    private let claims: [String: String]
    private let period: Period
    private let knownAt: Timestamp?
    /// Why the figures cannot be compared; nil if they can.
    private let obstacle: (expected: String, actual: String)?
    private var part = SourceMetricsPart()

    /// Reads the claims of a source; nil if it states no metrics.
    package init?(_ source: Int, _ claims: [String: String], selection: Selection) {
        guard claims[MetricsClaims.answers] != nil else { return nil }
        let names = claims.filter { $0.key.hasPrefix(MetricsClaims.prefix) }
        self.source = source
        self.claims = names
        func time(_ name: String) -> Timestamp? {
            names[MetricsClaims.prefix + name].flatMap { try? Timestamp.parse($0).time }
        }
        knownAt = time("calculatedAt")
        guard let start = time("periodStart"), let end = time("periodEnd"), start <= end else {
            period = Period(from: .unset, to: .unset)
            obstacle = ("periodStart and periodEnd in order", "none; nothing is compared")
            return
        }
        period = Period(from: start, to: Timestamp(ticks: end.ticks + 1))
        obstacle = StatedMetrics.obstacle(start, end, selection: selection)
    }

    /// What stands against a comparison: the bundle lists only a part of what the source counts.
    private static func obstacle(
        _ start: Timestamp, _ end: Timestamp, selection: Selection
    ) -> (expected: String, actual: String)? {
        if let own = selection.period, start < own.from || end > own.to {
            return (
                "a period from \(own.from.text) to \(own.to.text) or within",
                "from \(start.text) to \(end.text); nothing is compared"
            )
        }
        let others = selection.filters.filter { ![.network, .tokenType, .deployedBy].contains($0) }
        guard let filter = others.first else { return nil }
        return (
            "no filter that the source does not have",
            "a choice of deployments by \(filter.label); nothing is compared"
        )
    }

    /// Adds a deployment of the bundle.
    package mutating func add(_ dossier: Dossier) {
        if obstacle == nil { part.add(dossier, period: period, knownAt: knownAt) }
    }

    /// Adds the deployments of another value of the same source.
    package mutating func merge(_ other: StatedMetrics) { part.merge(other.part) }

    /// What differs, a finding each; and that only the first answer of a source is compared.
    package var findings: [Finding] {
        let answers = claims[MetricsClaims.answers] ?? ""
        let further = answers == "1" ? [] : [finding("one answer in a source", "\(answers); the first is compared")]
        if let obstacle { return further + [finding(obstacle.expected, obstacle.actual)] }
        return further + differences
    }

    private var differences: [Finding] {
        let values = part.values
        return SourceMetricsPart.names.flatMap { name -> [Finding] in
            guard let stated = claims[MetricsClaims.prefix + name], let own = values[ExactString(name)] else {
                return []
            }
            guard let group = own.group else { return difference(name, stated, own: own).map { [$0] } ?? [] }
            return differences(name, stated, own: group)
        }
    }

    private func differences(_ name: String, _ count: String, own: [ExactString: MetricValue]) -> [Finding] {
        let start = "\(MetricsClaims.prefix)\(name)/"
        let members = claims.filter { $0.key.hasPrefix(start) }
        // Not all of its keys were kept.
        guard Int(count) == members.count else { return [] }
        var stated: [ExactString: String] = [:]
        for (key, text) in members {
            let key = ExactString(StatedMetrics.key(String(key.dropFirst(start.count)), of: name))
            let sum = (stated[key].flatMap { Int64($0) } ?? 0) + (Int64(text) ?? 0)
            stated[key] = stated[key] == nil ? text : "\(sum)"
        }
        let keys = Set(stated.keys).union(own.keys).sorted { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
        return keys.compactMap { difference("\(name)/\($0.text)", stated[$0] ?? "0", own: own[$0] ?? .integer(0)) }
    }

    /// The name that a key of the source has here.
    private static func key(_ key: String, of name: String) -> String {
        switch name {
        case "failuresByCategory":
            FailureCategory.allCases.contains { $0.name == key } ? key : FailureCategory.unknown.name
        case "deploymentsByNetwork", "deploymentsByTokenType": key.isEmpty ? MetricsPart.noGroup : key
        default: key
        }
    }

    private func difference(_ name: String, _ stated: String, own: MetricValue) -> Finding? {
        let number = Double(stated)
        switch own {
        case .integer(let value): if number == Double(value) { return nil }
        // A dashboard may round to two decimals.
        case .rate(let value): if let number, abs(number - value) <= 0.005 { return nil }
        case .time, .group: return nil
        }
        return finding("\(name) \(MetricsFile.text(own)), as the records give it", "\(name) \(stated)")
    }

    private func finding(_ expected: String, _ actual: String) -> Finding {
        Finding(
            .statedMetricMismatch, expected: expected, actual: actual,
            position: SourcePosition(source: source, line: 1, offset: 0))
    }
}
