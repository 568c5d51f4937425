package import BundleFormat
import Crypto
import MerkleTree
import StrictJSON

/// The sources of a bundle beside the digests with which the ends of runs bind them.
package struct RunSources: Sendable {
    /// nil if they are not known, or a filter withholds them.
    private let sources: [SourceSummary]?
    /// The source that the next run begins with.
    package private(set) var next = 0

    package init(_ sources: [SourceSummary]?) { self.sources = sources }

    /// Takes the digest of the sources of a run; false if those that come next do not give it.
    package mutating func end(_ digest: String) -> Bool {
        guard let sources else { return true }
        var hash = SHA256()
        var place = next
        while MerkleDigest(hash.finalize()).hexadecimal != digest {
            guard place < sources.count else { return false }
            hash.update(data: IntakeFiles.source(sources[place]).file)
            place += 1
        }
        next = place
        return true
    }

    /// What no run of the log read.
    package func missing() -> [String] {
        next == sources?.count ?? next ? [] : ["\(BundlePath.sources) lists sources that no run of the log read"]
    }
}
