package import AuditModel
import BundleExport
import FileSystem
import Ledger
import LedgerFiles
import MerkleTree
import RecordStore
package import Signing
package import StrictJSON

extension LedgerRecovery {
    /// What a break is declared with.
    package struct Break: Sendable {
        /// The last known checkpoint of the lost ledger.
        package var checkpoint: [UInt8] = []
        /// A bundle of the lost ledger, or its journal: either tells which logs that one continued.
        ///
        /// nil: not there.
        package var bundle: String?
        package var journal: String?
        package var reason = ""
        package var by = ""
        /// The new ledger; there must be none.
        package var ledger = ""
        package var key: PrivateKey
        package var received: Timestamp

        package init(key: PrivateKey, received: Timestamp) {
            self.key = key
            self.received = received
        }
    }

    /// What was declared.
    package struct Declared: Sendable {
        /// The new log's name in its checkpoints.
        package let origin: String
        /// The logs that it continues although they are lost, the first first, as bundles show them.
        package let breaks: [JSONValue]
    }

    /// Begins a ledger in the place of one that is lost with its sources, and says so in its first entries.
    ///
    /// - Throws: ``EnvironmentError``: `unreadableInput` for no checkpoint, `cannotCreate` if a file is there.
    @discardableResult
    package static func declare(_ options: Break) throws -> Declared {
        guard let note = try? SignedNote(parsing: options.checkpoint), let lost = try? Checkpoint(text: note.text),
            let root = MerkleDigest(lost.root)
        else {
            throw EnvironmentError(.unreadableInput, "the checkpoint of the lost ledger is not a signed checkpoint")
        }
        let left = [
            options.ledger, CheckpointFile.path(of: options.ledger), LedgerJournal.path(of: options.ledger),
        ]
        for path in left where FileStatus.exists(path) {
            throw EnvironmentError(.cannotCreate, "cannot begin ledger \"\(options.ledger)\": \"\(path)\" is there")
        }
        try FileName.requireDirectory(FileName.directory(of: options.ledger))
        let origin = nextOrigin(lost.origin)
        let earlier = try earlierBreaks(options, of: lost.origin)
        let own = RecoveryEntry(
            origin: lost.origin, size: Int(lost.size), root: root.hexadecimal, reason: options.reason, by: options.by,
            received: options.received)
        try LedgerFailure.translating(options.ledger) {
            let lock = try LedgerLock(options.ledger, wait: 0)
            defer { lock.release() }
            try CheckpointFile.write(
                options.ledger, origin: origin, size: 0, root: MerkleHash.emptyRoot, key: options.key)
            let ledger = try LedgerFile(options.ledger, .append)
            let writer = EntryWriter(options.ledger, ledger, key: options.key, received: options.received)
            let signer = LedgerSigner(origin: origin, publicKey: try options.key.publicKey.openSSHLine())
            // Each in a run of its own, as the journal has it.
            for entry in earlier + [own] { try writer.write(signer: signer) { try $0.append(entry.body) } }
            try writer.acknowledge()
        }
        return Declared(origin: origin, breaks: (earlier + [own]).map(\.value))
    }

    /// The breaks that the lost log declared itself, the first first.
    ///
    /// Throws ``EnvironmentError``, `noInput`, if its name says that there are some, and they are nowhere to be read.
    private static func earlierBreaks(_ options: Break, of origin: String) throws -> [RecoveryEntry] {
        var wanted = 0
        var entries: [RecoveryEntry] = []
        if let number = epoch(origin) {
            wanted = number - 1
            let values =
                try options.bundle.map { try breaks(inBundle: $0) }
                ?? options.journal.map { try LedgerJournal.read($0).runs.compactMap(\.entry) } ?? []
            entries = values.filter { $0["type"].map { $0.string == "recovery" } ?? true }.compactMap(
                RecoveryEntry.init)
        }
        let leadsHere = zip(entries, entries.dropFirst().map(\.origin) + [origin]).allSatisfy {
            nextOrigin($0.origin) == $1
        }
        guard entries.count == wanted, leadsHere else {
            throw EnvironmentError(
                .noInput,
                "the lost log \"\(origin)\" continued \(wanted == 1 ? "another one" : "\(wanted) others"), and nothing was given that "
                    + "says why, expected its journal beside the checkpoint, or a bundle that was made from it",
                hint: "add a bundle of the lost ledger: \(.option("--bundle", "bundle.zip"))")
        }
        return entries
    }

    private static func breaks(inBundle path: String) throws -> [JSONValue] {
        // One that is not there, or may not be read, is reported as such.
        _ = try ReadOnlyFile(path)
        guard let breaks = PublishedBundle.breaks(ofFile: path) else {
            throw EnvironmentError(
                .unreadableInput, "\"\(path)\" is no bundle that was made from a ledger",
                hint: .command("ls", "-l", .file(path)))
        }
        return breaks
    }

    /// The number of a log that continues others; nil for the first.
    private static func epoch(_ origin: String) -> Int? {
        let last = origin.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard last.hasPrefix("epoch-"), let number = Int(last.dropFirst("epoch-".count)), (2...1000).contains(number)
        else { return nil }
        return number
    }

    /// The name of the log of the next epoch: two logs never share one.
    private static func nextOrigin(_ origin: String) -> String {
        guard let number = epoch(origin) else { return origin + "/epoch-2" }
        let parts = origin.split(separator: "/", omittingEmptySubsequences: false)
        return (parts.dropLast() + ["epoch-\(number + 1)"]).joined(separator: "/")
    }
}
