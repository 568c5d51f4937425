package import BundleFormat
import FileSystem
package import RecordAnalysis

/// A bundle that is whole and signed, and has no name yet.
///
/// What has to be recorded of it is recorded now; then it is published. One that is let go of leaves nothing behind.
package struct PreparedBundle: ~Copyable {
    /// SHA-256 of the tag manifest, in hexadecimal: what the signature is over.
    package let digest: String
    private let archive: UnnamedArchive
    private let made: MadeBundle

    init(digest: String, archive: UnnamedArchive, made: MadeBundle) {
        self.digest = digest
        self.archive = archive
        self.made = made
    }

    /// A path by which this process can read the bundle while it has no name.
    package var processPath: String { archive.processPath }

    /// Syncs the bundle and gives it its name.
    ///
    /// - Throws: `FileSystemError` if it cannot be written, or another file has its name.
    package consuming func publish(wasSealed: Bool = false) throws -> ExportResult {
        let (path, result) = try archive.publish()
        return ExportResult(path: path, wasThere: result == .alreadyThere, wasSealed: wasSealed, made: made)
    }
}

/// What a bundle is and says, for whoever reports of it.
package struct MadeBundle: Sendable {
    package let name: String
    package let result: AnalysisResult
    package let contentRoot: String
    package let deployments: Int
    package let keyFingerprint: String
    package let kind: BundleKind
}
