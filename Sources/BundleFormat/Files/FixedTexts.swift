package import AuditModel
import StrictJSON

/// The texts that are the same in every bundle of this format version, but for named slots.
package enum FixedTexts {
    /// A schema's file, by its name in ``BundlePath/schemas``.
    package static func schema(_ name: String) -> [UInt8]? {
        switch name {
        case "audit-trail": PackageResources.audit_trail_schema_json
        case "bundle": PackageResources.bundle_schema_json
        case "corrections": PackageResources.corrections_schema_json
        case "datapackage": PackageResources.datapackage_schema_json
        case "findings": PackageResources.findings_schema_json
        case "metrics": PackageResources.metrics_schema_json
        case "rejected": PackageResources.rejected_schema_json
        case "rules": PackageResources.rules_schema_json
        case "series": PackageResources.series_schema_json
        case "sources": PackageResources.sources_schema_json
        default: nil
        }
    }

    /// `datapackage.json`; a sealed bundle's describes `log.csv` too.
    package static func dataPackage(_ kind: BundleKind) -> [UInt8] {
        guard kind == .sealed, let value = try? JSONValue(parsing: PackageResources.datapackage_json),
            let log = try? JSONValue(parsing: PackageResources.datapackage_log_json), var members = value.object
        else { return PackageResources.datapackage_json }
        members["resources"] = .array((value["resources"]?.array ?? []) + [log])
        return JSONValue.object(members).file
    }

    /// `VERIFY.txt`; the as-of time stands in as the time for which the key's validity is judged.
    package static func verifyText(name: String, fingerprint: String, asOf: Timestamp) -> [UInt8] {
        let digits = asOf.text.utf8.filter { (0x30...0x39).contains($0) }.prefix(14)
        let slots = [
            "{{name}}": name, "{{fingerprint}}": fingerprint,
            "{{verifyTime}}": String(decoding: digits, as: UTF8.self) + "Z",
        ]
        var text = String(decoding: PackageResources.VERIFY_txt, as: UTF8.self)
        for (slot, value) in slots {
            text = text.split(separator: slot, omittingEmptySubsequences: false).joined(separator: value)
        }
        return Array(text.utf8)
    }
}
