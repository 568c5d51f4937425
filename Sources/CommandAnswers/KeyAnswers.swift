import AuditModel
package import CommandLineInterface
package import Installation
package import Signing
import StrictJSON

extension Answer {
    /// What `keygen` made.
    package static func keygen(_ key: PublicKey, files: KeyPairFiles) -> Answer {
        Answer([
            "files": .texts(files.paths), "key": key.value(path: files.path), "trustFile": .string(files.trustPath),
        ])
    }

    /// What `key rotate` did with the key at a path.
    package static func rotation(_ outcome: KeyRotation.Outcome, path: String) -> Answer {
        var old = outcome.old.members(path: outcome.kept)
        old["until"] = .string(outcome.end.text)
        return Answer([
            "key": outcome.new.value(path: path), "oldKey": .object(old), "statement": .string(outcome.statement),
            "trustFile": .string(outcome.trustFile),
        ])
    }
}

extension PublicKey {
    func members(path: String) -> [String: JSONValue] {
        ["fingerprint": .string(fingerprint), "path": .string(path)]
    }

    func value(path: String) -> JSONValue { .object(members(path: path)) }
}
