import AuditModel
import BundleFormat
import BundleRendering
import FileSystem
import MerkleTree
package import RecordAnalysis
import Signing
import StrictJSON

/// A bundle in the making: its payload is rendered and compressed; manifests and signatures are still to come.
///
/// Whoever draws from a ledger adds the files that only the ledger knows, and then has it signed.
package struct BundleDraft: ~Copyable {
    private let options: ExportOptions
    private let writer: BundleWriter
    private let description: BundleDescription
    private let made: MadeBundle
    private let release: Task<Void, Never>

    /// Renders the payload of a bundle.
    ///
    /// - Parameters:
    ///   - options: what is to be made.
    ///   - records: the records that were surveyed for it.
    ///   - origin: the log that they come from; nil for files.
    /// - Throws: ``EnvironmentError``, `usage`, if no deployment is left and none is not accepted; or the error of the target that failed.
    package init(_ options: ExportOptions, _ records: SurveyedRecords, origin: LedgerOrigin?) async throws {
        try records.requireDeployments()
        // The templates take as long as the tables of a few hundred deployments.
        let renderer = Task { try ReportRenderer() }
        let writer = try BundleWriter(in: options.directory)
        var payload = PayloadWriter(options, records, writer: writer)
        try await payload.writeTables()
        let result = payload.result()
        // It begins now: what is in a file would still be written to the disk while that is wanted for the bundle.
        let release = payload.releaseRecords()
        let description = BundleDraft.description(options, result, payload: payload, origin: origin)
        let content = ReportContent(
            options: options, result: result, description: description, deployments: payload.shownDeployments,
            corrections: origin?.series?.corrections)
        async let pages = content.pages(try await renderer.value)
        try payload.writeFindings(result)
        try payload.writeFiles(result, description)
        for (path, page) in try await pages {
            try writer.append(page, to: path)
            try writer.finish(path)
        }
        if let series = origin?.series { try series.writeFiles(options.analysis.selection, to: writer) }
        self.options = options
        self.writer = writer
        self.description = description
        self.release = release
        made = MadeBundle(
            name: description.name, result: result, contentRoot: description.rootHexadecimal,
            deployments: description.deployments, keyFingerprint: description.keyFingerprint, kind: description.kind)
    }

    private static func description(
        _ options: ExportOptions, _ result: AnalysisResult, payload: PayloadWriter, origin: LedgerOrigin?
    ) -> BundleDescription {
        let key = options.key.publicKey
        return BundleDescription(
            name: options.bundleName, ledger: origin?.part(result.reconciliation, result.sums),
            series: origin?.series?.part, selection: options.analysis.selection, asOf: result.asOf,
            asOfSource: result.asOfSource, command: options.commandWords, declared: options.declared,
            toolVersion: options.toolVersion, keyAlgorithm: key.type.rawValue, keyFingerprint: key.fingerprint,
            rootHexadecimal: payload.contentRoot, deployments: payload.deploymentCount, sums: result.sums,
            reconciliation: result.reconciliation, findings: result.counts,
            rulesDigest: ContentDigest.hexadecimal(of: RulesFile.value(options.analysis.thresholds).file))
    }

    /// A file of the bundle that only the ledger can write.
    package func file(_ path: String) -> BundleFile { BundleFile(path: path, writer: writer) }

    /// Writes the bag's own files and the signatures, and puts the whole into a file without a name.
    package consuming func sign() async throws -> PreparedBundle {
        let anchor = try writeManifests()
        try writer.write(signature(of: anchor), to: BundlePath.signature)
        let digest = ContentDigest.hexadecimal(of: anchor)
        try writer.write(envelope(anchorSHA256: digest), to: BundlePath.statement)
        let archive = try writer.archive(named: made.name)
        let prepared = PreparedBundle(digest: digest, archive: archive, made: made)
        await release.value
        return prepared
    }

    /// Writes `bag-info.txt`, `bagit.txt` and both manifests; returns the tag manifest, which is what is signed.
    private func writeManifests() throws -> [UInt8] {
        let payload = writer.payload
        let info = BagFiles.info(
            software: "cartulary \(options.toolVersion)", date: description.asOf.date, name: description.name,
            payloadBytes: payload.bytes, payloadFiles: payload.files, entity: options.declared["entity"])
        let manifest = BagFiles.manifest(writer.manifest(prefix: "data/"))
        try writer.write(info, to: BundlePath.bagInfo)
        try writer.write(BagFiles.bagit, to: BundlePath.bagit)
        try writer.write(manifest, to: BundlePath.manifest)
        let anchor = BagFiles.manifest(BundlePath.taggedFiles.flatMap { writer.manifest(prefix: $0) })
        try writer.write(anchor, to: BundlePath.tagManifest)
        return anchor
    }

    private func signature(of anchor: [UInt8]) throws -> [UInt8] {
        try SSHSignature(signing: anchor, namespace: SignatureNames.bundleNamespace, with: options.key).armored
    }

    private func envelope(anchorSHA256 digest: String) throws -> [UInt8] {
        let statement = BundleDescription.statement(anchorSHA256: digest, bundle: description.value)
        return try DSSE.Envelope(
            signing: statement, payloadType: SignatureNames.payloadType, with: [options.key]
        ).encoded()
    }
}

extension SeriesOrigin {
    /// Writes what only a sealed bundle has, but for its log.
    fileprivate func writeFiles(_ selection: Selection, to writer: BundleWriter) throws {
        let file = SeriesFiles.series(archive: part.archive, selection: selection, positions: positions)
        try writer.write(file.file, to: BundlePath.series)
        guard let corrections else { return }
        try writer.write(LineArray.file(corrections.map(\.element)), to: BundlePath.corrections)
    }
}
