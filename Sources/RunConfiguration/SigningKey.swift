import AuditModel
import BundleFormat
package import CommandLineInterface
import FileSystem
import Installation
package import Signing

/// The key that a configuration signs with, and what the trust file beside it says of it.
package struct SigningKey: Sendable {
    /// The path of the private key.
    package let path: String
    /// Where the path comes from, as `config show --origin` prints it.
    package let origin: String
    /// nil if it cannot be used.
    package let key: PrivateKey?
    /// The file that says until when the key may sign; nil without one.
    package private(set) var trustFile: String?
    /// The line of the trust file that lets the key sign now.
    package private(set) var line: Int?
    /// The last second at which the trust file lets the key sign; nil without an end, or if it does not let it.
    package private(set) var until: KeyTime?
    /// Why the key cannot be used, or why nobody would accept what it signs.
    package private(set) var problem: CommandError?

    /// Looks at the key of a configuration; `trust` is the file that verifiers have, else the one that `keygen` wrote beside the key.
    package init(_ configuration: Configuration, trust: String? = nil) {
        path = configuration.key.value
        origin = configuration.key.origin.text(configuration.path)
        let own: PrivateKey
        do throws(CommandError) {
            own = try configuration.privateKey()
        } catch {
            key = nil
            problem = error
            return
        }
        key = own
        do throws(CommandError) {
            try readTrust(own.publicKey, configuration, trust: trust)
        } catch {
            problem = error
        }
    }

    private mutating func readTrust(
        _ key: PublicKey, _ configuration: Configuration, trust: String?
    ) throws(CommandError) {
        let path = trust ?? SigningKey.trustFile(of: configuration)
        guard trust != nil || FileStatus.exists(path) else { return }
        trustFile = path
        let signers = try TrustFile.read(path)
        let match = signers.match(
            key: key, namespace: SignatureNames.bundleNamespace, at: Timestamp.now.unixSeconds)
        guard case .trusted(_, let line) = match else {
            throw CommandError(
                .notPermitted,
                "key \(key.fingerprint) may not sign by trust file \"\(path)\": \(SigningKey.reason(match))",
                hint: .command("cartulary", "config", "show", "--config", .file(configuration.path), "--origin"))
        }
        self.line = line
        until = signers.entries.first { $0.line == line }?.validBefore
    }

    /// The trust file that `keygen` wrote beside the key, whether it is there or not.
    package static func trustFile(of configuration: Configuration) -> String {
        configuration.configuredKey + ".allowed_signers"
    }

    private static func reason(_ match: AllowedSigners.Match) -> String {
        switch match {
        case .notListed: "it is not listed"
        case .noPrincipal(let line): "line \(line) lists it for principals that match nobody"
        case .wrongNamespace(let line): "line \(line) lists it for other signatures than those of bundles"
        case .notYetValid(let line, let time): "line \(line) begins at \(time)"
        case .expired(let line, let time): "line \(line) ended at \(time)"
        case .trusted(_, let line): "line \(line) lists it"
        }
    }
}

extension SigningKey {
    /// The key, or one that nobody trusts in its place, for a command that signs nothing and reads on without a key.
    package func keyOrStranger() throws -> PrivateKey {
        if let key { return key }
        var generator = SystemRandomNumberGenerator()
        return try PrivateKey(
            ed25519Seed: (0..<32).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }, comment: "")
    }
}
