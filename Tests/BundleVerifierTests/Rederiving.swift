import AuditModel
import BundleFormat
import BundleReading
import Signing
import StrictJSON

@testable import BundleVerifier

extension EditableBundle {
    /// An approval of the bundle as it is.
    func approval(by key: PrivateKey) throws -> [UInt8] {
        try SSHSignature(
            signing: try bytes(BundlePath.tagManifest), namespace: SignatureNames.approvalNamespace, with: key
        ).armored
    }

    /// Makes again what a dishonest signer makes again after an edit: content tree, digest of the rules, tables of sources and
    /// findings, bag-info.txt, and the report's pages.
    mutating func rederive() async throws {
        if let lines = try? trailLines(), (try? json(BundlePath.bundle)) != nil { try writeTrail(lines, asIs: true) }
        if (try? json(BundlePath.bundle)) != nil, files[BundlePath.rules] != nil { try renewRulesDigest() }
        if case .success(let file) = SourcesFile.decode(files[BundlePath.sources] ?? []) {
            files[BundlePath.sourceTable] = IntakeFiles.sourceTable(file.sources)
        }
        let findings = try lines(BundlePath.findings).dropFirst().dropLast().compactMap { line in
            FindingTable.decode(Array((line.hasSuffix(",") ? String(line.dropLast()) : line).utf8))
        }
        var table = CSV.row(FindingTable.columns)
        for finding in findings { FindingTable.writeCSV(finding, into: &table) }
        files[BundlePath.findingTable] = table
        try await renewPages()
        try renewBagInfo()
    }

    private mutating func writeTrail(_ lines: [String], asIs: Bool) throws {
        let text = try bytes(BundlePath.trail)
        try writeTrail(lines)
        if asIs { files[BundlePath.trail] = text }
    }

    private mutating func renewBagInfo() throws {
        guard case .success(let description) = DescriptionClaims.decode(files[BundlePath.bundle] ?? []),
            let tool = description.tool.value, let asOf = description.asOf.value
        else { return }
        files[BundlePath.bagInfo] = BagFiles.info(
            software: "cartulary \(tool.version)", date: asOf.time.date, name: name, payloadBytes: 0, payloadFiles: 0,
            entity: description.declared.value?["entity"])
        if let key = description.key.value {
            files[BundlePath.verifyText] = FixedTexts.verifyText(
                name: name, fingerprint: key.fingerprint, asOf: asOf.time)
        }
    }

    /// The report as its data give it now, by the verifier's own means; nothing if these cannot be read.
    mutating func renewPages() async throws {
        // What the manifests do not list is not read.
        var listed = self
        listed.renewManifests()
        let claims = BundleClaims(try UnverifiedBundle(bytes: try listed.packed(), fileName: "\(name).zip"))
        guard let description = claims.description.value else { return }
        var content = ContentChecks(
            claims.bundle, description, rules: claims.rules(), sources: claims.sources(), threads: 2)
        var list = CheckList()
        guard await content.add(to: &list), let input = try? content.report?.input() else { return }
        for page in try ReportComparison.pages(input, description.knownRendering()) { files[page.path] = page.bytes }
        if let made = try content.report?.made() { files[BundlePath.workbook] = try workbook(made).packed() }
    }
}
