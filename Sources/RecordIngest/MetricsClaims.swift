import AuditModel
import StrictJSON

/// A source's answer to a request for its metrics, kept as claims: `metrics.NAME`, and `metrics.NAME/KEY` in a group.
///
/// The claim of a group's own name is the number of its keys, so that one that was not kept is missed.
package enum MetricsClaims {
    /// What the names of these claims begin with.
    package static let prefix = "metrics."
    /// The claim of how many such answers there are in the source; the first one's figures are kept.
    package static let answers = prefix + "answers"
    /// Enough for all metrics of hundreds of networks, token types and transitions.
    static let maximum = 1024
    /// The metrics of the source that are groups of numbers.
    package static let groups: [StaticString] = [
        "averageDurationByTransition", "deploymentsByNetwork", "deploymentsByTokenType", "failuresByCategory",
    ]
    /// The groups in a bundle's own metrics.json.
    static let ownNames: [StaticString] =
        groups + [
            "asSource", "byDay", "byNetwork", "byTokenType", "complianceChecksByName", "deploymentsByState",
            "durationByTransition", "failureEventsByCategory", "timeInState",
        ]
}

extension RecordCollector {
    /// Whether a member of an envelope holds metrics.
    static func holdsMetrics(_ key: Int, _ tape: JSONTape, in bytes: Span<UInt8>) -> Bool {
        tape.tokens[key + 1].kind == .object && tape.isName(key, "metrics", in: bytes)
            && tape.member("totalDeployments", of: key + 1, in: bytes) != nil
    }

    /// Keeps an object that is nothing but metrics of the source's names; false if it is something else.
    mutating func collectMetrics(
        _ object: Int, _ tape: JSONTape, in bytes: Span<UInt8>, at position: RecordPosition
    ) -> Bool {
        guard tape.member("totalDeployments", of: object, in: bytes) != nil,
            tape.member("successfulDeployments", of: object, in: bytes) != nil
        else { return false }
        batch.shapes.insert("envelope")
        // Of a bundle's own metrics.json, the part that speaks as the source does.
        let own = tape.member("asSource", of: object, in: bytes)
        if own != nil { rejectUnread(of: object, knowing: MetricsClaims.ownNames, tape, in: bytes, at: position) }
        let place = own.map { position.moved(from: tape.tokens[object], to: tape.tokens[$0], in: bytes) }
        keepMetrics(own ?? object, tape, in: bytes, at: place ?? position)
        return true
    }

    /// Keeps the metrics of the source's names.
    mutating func keepMetrics(_ object: Int, _ tape: JSONTape, in bytes: Span<UInt8>, at position: RecordPosition) {
        batch.metricAnswers += 1
        rejectUnread(of: object, knowing: MetricsClaims.groups, as: [.object], tape, in: bytes, at: position)
        for name in MetricsClaims.groups {
            guard let group = tape.member(name, of: object, in: bytes) else { continue }
            let place = position.moved(from: tape.tokens[object], to: tape.tokens[group], in: bytes)
            rejectUnread(of: group, knowing: [], tape, in: bytes, at: place)
        }
        guard batch.metricAnswers == 1 else { return }
        tape.forEachMember(of: object) { key, value in
            let name = metricText(tape.tokens[key], in: bytes)
            guard SourceMetricsPart.names.contains(name) else { return }
            guard tape.tokens[value].kind == .object else {
                return keepMetric(name, metricText(tape.tokens[value], in: bytes))
            }
            var count = 0
            tape.forEachMember(of: value) { key, value in
                count += 1
                let text = metricText(tape.tokens[value], in: bytes)
                keepMetric("\(name)/\(metricText(tape.tokens[key], in: bytes))", text)
            }
            keepMetric(name, "\(count)")
        }
    }

    private mutating func keepMetric(_ name: String, _ text: String) {
        guard name.utf8.count <= 256, text.utf8.count <= 256, batch.metricClaims.count < MetricsClaims.maximum else {
            return
        }
        batch.metricClaims[MetricsClaims.prefix + name] = text
    }

    /// The text of a name or a single value.
    private func metricText(_ token: JSONToken, in bytes: Span<UInt8>) -> String {
        var text: [UInt8] = []
        if token.kind == .string {
            JSONString.unescape(bytes, token.inner, into: &text)
        } else {
            text.append(bytes, token.range)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
