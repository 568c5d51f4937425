import AuditModel
import BundleFormat
package import CommandLineInterface
package import FileSystem
import Installation
import Ledger
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
    /// What will go wrong for those who verify, though the key may sign; nil if nothing is known.
    package private(set) var warning: Warning?

    /// Something that does not keep a run from sealing.
    package struct Warning: Sendable, Equatable {
        package let message: String
        package let hint: Hint?
    }

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
        warning = SigningKey.warning(signers, configuration, path: path, line: line)
    }

    /// The bundles of a key that the trust file has no longer are not trusted by anybody who gets this file.
    private static func warning(
        _ signers: AllowedSigners, _ configuration: Configuration, path: String, line: Int
    ) -> Warning? {
        let ledger = configuration.ledger.value
        guard FileStatus.exists(ledger), let sealers = try? LedgerView.sealers(ledger) else { return nil }
        let missing = sealers.filter { key in !signers.entries.contains { $0.key == key } }
        guard !missing.isEmpty else { return nil }
        let names = missing.map(\.fingerprint).joined(separator: ", ")
        return Warning(
            message:
                "trust file \"\(path)\" does not list every key that signed before: \(names); whoever has this file cannot verify the "
                + "bundles of then", hint: SigningKey.mending(missing, signers, path: path, line: line))
    }

    /// The command that adds the lines that are missing; nil for a file that lists one key without a principal, and can list no other.
    private static func mending(_ missing: [PublicKey], _ signers: AllowedSigners, path: String, line: Int) -> Hint? {
        guard let own = signers.entries.first(where: { $0.line == line })?.principals else { return nil }
        let name = KeyPairFiles.isIdentity(own) ? own : "cartulary"
        let lines = missing.compactMap { key in
            (try? key.openSSHLine()).map { KeyPairFiles.trustLine(name, publicLine: $0).dropLast() }
        }
        let scripts = lines.flatMap { ["-e", ShellCommand.Part.text("$a \($0)")] }
        return Hint(ShellCommand(["sed", "-i"] + scripts + [.file(path)]))
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
