/// The paths of a bundle's files, below its directory (docs/bundle-format.md, 3).
package enum BundlePath {
    package static let bagInfo = "bag-info.txt"
    package static let bagit = "bagit.txt"
    package static let manifest = "manifest-sha256.txt"
    package static let tagManifest = "tagmanifest-sha256.txt"
    package static let signatureFolder = "signatures/"
    package static let signature = signatureFolder + "tagmanifest-sha256.txt.sig"
    package static let statement = signatureFolder + "statement.dsse.json"

    package static let verifyText = "data/VERIFY.txt"
    package static let trail = "data/audit-trail.json"
    package static let bundle = "data/bundle.json"
    package static let dataPackage = "data/datapackage.json"
    package static let deployments = "data/deployments.csv"
    package static let findings = "data/findings.json"
    package static let findingTable = "data/findings.csv"
    package static let metrics = "data/metrics.json"
    package static let metricTable = "data/metrics.csv"
    package static let log = "data/log.csv"
    package static let series = "data/series.json"
    package static let corrections = "data/corrections.json"
    package static let rejected = "data/rejected.json"
    package static let report = "data/report.html"
    package static let rules = "data/rules.json"
    package static let sources = "data/sources.json"
    package static let sourceTable = "data/sources.csv"
    package static let workbook = "data/tables.xlsx"
    package static let transitions = "data/transitions.csv"

    package static func schema(_ name: String) -> String { "data/schema/\(name).schema.json" }
    /// Where the pages of the report after the first are.
    package static let reportFolder = "data/report/"
    /// A page of the report after the first; `number` is 2 or more.
    package static func reportPage(_ number: Int) -> String {
        reportFolder + "page-" + String(repeating: "0", count: max(0, 4 - String(number).count)) + "\(number).html"
    }

    package static let schemas = [
        "audit-trail", "bundle", "corrections", "datapackage", "findings", "metrics", "rejected", "rules", "series",
        "sources",
    ]

    /// Every payload file that must be there; more pages of the report may be.
    package static let requiredPayload: [String] =
        [
            verifyText, trail, bundle, dataPackage, deployments, findings, findingTable, metrics, metricTable, rejected,
            report, rules, sources, sourceTable, workbook, transitions,
        ] + schemas.map(schema)

    /// The payload files that a sealed bundle has besides; one that corrects another has ``corrections`` too.
    package static func sealedPayload(revision: Int) -> [String] {
        [log, series] + (revision > 0 ? [corrections] : [])
    }

    /// The tag files that the tag manifest lists, in order.
    package static let taggedFiles = [bagInfo, bagit, manifest]

    /// Every file outside the payload that must be there.
    package static let requiredTags = taggedFiles + [tagManifest, signature, statement]

    /// Whether a path is one that a bundle can have.
    package static func isKnown(_ path: String) -> Bool {
        known.contains(path) || isOptionalSignature(path) || isReportPage(path)
    }

    private static let known = Set(requiredPayload + sealedPayload(revision: 1) + requiredTags)

    private static func isReportPage(_ path: String) -> Bool {
        guard path.hasPrefix(reportFolder + "page-"), path.hasSuffix(".html") else { return false }
        let number = path.dropFirst(reportFolder.utf8.count + "page-".utf8.count).dropLast(".html".utf8.count)
        return number.utf8.count <= 6 && Int(number).map { reportPage($0) == path } ?? false
    }

    /// Whether a path is one of the optional signature files.
    package static func isOptionalSignature(_ path: String) -> Bool {
        if path == signature + ".tsr" || path == "signatures/tagmanifest-sha256.txt.p7s" { return true }
        guard path.hasPrefix("signatures/approval-"), path.hasSuffix(".sig") else { return false }
        let number = path.dropFirst("signatures/approval-".count).dropLast(".sig".count)
        return (1...4).contains(number.count) && number.first != "0"
            && number.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

/// The names that signatures are bound to (docs/bundle-format.md, 4).
package enum SignatureNames {
    /// SSHSIG namespace of the bundle's own signature.
    package static let bundleNamespace = "cartulary-audit-bundle"
    /// SSHSIG namespace of approvals added later.
    package static let approvalNamespace = "cartulary-approval"
    /// DSSE payload type of the statement.
    package static let payloadType = "application/vnd.in-toto+json"
}
