import FileSystem
import Ledger
import LedgerFiles
import MerkleTree
import RecordIngest
import RecordStore
package import Signing

/// Makes a ledger again, from its journal and the sources that it was fed with.
package enum LedgerRecovery {
    /// What a recovery is asked to do.
    package struct Options: Sendable {
        package var journal = ""
        /// Files, or directories that are searched for the journal's sources, whatever these are called now.
        package var sources: [String] = []
        /// The new ledger; there must be none.
        package var ledger = ""
        /// The key that signed last.
        package var key: PrivateKey
        package var threads = 2
        /// Bytes of memory that a run may take; nil for no limit.
        package var memory: Int?

        package init(key: PrivateKey) { self.key = key }
    }

    /// What a recovery made.
    package struct Outcome: Sendable {
        package let runs: Int
        /// Entries of the log.
        package let size: Int
        /// In hexadecimal.
        package let root: String
    }

    /// Replays every run, compares size and root after each with the journal's, and signs the last.
    ///
    /// - Throws: ``EnvironmentError``: `noInput` if a source is missing, `brokenChain` if a run gives another root.
    package static func run(_ options: Options) async throws -> Outcome {
        let (runs, _, _) = try LedgerJournal.read(options.journal)
        guard let last = runs.last else {
            throw EnvironmentError(
                .noInput, "no runs in journal \"\(options.journal)\"",
                hint: .command("ls", "-l", .file(options.journal)))
        }
        guard try last.signer.publicKey == options.key.publicKey.openSSHLine() else {
            throw EnvironmentError(
                .notPermitted, "key \(options.key.publicKey.fingerprint) is not the one that signed the ledger last")
        }
        guard !FileStatus.exists(options.ledger) else {
            throw EnvironmentError(.cannotCreate, "cannot recover to \"\(options.ledger)\": a file is there")
        }
        let files = try find(runs, in: options.sources)
        for run in runs { try await replay(run, files, options: options) }
        guard let root = MerkleDigest(hexadecimal: last.root) else {
            throw EnvironmentError(.brokenChain, "journal \"\(options.journal)\" has a root that is no digest")
        }
        return try LedgerFailure.translating(options.ledger) {
            let ledger = options.ledger
            try LedgerView.reading(ledger) { try LedgerJournal.extend(ledger, $0) }
            try CheckpointFile.write(
                ledger, origin: last.signer.origin, size: last.size, root: root, key: options.key)
            return Outcome(runs: runs.count, size: last.size, root: last.root)
        }
    }

    /// Where the sources of the journal are now, by SHA-256; only files of a wanted size are read.
    private static func find(_ runs: [JournaledIngest], in names: [String]) throws -> [String: String] {
        let wanted = runs.flatMap(\.sources)
        let sizes = Set(wanted.map(\.bytes))
        let digests = Set(wanted.map(\.sha256))
        var files: [String: String] = [:]
        // What is missing is named by its digest; a folder without files lacks nothing.
        for path in try InputList(names, allowsEmpty: true).paths
        where sizes.contains(FileStatus.size(ofRegularFile: path) ?? 0) {
            let digest = try InputFile(path).digestRest()
            if digests.contains(digest) { files[digest] = path }
        }
        let missing = wanted.filter { files[$0.sha256] == nil }
        guard let first = missing.first else { return files }
        throw EnvironmentError(
            .noInput,
            "\(CountedNoun.part(missing.count, of: wanted.count, "source")) \(missing.count == 1 ? "is" : "are") missing, the first \"\(first.name)\" of \(CountedNoun.text(first.bytes, "byte"))",
            hint: "look for the file with SHA-256 \(.text(first.sha256))")
    }

    private static func replay(_ run: JournaledIngest, _ files: [String: String], options: Options) async throws {
        if let entry = run.entry {
            try LedgerFailure.translating(options.ledger) {
                let ledger = try LedgerFile(options.ledger, .append)
                try EntryWriter(options.ledger, ledger, key: options.key, received: run.received)
                    .replay(entry, signer: run.signer, root: MerkleDigest(hexadecimal: run.root))
            }
        } else {
            var ingest = IngestOptions(key: options.key, received: run.received)
            ingest.inputs = run.sources.compactMap { files[$0.sha256] }
            ingest.ledger = options.ledger
            ingest.threads = options.threads
            ingest.memory = options.memory
            ingest.keepsRawRejected = run.keepsRaw
            ingest.replay = run
            _ = try await LedgerIngest.run(ingest)
        }
        let made = try LedgerFailure.translating(options.ledger) {
            try LedgerView.reading(options.ledger) { try $0.lastRun() }
        }
        guard made?.size == run.size, made?.root.hexadecimal == run.root else {
            throw EnvironmentError(
                .brokenChain,
                "run \(run.number) gives \(made?.size ?? 0) entries with root \(made?.root.hexadecimal ?? ""), "
                    + "the journal says \(run.size) with \(run.root)")
        }
    }
}
