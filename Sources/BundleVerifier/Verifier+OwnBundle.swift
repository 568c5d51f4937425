import BundleReading
import FileSystem
package import Signing

extension Verifier {
    /// Requires that a bundle that was just made is valid, and that nothing is warned of, before anything depends on it.
    ///
    /// Trusted is the key that signed it, so only the content is in question.
    ///
    /// - Parameters:
    ///   - path: where the file can be read, which may have no name yet.
    ///   - name: the name that it will have, without its ending.
    ///   - key: the key that signed it.
    ///   - time: seconds since 1970 at which the key must be valid.
    ///   - threads: tasks side by side.
    /// - Throws: ``EnvironmentError``, `brokenChain`, with the checks that did not pass and the warnings.
    package static func requireValid(
        _ path: String, named name: String, key: PublicKey, time: Int64, threads: Int
    ) async throws {
        let trust = try AllowedSigners(trusting: Array(key.openSSHLine().utf8))
        let bundle = try UnverifiedBundle(path: path, named: name + ".zip")
        let report = await Verifier(trust: trust, time: time, threads: threads).verify(bundle)
        // A bundle that somebody renamed is valid with a warning; one that is made here has no reason for any.
        guard report.verdict != .valid || !report.warnings.isEmpty else { return }
        let checks = report.checks.filter { $0.status != .passed }.prefix(3).map { check in
            "\(check.name): \(check.detail.prefix(400))"
        }
        throw EnvironmentError(
            .brokenChain,
            "bundle \"\(name)\" would be \(report.verdict.rawValue)\(report.warnings.isEmpty ? "" : " with a warning"), expected "
                + "valid without one; nothing is sealed: " + (checks + report.warnings).joined(separator: "; "))
    }
}
