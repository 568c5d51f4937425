package import ArchiveFormat
import BundleFormat

/// The sealed bundles of one series: what is listed in an archive's folder is decided by these.
///
/// A ledger keeps the register; an archive knows nothing else of ledgers.
package protocol SealRegister {
    /// The last one; nil before the first.
    func last() throws -> RegisteredSeal?

    /// Those from a sequence number on, in order.
    func seals(from sequence: Int) throws -> [RegisteredSeal]
}
