import AuditModel
package import BundleFormat

extension ReportInput {
    /// All that the report says, from the bundle's description and the rest of its facts; `command` is the description's, as
    /// one line for a shell.
    package init(_ description: BundleDescription, _ facts: ReportFacts, command: String) {
        let words = DescriptionWords(description: description)
        let ledger = description.ledger
        let conflicts = description.selection.isFiltered ? facts.conflicts : description.sums.conflicts
        self.init(
            name: description.name, kind: description.kind.rawValue, isFiltered: description.selection.isFiltered,
            period: description.selection.period, basis: description.selection.basis, filters: words.filters,
            asOf: description.asOf, asOfSource: words.asOf, declared: words.declared,
            command: command, keyAlgorithm: description.keyAlgorithm,
            keyFingerprint: description.keyFingerprint, contentRoot: description.rootHexadecimal,
            toolVersion: description.toolVersion, sums: description.sums, reconciliation: description.reconciliation,
            earlier: (ledger?.earlierDeploymentRecords ?? 0, ledger?.earlierTransitions ?? 0),
            sources: facts.sources, metrics: facts.metrics, thresholds: facts.thresholds,
            findings: description.findings.map { ($0.code, $0.severity, $0.count) }, samples: facts.samples.all,
            rejections: ReportInput.rejections(facts), totalRejections: facts.totalRejections, conflicts: conflicts,
            deployments: facts.deployments, totalDeployments: description.deployments, series: words.series,
            superseded: description.series?.supersedes?.name ?? "", corrections: facts.corrections,
            totalCorrections: facts.totalCorrections)
    }

    private static func rejections(_ facts: ReportFacts) -> [ReportRejection] {
        facts.rejections.map { record in
            let number = record.position.source
            return ReportRejection(
                // A number that no source has is a problem of the intake's files.
                source: facts.sources.indices.contains(number) ? facts.sources[number].name : "",
                line: record.position.line, offset: record.position.offset, code: record.code, reason: record.reason,
                deploymentID: record.deploymentID)
        }
    }
}

/// Members of a bundle's description in words.
package struct DescriptionWords {
    private let description: BundleDescription

    package init(description: BundleDescription) { self.description = description }

    /// The values of each filter that is set.
    package var filters: [(label: String, values: [String])] {
        let selection = description.selection
        return selection.filters.map { ($0.label, selection[$0]) }
    }

    /// The log and the position in a series.
    package var series: [(label: String, value: String)] {
        guard let ledger = description.ledger else { return [] }
        var lines = [("Drawn from", "ledger \(ledger.origin) at \(ledger.size) entries, root \(ledger.root)")]
        lines += ledger.breaks.compactMap(LedgerPart.words).map { ("Declared break", $0) }
        guard let series = description.series else { return lines }
        let revision = series.revision == 0 ? "first bundle of its period" : "revision \(series.revision)"
        lines.append(("Place", "\(series.sequence) of the series \"\(series.archive)\", \(revision)"))
        if let previous = series.previous {
            lines.append(("Follows", "\(previous.name), whose tag manifest has SHA-256 \(previous.digest)"))
        }
        if let other = series.supersedes {
            lines.append(("Supersedes", "\(other.name), whose tag manifest has SHA-256 \(other.digest)"))
        }
        lines.append(
            ("Next", "\(day(series.next.from)) to \(day(series.next.to)), promised by \(day(series.next.due))"))
        return lines
    }

    /// The date of a midnight, else the whole time.
    private func day(_ time: Timestamp) -> String { time.date.midnight == time ? time.date.text : time.text }

    /// What decided the as-of time.
    package var asOf: String {
        switch description.asOfSource {
        case "option": "the option --as-of"
        case "period-end": "the end of the period"
        case "SOURCE_DATE_EPOCH": "the variable SOURCE_DATE_EPOCH"
        case "latest-record": "the latest time in any history"
        case "clock": "the clock: records name later times"
        default: "nothing: there is no record to date it by"
        }
    }

    /// What the preparer declares.
    package var declared: [(label: String, value: String)] {
        let labels = [
            ("entity", "Entity"), ("lei", "LEI"), ("sourceSystem", "Source system"), ("preparedBy", "Prepared by"),
            ("requestRef", "Request reference"), ("uncovered", "Sealed though a source did not cover it, because"),
        ]
        return labels.compactMap { member, label in description.declared[member].map { (label, $0) } }
    }
}
