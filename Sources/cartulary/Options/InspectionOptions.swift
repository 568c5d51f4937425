import ArgumentParser
import AuditModel
import BundleVerifier
import CommandLineInterface
import Ledger
import Signing

/// Whether a bundle is verified before it is sealed.
struct InspectionOptions: ParsableArguments {
    @Flag(
        name: .customLong("no-verify-before-seal"),
        help:
            "Seal a bundle without verifying it first. By default a bundle that the verifier would refuse is never sealed."
    )
    var isLeftOut = false

    /// What judges a bundle of a key; nil if it is left out.
    func inspection(_ key: PublicKey, threads: Int) -> BundleInspection? {
        guard !isLeftOut else { return nil }
        return { path, name in
            try await Verifier.requireValid(
                path, named: name, key: key, time: Timestamp.now.unixSeconds, threads: threads)
        }
    }
}
