import FileSystem
import Ledger

/// Which files a ledger has read: each is digested once as long as it stays the same.
package final class ReadFiles {
    private let ledger: String
    private var known: [String: (state: Spool.State, isRead: Bool)] = [:]

    package init(_ ledger: String) { self.ledger = ledger }

    /// Whether the ledger has read a file; false for one that cannot be read.
    package func contains(_ path: String) -> Bool {
        let state = Spool.State(path)
        if let known = known[path], known.state == state { return known.isRead }
        let fresh = FileStatus.exists(ledger) ? try? KnownSources.countFresh([path], in: ledger) : nil
        known[path] = (state, fresh == 0)
        return fresh == 0
    }
}
