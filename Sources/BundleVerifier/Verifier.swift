import BundleFormat
package import BundleReading
import ReceivedFiles
package import Signing
import StrictJSON

/// Verifies bundles: takes what cannot be trusted, and a key held separately, and says what was found.
///
/// Nothing is written to disk. Every check is made that can be made, whatever failed before it; one that depends on a
/// file or member that is not in form is skipped with that reason.
package struct Verifier: Sendable {
    private let trust: AllowedSigners
    private let time: Int64
    private let threads: Int

    /// - Parameters:
    ///   - trust: the keys that may sign.
    ///   - time: seconds since 1970 at which keys must be valid.
    ///   - threads: tasks side by side.
    package init(trust: AllowedSigners, time: Int64, threads: Int) {
        self.trust = trust
        self.time = time
        self.threads = threads
    }

    /// The same at another time.
    package func judging(at time: Int64) -> Verifier { Verifier(trust: trust, time: time, threads: threads) }

    /// Checks everything that docs/bundle-format.md, section 10, asks for.
    package func verify(_ bundle: UnverifiedBundle) async -> VerificationReport {
        await verify(BundleClaims(bundle))
    }

    package func verify(_ claims: BundleClaims) async -> VerificationReport {
        let bundle = claims.bundle
        var report = VerificationReport()
        report.shape = bundle.archive.shape
        let holdsFiles = !bundle.entries.isEmpty || !bundle.withheld.isEmpty || bundle.archive.count > 1
        if let kind = bundle.archive.foreignKind ?? (holdsFiles ? nil : bundle.archive.problems.first ?? "no files") {
            report.notBundle(kind)
            return report
        }
        var list = CheckList()
        var container = ContainerChecks(claims)
        await container.hashFiles()
        container.add(to: &list)
        addDescription(claims, &list)
        var signatures = SignatureChecks(claims, trust: trust, time: time)
        signatures.add(to: &list)
        await addContent(claims, signatures.key, to: &list)
        finish(&report, claims, signatures: signatures, list: list)
        return report
    }

    /// Checks that every byte is what was signed, by whom, and the description; the content is not computed again.
    package func integrity(_ claims: BundleClaims) async -> VerificationReport {
        var report = VerificationReport()
        var list = CheckList()
        var container = ContainerChecks(claims)
        await container.hashFiles()
        container.add(to: &list)
        addDescription(claims, &list)
        var signatures = SignatureChecks(claims, trust: trust, time: time)
        signatures.add(to: &list)
        report.depth = .bytes
        finish(&report, claims, signatures: signatures, list: list)
        return report
    }

    /// Checks the container's structure, the signatures and the description alone, without reading the payload.
    package func head(_ claims: BundleClaims) -> VerificationReport {
        var report = VerificationReport()
        var list = CheckList()
        list.add("container", passed: "structure", problems: claims.bundle.archive.problems)
        addDescription(claims, &list)
        var signatures = SignatureChecks(claims, trust: trust, time: time)
        signatures.add(to: &list)
        addHead(claims, &list)
        report.depth = .head
        finish(&report, claims, signatures: signatures, list: list)
        return report
    }

    /// The signature covers `bundle.json` by way of the manifest.
    private func addHead(_ claims: BundleClaims, _ list: inout CheckList) {
        let bundle = claims.bundle
        // What an archive is judged by, besides the signature.
        let read = [BundlePath.bundle, BundlePath.metrics, BundlePath.series].filter { bundle.entries[$0] != nil }
        let isSigned = bundle.problem(of: BundlePath.manifest) == nil
        let others = read.filter { bundle.problem(of: $0) != nil }
        list.add(
            "head", passed: "\(read.joined(separator: ", ")) are what was signed",
            problems: isSigned ? others.map { "\($0) is not what was signed" } : ["the manifest is not what was signed"]
        )
    }

    private func addDescription(_ claims: BundleClaims, _ list: inout CheckList) {
        switch claims.description {
        case .failure(let problem): list.skip("description", because: problem.reason)
        case .success(let description):
            list.add(
                "bundle-json", passed: "canonical",
                problems: description.isCanonical ? [] : ["\(BundlePath.bundle) is not canonical"])
        }
    }

    private func addContent(_ claims: BundleClaims, _ key: PublicKey?, to list: inout CheckList) async {
        guard let description = claims.description.value else {
            list.skip("content", because: "without \(BundlePath.bundle) nothing can be computed again")
            return
        }
        if let key { addKey(key, description, to: &list) }
        let rules = claims.rules()
        let sources = claims.sources()
        var content = ContentChecks(claims.bundle, description, rules: rules, sources: sources, threads: threads)
        let isReplayed = await content.add(to: &list)
        let intake = IntakeChecks(
            bundle: claims.bundle, description: description, rules: rules, sources: sources)
        intake.add(isReplayed ? content.total : nil, to: &list)
        if description.isFiltered.value == true {
            let check = ScopeCheck(
                bundle: claims.bundle, sources: intake.sources, deployments: content.total.deployments)
            check.add(isReplayed: isReplayed, to: &list)
        }
        SeriesChecks(claims: claims, description: description, key: key).add(content.total, to: &list)
    }

    private func addKey(_ key: PublicKey, _ description: DescriptionClaims, to list: inout CheckList) {
        switch description.key {
        case .failure(let problem): list.add("key", problem: problem)
        case .success(let stated):
            let isSame = stated.fingerprint == key.fingerprint && stated.algorithm == key.type.rawValue
            list.add(
                "key", passed: "bundle.json names the key that signed",
                problems: isSame ? [] : ["bundle.json names another key than the one that signed"])
        }
    }

    private func finish(
        _ report: inout VerificationReport, _ claims: BundleClaims, signatures: SignatureChecks, list: CheckList
    ) {
        report.checks = list.checks
        report.verdicts = VerificationReport.Verdict.allCases.filter { list.verdicts.contains($0) }
        if report.verdicts.isEmpty { report.verdicts = [signatures.key == nil ? .untrusted : .valid] }
        report.verdict = report.verdicts.first ?? .nothingVerified
        report.bundle = claims.bundle.name
        report.shape = claims.bundle.archive.shape
        report.warnings = claims.bundle.nameWarnings
        report.keyFingerprint = signatures.key?.fingerprint
        report.principals = signatures.principals
        guard let description = claims.description.value else { return }
        report.scope = description.filters.value.map(Verifier.scope)
        report.toolVersion = description.tool.value?.version
        report.uncovered = description.declared.value?["uncovered"]
        report.breaks = description.ledger.value.flatMap { $0?.breaksInWords } ?? []
        let logStart = description.series.value.flatMap { $0?.logStart }
        report.hasGivenBreaks = description.ledger.value.map { $0 != nil } ?? false && logStart != 0
        report.recordErrors = description.findings.value?.errors ?? 0
        report.recordWarnings = description.findings.value?.warnings ?? 0
    }

    private static func scope(_ filters: BundleFilters) -> String {
        let parts = filters.lists.filter { !$0.values.isEmpty }.map { filter in
            "\(filter.name) \(filter.values.joined(separator: ", "))"
        }
        return parts.isEmpty ? "full" : "filtered: \(parts.joined(separator: "; "))"
    }
}
