import BundleFormat
import BundleVerifier
import Signing
import StrictJSON

extension Attack {
    /// Attacks on the set of files and on the bag.
    static let onFiles: [Attack] = [
        Attack("payload file added", check: "file-set", .none) { $0.write("x", to: "data/extra.txt") },
        Attack("payload file added, not listed", check: "payload-manifest", .none) {
            $0.write("x", to: "data/extra.txt")
        },
        Attack("payload file added and signed", check: "file-set") { $0.write("x", to: "data/extra.txt") },
        Attack("tag file added", check: "file-set", .none) { $0.write("x", to: "fetch.txt") },
        Attack("hidden file added", check: "file-set", .none) { $0.write("x", to: "data/schema/.hidden") },
        Attack("unknown signature file", check: "file-set", .none) { $0.write("x", to: "signatures/extra.sig") },
        Attack("approval numbered 0", check: "file-set", .none) { $0.write("x", to: "signatures/approval-0.sig") },
        Attack("approval numbered 01", check: "file-set", .none) { $0.write("x", to: "signatures/approval-01.sig") },
        Attack("page of the report out of turn", check: "file-set") { bundle in
            bundle.files[BundlePath.reportPage(7)] = try bundle.bytes(BundlePath.report)
        },
        Attack("second tag manifest", check: "file-set", .none) { $0.write("", to: "tagmanifest-sha512.txt") },

        Attack("payload file removed", check: "files-present", .none) { try $0.remove(BundlePath.metricTable) },
        Attack("payload file removed and signed", check: "files-present", .trusted, .incomplete, status: 11) {
            try $0.remove(BundlePath.metricTable)
        },
        Attack("trail removed and signed", check: "files-present") { try $0.remove(BundlePath.trail) },
        Attack("bundle.json removed and signed", check: "files-present") { bundle in
            try bundle.remove(BundlePath.bundle)
        },
        Attack("bag-info.txt removed", check: "files-present", .none, .incomplete, status: 11) {
            try $0.remove(BundlePath.bagInfo)
        },
        Attack("bagit.txt removed", check: "tag-manifest-files", .none, .incomplete, status: 11) {
            try $0.remove(BundlePath.bagit)
        },
        Attack("manifest removed", check: "files-present", .none, .incomplete, status: 11) {
            try $0.remove(BundlePath.manifest)
        },
        Attack("tag manifest removed", check: "signature", .none, .untrusted, status: 12) {
            try $0.remove(BundlePath.tagManifest)
        },
        Attack("signature removed", check: "signature", .none, .untrusted, status: 12) {
            try $0.remove(BundlePath.signature)
        },
        Attack("statement removed", check: "files-present", .none, .incomplete, status: 11) {
            try $0.remove(BundlePath.statement)
        },

        Attack("file renamed", check: "file-set", .none) { bundle in
            bundle.files["data/metric.csv"] = try bundle.bytes(BundlePath.metricTable)
            try bundle.remove(BundlePath.metricTable)
        },
        Attack("file renamed and signed", check: "files-present") { bundle in
            bundle.files["data/metric.csv"] = try bundle.bytes(BundlePath.metricTable)
            try bundle.remove(BundlePath.metricTable)
        },
        Attack("two files swapped", check: "payload-manifest", .none) { try swap(&$0) },
        Attack("two files swapped and signed", check: "table data/deployments.csv") { try swap(&$0) },
        Attack("two schemas swapped and signed", check: "fixed-texts") { bundle in
            let (one, two) = (BundlePath.schema("rules"), BundlePath.schema("bundle"))
            (bundle.files[one], bundle.files[two]) = (try bundle.bytes(two), try bundle.bytes(one))
        },
        Attack("file emptied", check: "payload-manifest", .none) { $0.files[BundlePath.rejected] = [] },
        Attack("file emptied and signed", check: "table data/transitions.csv") {
            $0.files[BundlePath.transitions] = []
        },
        Attack("directory renamed", check: "description", .none) { $0.rename("other-directory") },
        Attack("bundle renamed", check: "description", .none) { $0.rename("renamed") },
        Attack("bundle renamed and signed", check: "bag-info") { $0.rename("renamed") },
        Attack("name that Windows reserves", check: "container") { try $0.renameEverywhere("con") },
        Attack("name in capitals", check: "container") { try $0.renameEverywhere("FULL") },

        Attack("bagit.txt of another version", check: "bagit") { bundle in
            try bundle.replace("1.0", by: "0.97", in: BundlePath.bagit)
        },
        Attack("manifest in another order", check: "payload-manifest", .none) { bundle in
            bundle.write(lines: try bundle.lines(BundlePath.manifest).reversed(), to: BundlePath.manifest)
            bundle.renewTagManifest()
            try bundle.sign(with: TestKeys.trusted)
        },
        Attack("manifest lists a file twice", check: "payload-manifest", .none) { bundle in
            let lines = try bundle.lines(BundlePath.manifest)
            bundle.write(lines: lines.prefix(1) + lines, to: BundlePath.manifest)
            bundle.renewTagManifest()
            try bundle.sign(with: TestKeys.trusted)
        },
        Attack("manifest lists a file less", check: "payload-manifest", .none) { bundle in
            bundle.write(lines: try bundle.lines(BundlePath.manifest).dropLast(), to: BundlePath.manifest)
            bundle.renewTagManifest()
            try bundle.sign(with: TestKeys.trusted)
        },
        Attack("manifest lists a file more", check: "payload-manifest-files", .none, .incomplete, status: 11) {
            bundle in
            let line = String(repeating: "0", count: 64) + "  data/zzz.txt"
            bundle.write(lines: try bundle.lines(BundlePath.manifest) + [line], to: BundlePath.manifest)
            bundle.renewTagManifest()
            try bundle.sign(with: TestKeys.trusted)
        },
        Attack("manifest with CRLF", check: "payload-manifest", .none) { bundle in
            bundle.write(try bundle.text(BundlePath.manifest).replacing("\n", with: "\r\n"), to: BundlePath.manifest)
            bundle.renewTagManifest()
            try bundle.sign(with: TestKeys.trusted)
        },
        Attack("tag manifest lists a payload file", check: "tag-manifest", .none) { bundle in
            let line = "\(ContentDigest.hexadecimal(of: try bundle.bytes(BundlePath.bundle)))  \(BundlePath.bundle)"
            let lines = try bundle.lines(BundlePath.tagManifest)
            bundle.write(
                lines: (lines + [line]).sorted { $0.dropFirst(66) < $1.dropFirst(66) }, to: BundlePath.tagManifest)
            try bundle.sign(with: TestKeys.trusted)
        },
        Attack("Payload-Oxum of another size", check: "bag-info", .none) { bundle in
            try bundle.replace("Payload-Oxum: ", by: "Payload-Oxum: 1", in: BundlePath.bagInfo)
            bundle.renewTagManifest()
            try bundle.sign(with: TestKeys.trusted)
        },
        Attack("Source-Organization that nobody declared", check: "bag-info") { bundle in
            let lines = try bundle.lines(BundlePath.bagInfo)
            bundle.write(lines: lines + ["Source-Organization: A Bank"], to: BundlePath.bagInfo)
        },
        Attack("date of bagging changed", check: "bag-info") { bundle in
            try bundle.replace(pattern: "Bagging-Date: 2026", by: "Bagging-Date: 2025", in: BundlePath.bagInfo)
        },
    ]

    private static func swap(_ bundle: inout EditableBundle) throws {
        let (one, two) = (BundlePath.deployments, BundlePath.transitions)
        (bundle.files[one], bundle.files[two]) = (try bundle.bytes(two), try bundle.bytes(one))
    }

    /// Attacks on the signatures.
    static let onSignatures: [Attack] = [
        Attack("signatures of another bundle", check: "signature", .none) { bundle in
            let other = try EditableBundle(try await TestBundles.filtered.value)
            for path in [BundlePath.signature, BundlePath.statement] { bundle.files[path] = try other.bytes(path) }
        },
        Attack("statement of another bundle", check: "statement", .none) { bundle in
            let other = try EditableBundle(try await TestBundles.filtered.value)
            bundle.files[BundlePath.statement] = try other.bytes(BundlePath.statement)
        },
        Attack("all tag files of another bundle", check: "payload-manifest", .none) { bundle in
            let other = try EditableBundle(try await TestBundles.filtered.value)
            for path in BundlePath.requiredTags { bundle.files[path] = try other.bytes(path) }
        },
        Attack("manifests made again, signatures of before", check: "signature", .manifests) { bundle in
            try bundle.replace("Completed", by: "Confirmed", in: BundlePath.deployments)
        },
        Attack("signed by another key", check: "signature", .other, .untrusted, status: 12) { _ in },
        Attack("changed and signed by another key", check: "signature", .other, .untrusted, status: 12) { bundle in
            try bundle.replace("Completed", by: "Confirmed", in: BundlePath.deployments)
        },
        Attack("statement signed by another key", check: "statement", .none) { bundle in
            try bundle.signStatement(with: TestKeys.other)
        },
        Attack("anchor signed by another key", check: "signature", .none, .untrusted, status: 12) { bundle in
            try bundle.signAnchor(with: TestKeys.other)
        },
        Attack("approval in the place of the signature", check: "signature", .none) { bundle in
            try bundle.signAnchor(with: TestKeys.trusted, namespace: SignatureNames.approvalNamespace)
        },
        Attack("signature over SHA-256", check: "signature", .none) { bundle in
            try bundle.signAnchor(with: TestKeys.trusted, hash: .sha256)
        },
        Attack("signature with a line end more", check: "signature", .none, .untrusted, status: 12) { bundle in
            bundle.write(try bundle.text(BundlePath.signature) + "\n", to: BundlePath.signature)
        },
        Attack("signature empty", check: "signature", .none, .untrusted, status: 12) {
            $0.files[BundlePath.signature] = []
        },
        Attack("statement empty", check: "statement", .none) { $0.files[BundlePath.statement] = [] },
        Attack("statement with a blank more", check: "statement", .none) { bundle in
            try bundle.replace(",", by: ", ", in: BundlePath.statement)
        },
        Attack("statement of another key id", check: "statement", .none) { bundle in
            try bundle.replace("\"keyid\":\"", by: "\"keyid\":\"0", in: BundlePath.statement)
        },
        Attack("statement of another payload type", check: "statement", .none) { bundle in
            try bundle.signStatement(with: TestKeys.trusted, type: "application/json")
        },
        Attack("bundle.json names another key", check: "key") { bundle in
            try bundle.set(["key", "fingerprint"], to: .string(TestKeys.other.publicKey.fingerprint))
        },
        Attack("bundle.json names another algorithm", check: "key") { bundle in
            try bundle.set(["key", "algorithm"], to: .string("ecdsa-sha2-nistp256"))
        },
    ]
}
