import AuditModel
import BundleFormat
import CommandLineInterface
import FileSystem
import RunConfiguration
import Signing

/// Whether the trust file of a configuration's key lets it sign: nobody would accept what it signs else.
enum TrustCheck {
    /// Says until when the trust file lets the key sign; the file is `trust`, or the one that `keygen` wrote beside the key.
    ///
    /// Throws a ``CommandError``, not permitted, if it does not.
    static func run(
        _ key: PublicKey, _ configuration: Configuration, trust: String? = nil, note: (String) -> Void = { _ in }
    ) throws {
        let path = trust ?? configuration.configuredKey + ".allowed_signers"
        guard trust != nil || FileStatus.exists(path) else {
            return note("note: no trust file \"\(Console.safe(path))\", so the key's validity is not checked")
        }
        let signers = try TrustFile.read(path)
        let match = signers.match(
            key: key, namespace: SignatureNames.bundleNamespace, at: Timestamp.now.unixSeconds)
        guard case .trusted(_, let line) = match else {
            throw CommandError(
                .notPermitted,
                "key \(key.fingerprint) may not sign by trust file \"\(path)\": \(reason(match))",
                hint: .command("cartulary", "config", "show", "--config", .file(configuration.path), "--origin"))
        }
        let end = signers.entries.first { $0.line == line }?.validBefore.map {
            "until \(Timestamp(unixSeconds: $0).text)"
        }
        note("trust file \(Console.safe(path)):\(line) lets it sign \(end ?? "without an end")")
    }

    private static func reason(_ match: AllowedSigners.Match) -> String {
        switch match {
        case .notListed: "it is not listed"
        case .wrongNamespace(let line): "line \(line) lists it for other signatures than those of bundles"
        case .notYetValid(let line, let time): "line \(line) begins at \(Timestamp(unixSeconds: time).text)"
        case .expired(let line, let time): "line \(line) ended at \(Timestamp(unixSeconds: time).text)"
        case .trusted(_, let line): "line \(line) lists it"
        }
    }
}
