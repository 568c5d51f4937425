import AuditModel
package import BundleFormat
package import RecordAnalysis
package import Signing

/// What an export is asked to make.
package struct ExportOptions: Sendable {
    package var analysis = AnalysisOptions()
    package var directory = ""
    /// nil: made from the period.
    package var name: String?
    package var key: PrivateKey
    /// What the preparer declares, by the member's name in `bundle.json`.
    package var declared: [String: String] = [:]
    package var toolVersion: String
    /// The options in a fixed order, without inputs, key, folder and threads; empty: those that decide the bundle here.
    package var command: [String] = []

    package init(key: PrivateKey, toolVersion: String) {
        self.key = key
        self.toolVersion = toolVersion
    }

    /// The command that `bundle.json` repeats.
    var commandWords: [String] {
        guard command.isEmpty else { return command }
        let time = analysis.asOf.map { ["--as-of", $0.text] } ?? []
        let rejected = analysis.keepsRawRejected ? [] : ["--rejected", "digest-only"]
        return ["export"] + analysis.selection.words + time + Declared.words(declared) + rejected
    }

    /// The bundle's name: the given one, or one made from the period; a filtered bundle's ends in `-partial`.
    package var bundleName: String {
        let selection = analysis.selection
        var base = name ?? "audit-" + periodName
        if selection.isFiltered, !base.hasSuffix(BundleName.partialSuffix) { base += BundleName.partialSuffix }
        return base
    }

    /// What is wrong with the bundle's name; nil if nothing is.
    package var nameProblem: String? {
        BundleName.problem(bundleName, isFiltered: analysis.selection.isFiltered)
    }

    /// The period as part of a name; `all` without one.
    package var periodName: String { analysis.selection.period.map(ExportOptions.periodName) ?? "all" }

    private static func periodName(_ period: Period) -> String {
        period.label?.lowercased() ?? "\(timeName(period.from))-to-\(timeName(period.to))"
    }

    /// A date, with the time of day when it is not midnight.
    private static func timeName(_ time: Timestamp) -> String {
        let text = time.text
        let date = String(text.prefix(10))
        let clock = text.dropFirst(11).prefix(8).filter { $0 != ":" }
        return clock == "000000" ? date : "\(date)t\(clock)z"
    }
}

/// What an export made.
package struct ExportResult: Sendable {
    package let path: String
    /// The same bundle was there already; nothing was written.
    package let wasThere: Bool
    /// The period was sealed before; the bundle is the one of then.
    package let wasSealed: Bool
    package let made: MadeBundle

    package var name: String { made.name }
    package var analysis: AnalysisResult { made.result }
    package var contentRoot: String { made.contentRoot }
    package var deployments: Int { made.deployments }
    package var keyFingerprint: String { made.keyFingerprint }
    package var kind: BundleKind { made.kind }
}
