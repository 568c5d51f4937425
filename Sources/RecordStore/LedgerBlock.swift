/// Entries whose digest is kept as one, so that a root needs neither all leaves nor a stored tree.
enum LedgerBlock {
    /// A block has 2^level entries.
    static let level = 10
}
