import BundleReading
import FileSystem
package import Signing

extension Verifier {
    /// Requires that a bundle that was just made is valid, before anything depends on it.
    ///
    /// Trusted is the key that signed it, so only the content is in question.
    ///
    /// - Parameters:
    ///   - path: where the file can be read, which may have no name yet.
    ///   - name: the name that it will have, without its ending.
    ///   - key: the key that signed it.
    ///   - time: seconds since 1970 at which the key must be valid.
    ///   - threads: tasks side by side.
    /// - Throws: ``EnvironmentError``, `brokenChain`, with the checks that did not pass.
    package static func requireValid(
        _ path: String, named name: String, key: PublicKey, time: Int64, threads: Int
    ) async throws {
        let trust = try AllowedSigners(trusting: Array(key.openSSHLine().utf8))
        let bundle = try UnverifiedBundle(path: path, named: name + ".zip")
        let report = await Verifier(trust: trust, time: time, threads: threads).verify(bundle)
        guard report.verdict != .valid else { return }
        let checks = report.checks.filter { $0.status != .passed }.prefix(3).map { check in
            "\(check.name): \(check.detail.prefix(400))"
        }
        throw EnvironmentError(
            .brokenChain,
            "bundle \"\(name)\" would be \(report.verdict.rawValue), expected valid; nothing is sealed: "
                + checks.joined(separator: "; "))
    }
}
