import AuditModel
import BundleFormat
import MerkleTree
import RecordStore
import Signing
import StrictJSON

/// Appends an entry that is no record, as a run of its own, and signs the log that it makes.
struct LedgerDeed {
    private let path: String
    private let ledger: Ledger
    private let key: PrivateKey
    private let received: Timestamp

    init(_ path: String, _ ledger: Ledger, key: PrivateKey, received: Timestamp) {
        self.path = path
        self.ledger = ledger
        self.key = key
        self.received = received
    }

    /// Opens a ledger that is there for writing, with what was committed before acknowledged; hold the lock to the end.
    static func begin(
        _ path: String, key: PrivateKey, received: Timestamp, wait: Int
    ) throws -> (deed: LedgerDeed, ledger: Ledger, lock: LedgerLock) {
        // Opening to append would make a ledger that is not there.
        _ = try Ledger(path, .read)
        let lock = try LedgerLock(path, wait: wait)
        let ledger = try Ledger(path, .append)
        let deed = LedgerDeed(path, ledger, key: key, received: received)
        try deed.acknowledge()
        return (deed, ledger, lock)
    }

    func seal(_ seal: SealEntry) throws {
        try write { try $0.append(seal) }
        try acknowledge()
    }

    func request(_ request: RequestEntry) throws {
        try write { try $0.append(request) }
        try acknowledge()
    }

    /// Appends what a journal tells of, by whoever signed then.
    func replay(_ deed: JSONValue, signer: LedgerSigner) throws {
        try write(signer: signer) { writer in
            switch ParsedEntry(deed.bytes) {
            case .seal(let seal): try writer.append(seal)
            case .request(let request): try writer.append(request)
            case .recovery(let recovery): try writer.append(recovery.body)
            case .decision(let decision): try LedgerDecision.append(decision, writer)
            case .key, .run, nil:
                throw LedgerError(.broken, "the journal has an entry that this version does not know")
            }
        }
    }

    /// `signer` is whoever signs now, if not the key.
    func write(signer: LedgerSigner? = nil, _ append: (LedgerWriter) throws -> Void) throws {
        try ledger.write { writer in
            guard let origin = try signer?.origin ?? writer.reader.signers().last?.origin else {
                throw LedgerError(.broken, "ledger \"\(path)\" has no signer")
            }
            let own = try signer ?? LedgerSigner(origin: origin, publicKey: key.publicKey.openSSHLine())
            try writer.enter(own, received: received)
            try append(writer)
            let number = (try writer.reader.lastRun()?.number ?? 0) + 1
            try writer.endRun(number, received: received, keepsRaw: true) { size, root in
                try CheckpointFile.note(origin: origin, size: size, root: root, key: key).bytes
            }
        }
    }

    /// Signs what is committed, so that it can be called done.
    ///
    /// Returns the last run; nil before the first.
    @discardableResult
    func acknowledge() throws -> LedgerReader.Run? {
        let state = try ledger.read { reader in
            (
                run: try reader.lastRun(), signer: try reader.signers().last,
                checkpoint: try CheckpointFile.check(path, reader, trusting: key.publicKey)
            )
        }
        guard let run = state.run, let origin = state.signer?.origin else { return nil }
        try ledger.read { try LedgerJournal.extend(path, $0) }
        if state.checkpoint?.size != UInt64(run.size) {
            try CheckpointFile.write(path, origin: origin, size: run.size, root: run.root, key: key)
        }
        return run
    }
}
