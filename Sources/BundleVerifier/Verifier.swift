import AuditModel
import BundleFormat
package import Signing
import StrictJSON

/// Verifies bundles: takes what cannot be trusted, and a key held separately, and says what was found.
///
/// Nothing is written to disk. Every check is made that can be made, whatever failed before it.
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
    func judging(at time: Int64) -> Verifier { Verifier(trust: trust, time: time, threads: threads) }

    /// Checks everything that docs/bundle-format.md, section 10, asks for.
    package func verify(_ bundle: UnverifiedBundle) async -> VerificationReport {
        var report = VerificationReport()
        guard !bundle.entries.isEmpty || bundle.archive.entries.count > 1 else {
            let reason = bundle.archive.problems.first.map { "\($0)" } ?? "an archive without files"
            report.checks = [
                VerificationReport.Check(name: "container", status: .failed, detail: "not a bundle: \(reason)")
            ]
            report.verdicts = [.nothingVerified]
            return report
        }
        var list = CheckList()
        var container = ContainerChecks(bundle)
        await container.hashFiles()
        container.add(to: &list)
        let description = description(bundle, &list)
        var signatures = SignatureChecks(bundle, trust: trust, time: time)
        let anchor = (try? bundle.bytes(BundlePath.tagManifest)).flatMap { $0 }
        signatures.add(anchor: anchor, description: description, to: &list)
        await checkContent(bundle, description, signatures.key, &list)
        finish(&report, bundle, description, signatures, list)
        return report
    }

    /// Checks the container's structure, the signatures and the description alone, without reading the payload.
    func head(_ bundle: UnverifiedBundle) -> VerificationReport {
        var report = VerificationReport()
        var list = CheckList()
        list.add("container", passed: "structure", problems: bundle.archive.problems.map { "\($0)" })
        let description = description(bundle, &list)
        var signatures = SignatureChecks(bundle, trust: trust, time: time)
        let anchor = (try? bundle.bytes(BundlePath.tagManifest)).flatMap { $0 }
        signatures.add(anchor: anchor, description: description, to: &list)
        addHead(bundle, anchor, &list)
        finish(&report, bundle, description, signatures, list)
        return report
    }

    /// The signature covers `bundle.json` by way of the manifest.
    private func addHead(_ bundle: UnverifiedBundle, _ anchor: [UInt8]?, _ list: inout CheckList) {
        let manifest = bundle.content(BundlePath.manifest)
        func names(_ list: [UInt8]?, _ digested: [UInt8]?, _ path: String) -> Bool {
            guard let list, let digested else { return false }
            let line = "\(ContentDigest.hexadecimal(of: digested))  \(path)"
            return String(decoding: list, as: UTF8.self).split(separator: "\n").contains { $0 == line }
        }
        // What an archive is judged by, besides the signature.
        let read = [BundlePath.bundle, BundlePath.metrics, BundlePath.series].filter { bundle.entries[$0] != nil }
        let isSigned = names(anchor, manifest, BundlePath.manifest)
        let others = read.filter { !names(manifest, bundle.content($0), $0) }
        list.add(
            "head", passed: "\(read.joined(separator: ", ")) are what was signed",
            problems: isSigned ? others.map { "\($0) is not what was signed" } : ["the manifest is not what was signed"]
        )
    }

    private func description(_ bundle: UnverifiedBundle, _ list: inout CheckList) -> JSONValue? {
        guard let file = try? bundle.bytes(BundlePath.bundle), let value = try? JSONValue(parsing: file),
            value.object != nil
        else {
            list.skip("description", because: "\(BundlePath.bundle) cannot be read")
            return nil
        }
        list.add(
            "bundle-json", passed: "canonical",
            problems: value.file == file ? [] : ["\(BundlePath.bundle) is not canonical"])
        return value
    }

    private func checkContent(
        _ bundle: UnverifiedBundle, _ description: JSONValue?, _ key: PublicKey?, _ list: inout CheckList
    ) async {
        guard let description else {
            list.skip("content", because: "without \(BundlePath.bundle) nothing can be computed again")
            return
        }
        if let key {
            let stated = description["key"]
            let isSame =
                stated?["fingerprint"]?.string == key.fingerprint && stated?["algorithm"]?.string == key.type.rawValue
            list.add(
                "key", passed: "bundle.json names the key that signed",
                problems: isSame ? [] : ["bundle.json names another key than the one that signed"])
        }
        var content = ContentChecks(bundle, description, threads: threads)
        let metrics = await content.add(to: &list)
        IntakeChecks(bundle: bundle, description: description).add(metrics == nil ? nil : content.total, to: &list)
        SeriesChecks(bundle: bundle, description: description, key: key).add(to: &list)
        if var log = LogChecks(bundle, description) { log.add(content.total, to: &list) }
        SeriesChecks.addCorrections(bundle, description, to: &list)
    }

    private func finish(
        _ report: inout VerificationReport, _ bundle: UnverifiedBundle, _ description: JSONValue?,
        _ signatures: SignatureChecks, _ list: CheckList
    ) {
        report.checks = list.checks
        report.verdicts = VerificationReport.Verdict.allCases.filter { list.verdicts.contains($0) }
        if report.verdicts.isEmpty { report.verdicts = [signatures.key == nil ? .untrusted : .valid] }
        report.verdict = report.verdicts.first ?? .nothingVerified
        report.bundle = bundle.name
        report.keyFingerprint = signatures.key?.fingerprint
        report.principals = signatures.principals
        guard let description else { return }
        report.scope = Verifier.scope(description)
        report.breaks = (description["ledger"]?["breaks"]?.array ?? []).compactMap(LedgerPart.words)
        report.recordErrors = FindingComparison.stated(description, "errors")
        report.recordWarnings = FindingComparison.stated(description, "warnings")
    }

    private static func scope(_ description: JSONValue) -> String {
        let filters = description["filters"]?.object ?? [:]
        let parts = JSONValue.sortedNames(filters.keys).compactMap { name -> String? in
            let values = (filters[name]?.array ?? []).compactMap(\.string)
            return values.isEmpty ? nil : "\(name) \(values.joined(separator: ", "))"
        }
        return parts.isEmpty ? "full" : "filtered: \(parts.joined(separator: "; "))"
    }
}

extension JSONValue {
    /// The bounds in the member `period` of `bundle.json`; nil if there are none.
    var periodBounds: (from: Timestamp, to: Timestamp)? {
        guard let from = self["period"]?["from"]?.time, let to = self["period"]?["to"]?.time else { return nil }
        return (from, to)
    }
}
