package import CommandLineInterface
import FileSystem
import Installation
package import Signing

/// Which key signs: one place says it, and whatever contradicts it is a problem.
///
/// That place is `key` of the configuration, or the variable `CARTULARY_KEY` if the configuration has no `key`. A file of the
/// same name that systemd hands over (systemd.exec(5), LoadCredential) is this key, read by somebody who may.
struct KeySetting {
    let section: ConfigurationSection
    let environment: [String: String]
    let absolute: (String) -> String

    static let variable = "CARTULARY_KEY"
    private static let credentialPrefix = "credential:"

    /// The path of the private key; nil, with a problem, if none can be used.
    func read() -> Setting<String>? {
        guard let variable = environment[Self.variable], !variable.isEmpty else {
            return section.required("key").flatMap(configured)
        }
        guard section["key"] != nil else { return Setting(value: variable, origin: .variable(Self.variable)) }
        guard let setting = section.text("key").flatMap(configured) else { return nil }
        // Services that an earlier version set up name the credential in this way too.
        if variable == setting.value || variable == absolute(setting.value) { return setting }
        section.add(
            "is \"\(setting.value)\", and the variable \(Self.variable) is \"\(variable)\": only one of them can say which key "
                + "signs, so take one away", key: "key")
        return nil
    }

    /// Where the configuration says that the key stands; nil if it does not.
    static func path(_ section: ConfigurationSection, _ absolute: (String) -> String) -> String? {
        guard section["key"] != nil, let value = section.text("key") else { return nil }
        return absolute(value.hasPrefix(credentialPrefix) ? String(value.dropFirst(credentialPrefix.count)) : value)
    }

    private func configured(_ value: String) -> Setting<String>? {
        let line = section.line("key")
        guard value.hasPrefix(Self.credentialPrefix) else {
            if let path = credential(FileName.last(of: value)), FileStatus.exists(path) {
                return Setting(value: path, origin: .credential(line))
            }
            return Setting(value: absolute(value), origin: .file(line))
        }
        guard let path = credential(String(value.dropFirst(Self.credentialPrefix.count))) else {
            section.add(
                "is \"\(value)\", but CREDENTIALS_DIRECTORY is not set: run it as a service with LoadCredential, or give the "
                    + "path of the key", key: "key")
            return nil
        }
        return Setting(value: path, origin: .credential(line))
    }

    /// Where systemd puts a credential; nil outside of a service that has any.
    private func credential(_ name: String) -> String? {
        guard let folder = environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty else { return nil }
        return "\(folder)/\(name)"
    }
}

extension Configuration {
    /// Reads the key that signs.
    ///
    /// - Throws: `notPermitted` for one that cannot be used, or that cannot sign checkpoints: before anything is taken in.
    package func privateKey() throws(CommandError) -> PrivateKey {
        let own = try readKey()
        guard own.publicKey.type == .ed25519 else {
            throw CommandError(
                .notPermitted, "key \"\(key.value)\" has type \(own.publicKey.type.rawValue), expected Ed25519",
                hint: .command("cartulary", "keygen", "--out", "ed25519-key"))
        }
        return own
    }

    /// The keys that rotations kept beside the key of now, the newest first; one that cannot be used is left out.
    package var formerKeys: [PrivateKey] { KeyFile.former(key.value) }

    /// The file of the private key with a public key, in the form of one line: the configured one, or one that a rotation kept beside
    /// it; the configured one if neither is it.
    package func keyFile(of publicKey: String?) -> String {
        guard let publicKey else { return key.value }
        let paths = [key.value] + KeyFile.formerPaths(key.value)
        return paths.first { (try? KeyFile.read($0).publicKey.openSSHLine()) == publicKey } ?? key.value
    }

    private func readKey() throws(CommandError) -> PrivateKey {
        do {
            return try KeyFile.read(key.value)
        } catch {
            guard isService, case .file = key.origin, error.status == .notPermitted else { throw error }
            var error = error
            error.hint =
                "in the unit: LoadCredential=\(.text(FileName.last(of: key.value))):\(.file(key.value)), for the key that the configuration names"
            throw error
        }
    }
}
