package import Signing

/// What earlier verifications of an archive saw: it has to be there still, and the archive may only have grown.
package struct ArchiveMemory: Sendable, Equatable {
    /// One thing that was seen.
    package enum Mark: Sendable, Hashable {
        /// The archive's signed checkpoint, when everything was valid.
        case checkpoint(Checkpoint)
        /// A bundle that was valid as a whole: its position, and the digest of what is signed.
        case bundle(sequence: Int, digest: String)
    }

    package private(set) var checkpoints: [Checkpoint] = []
    /// The digest of each bundle by its position.
    package private(set) var bundles: [Int: String] = [:]

    package init(_ marks: [Mark] = []) {
        for mark in marks {
            switch mark {
            case .checkpoint(let checkpoint): checkpoints.append(checkpoint)
            case .bundle(let sequence, let digest): bundles[sequence] = digest
            }
        }
    }
}
