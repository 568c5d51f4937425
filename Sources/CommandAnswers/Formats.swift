import ArchiveFormat
import BundleFormat
import BundleVerifier
import CommandLineInterface
import Ledger
import LedgerFiles
import RunConfiguration
import VerificationAnswers

/// The number of each format that the programs write, and of the programs themselves (docs/upgrade.md).
package enum Formats {
    /// What it is, and its name with the number.
    package static let all: [(name: String, number: String)] = [
        ("programs", Version.text), ("bundle", BundleDescription.format),
        ("pages and texts of a bundle", RenderingVersion.current.rawValue), ("catalogue", Catalogue.format),
        ("catalogue of a year", CatalogueYear.format), ("tombstones", Tombstones.format),
        ("checkpoint", CheckpointFile.format), ("ledger", LedgerView.format),
        ("configuration", Configuration.format), ("answers with --json", VerificationText.answerFormat),
    ]
}
