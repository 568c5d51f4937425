package import AuditModel
import BundleExport
package import BundleFormat
import FileSystem
package import LedgerFiles
import MerkleTree
package import RecordAnalysis
import RecordIngest
import RecordSpill
import RecordStore
package import Signing

/// What an ingest is asked to do.
package struct IngestOptions: Sendable {
    package var inputs: [String] = []
    package var ledger = ""
    /// Signs the checkpoint; Ed25519.
    package var key: PrivateKey
    /// The time of acceptance, which every entry names.
    package var received: Timestamp
    /// What tells a new ledger apart from every other one; nil leaves it out, so that the same ingests give the same checkpoint.
    package var identity: String?
    /// Whether somebody said that it is right though it is long after the ledger was last written.
    package var isTimeConfirmed = false
    /// Seconds to wait for another writer.
    package var wait = 0
    package var threads = 2
    /// Bytes of memory to use; records beyond them go to a file without a name beside the ledger; nil for no limit.
    package var memory: Int?
    /// Whether rejected records are kept with their bytes, or by digest only.
    package var keepsRawRejected = true
    package var progress: ProgressHandler?
    /// What an ingest in the journal says of itself, when it is made again.
    package var replay: JournaledIngest?

    package init(key: PrivateKey, received: Timestamp) {
        self.key = key
        self.received = received
    }
}

/// What an ingest did.
package struct IngestResult: Sendable {
    /// What became of the records that were read in this ingest.
    package var sums = IntakeSums()
    /// Accepted rows that a record with an identifier now stands for.
    package var superseded = 0
    /// Sources that were read, and the names of those that had been read before in whole.
    package var sources: [SourceSummary] = []
    package var known: [String] = []
    /// What the ledger tells of these, as they were read then, under the names that they have now.
    package var knownSummaries: [SourceSummary] = []
    /// Whether anything was stored.
    package var isChanged = false
    package var errors = 0
    package var warnings = 0
    /// By SHA-256 of a source, the first reasons why not all of it was read: it is blank, says itself that it failed or holds
    /// more than came, or records of it were rejected.
    package var shortfalls: [String: [String]] = [:]
    /// By SHA-256 of a source that is part of a listing, what tells its deployments apart.
    package var listed: [String: [String]] = [:]
    /// Records that contradict others, and columns of CSV rows that do, which this ingest put into quarantine.
    package var newConflicts = 0
    /// Findings at error level on what was read that are about no rejected, contradicting or incomplete record or source.
    package var claimErrors: [FindingCode: Int] = [:]
    /// The log after the ingest.
    package var size = 0
    package var root = ""
    package var origin = ""

    fileprivate mutating func add(_ sources: [KnownSource]) {
        known += sources.map(\.summary.name)
        knownSummaries += sources.map(\.summary)
    }
}

/// Takes files into a ledger: all of an ingest, or nothing of it.
package struct LedgerIngest {
    private var options: IngestOptions
    private let ledger: LedgerFile
    private let origin: String
    private var result = IngestResult()

    /// Runs an ingest.
    ///
    /// Throws ``EnvironmentError`` or `LedgerError`; the ledger is then as it was before.
    package static func run(_ options: IngestOptions) async throws -> IngestResult {
        guard options.key.publicKey.type == .ed25519 else {
            throw EnvironmentError(
                .notPermitted, "checkpoints are signed with Ed25519 keys, found \(options.key.publicKey.type.rawValue)",
                hint: .command("cartulary", "keygen", "--out", "ed25519-key"))
        }
        let inputs = try InputList.expand(options.inputs)
        try FileName.requireDirectory(FileName.directory(of: options.ledger))
        if options.replay == nil { try LedgerJournal.checkNotOrphaned(options.ledger) }
        do {
            let lock = try LedgerLock(options.ledger, wait: options.wait)
            defer { lock.release() }
            var ingest = try LedgerIngest(options)
            try await ingest.make(inputs)
            return ingest.result
        } catch let error as LedgerError {
            throw LedgerFailure.translated(error, options.ledger)
        }
    }

    /// What an ingest says of sources that the ledger has all read before: nothing has to be stored for that.
    ///
    /// Returns nil if one of them is new, or the ledger is. Throws ``EnvironmentError``.
    package static func readBefore(_ options: IngestOptions) throws -> IngestResult? {
        guard FileStatus.exists(options.ledger) else { return nil }
        let inputs = try InputList.expand(options.inputs)
        return try LedgerFailure.translating(options.ledger) {
            let (known, fresh) = try KnownSources.split(inputs, LedgerFile(options.ledger, .read))
            guard fresh.isEmpty else { return nil }
            var result = IngestResult()
            result.add(known)
            result.shortfalls = try KnownSources.shortfalls(known, LedgerFile(options.ledger, .read))
            return result
        }
    }

    private init(_ options: IngestOptions) throws {
        self.options = options
        ledger = try LedgerFile(options.ledger, .append)
        let path = options.ledger
        if let replay = options.replay {
            origin = replay.signer.origin
            return
        }
        self.options.received = try LedgerTime.accepted(
            options.received, after: ledger.read { try $0.lastReceived() }, isConfirmed: options.isTimeConfirmed,
            ledger: path)
        let key = options.key.publicKey
        // Before anything is committed: a journal that cannot be gone on with would leave the ingest unacknowledged.
        _ = try LedgerJournal.end(LedgerJournal.path(of: path))
        let state = try ledger.read { reader in
            (checkpoint: try CheckpointFile.check(path, reader, trusting: key), signer: try reader.signers().last)
        }
        origin =
            state.signer?.origin ?? LedgerIngest.begun(state.checkpoint, path)
            ?? LedgerIdentity.origin(path, options.identity)
        guard state.checkpoint?.origin != origin, state.signer == nil else { return }
        // Before anything is in the ledger: from now on a missing checkpoint means that one was taken away.
        try CheckpointFile.write(path, origin: origin, size: 0, root: MerkleHash.emptyRoot, key: options.key)
    }

    /// The origin of a log that was begun, and has no entry yet.
    private static func begun(_ checkpoint: Checkpoint?, _ path: String) -> String? {
        guard let origin = checkpoint?.origin, origin.hasPrefix(LedgerIdentity.prefix(path)) else { return nil }
        return origin
    }

    private mutating func make(_ inputs: [String]) async throws {
        let (known, fresh) = try KnownSources.split(inputs, ledger)
        result.add(known)
        result.shortfalls = try KnownSources.shortfalls(known, ledger)
        let memory = options.memory.map {
            MemoryBudget(size: $0, directory: FileName.directory(of: options.ledger)).reading(fresh)
        }
        let sources = try await load(fresh, memory)
        if !sources.isEmpty {
            var transaction = try await LedgerTransaction(
                options, origin: origin, sources, ledger: ledger, memory: memory, result: result)
            do {
                result = try ledger.write { try transaction.write($0) }
            } catch let duplicates as OnlyDuplicates {
                result = duplicates.result
            }
        }
        if options.replay == nil { try acknowledge() }
    }

    /// Reads inputs that the ledger does not know by their size.
    private mutating func load(_ inputs: [String], _ memory: MemoryBudget?) async throws -> [LoadedSource] {
        let sources = try await SourceLoader.load(
            inputs, threads: options.threads, digestsRaw: true, memory: memory, progress: options.progress)
        return try dropKnown(options.replay?.named(sources) ?? sources)
    }

    /// Leaves out sources that are in the ledger, or twice among the inputs; only their bytes tell.
    private mutating func dropKnown(_ sources: [LoadedSource]) throws -> [LoadedSource] {
        var seen: Set<String> = []
        var fresh: [LoadedSource] = []
        var found: [KnownSource] = []
        for source in sources {
            guard let digest = MerkleDigest(hexadecimal: source.summary.sha256) else { continue }
            if var known = try KnownSources.find(digest, bytes: source.summary.size, in: ledger) {
                known.summary.name = source.summary.name
                known.isBlank = source.isBlank
                found.append(known)
            } else if !seen.insert(source.summary.sha256).inserted {
                result.known.append(source.summary.name)
                result.knownSummaries.append(source.summary)
            } else {
                fresh.append(source)
            }
        }
        try ledger.read { try $0.requireRows(ofRuns: Set(found.map(\.run))) }
        result.add(found)
        result.shortfalls.merge(try KnownSources.shortfalls(found, ledger)) { own, _ in own }
        return fresh
    }

    /// Signs what is committed, so that it can be called done.
    private mutating func acknowledge() throws {
        let run = try EntryWriter(options.ledger, ledger, key: options.key, received: options.received).acknowledge()
        result.size = run?.size ?? 0
        result.root = (run?.root ?? MerkleHash.emptyRoot).hexadecimal
        result.origin = origin
    }
}

extension JournaledIngest {
    /// Sources under the names that they had; files may have been renamed since.
    fileprivate func named(_ loaded: [LoadedSource]) -> [LoadedSource] {
        let names = Dictionary(sources.map { ($0.sha256, $0.name) }) { first, _ in first }
        let renamed = loaded.map { source in
            var source = source
            source.summary.name = names[source.summary.sha256] ?? source.summary.name
            return source
        }
        return renamed.sorted(by: SourceLoader.precedes)
    }
}
