package import AuditModel
import BundleFormat
import LedgerFiles
package import MerkleTree
package import RecordStore
package import Signing
package import StrictJSON

/// What the clock says, or an option in its stead, and whether somebody said that a leap ahead is right.
struct SessionTime {
    var now: Timestamp
    var isConfirmed: Bool
}

/// A ledger that is open for one writer: its lock is held, and what was committed before is acknowledged.
///
/// Whoever opens a session ends it, in a `defer`: until then no other run can write.
struct LedgerSession {
    let ledger: LedgerFile
    /// nil if nothing can be written.
    private let lock: LedgerLock?
    private let writer: EntryWriter
    /// The time that entries get.
    let received: Timestamp

    /// Opens a ledger that is there.
    ///
    /// - Throws: `LedgerError`, `locked`, if another run still writes after `wait` seconds; ``EnvironmentError`` for a time
    ///   that the ledger does not accept (``LedgerTime``).
    init(opening path: String, key: PrivateKey, time: SessionTime, wait: Int) throws {
        // Opening to append would make a ledger that is not there.
        _ = try LedgerFile(path, .read)
        let lock = try LedgerLock(path, wait: wait)
        self.lock = lock
        do {
            ledger = try LedgerFile(path, .append)
            received = try LedgerTime.accepted(
                time.now, after: ledger.read { try $0.lastReceived() }, isConfirmed: time.isConfirmed, ledger: path)
            writer = EntryWriter(path, ledger, key: key, received: received)
            try writer.acknowledge()
            try ledger.read { try $0.requireIntegrity() }
        } catch {
            lock.release()
            throw error
        }
    }

    /// Opens a ledger to look at it: nobody is kept from writing, and the file refuses whatever would be recorded.
    init(reading path: String, key: PrivateKey, now: Timestamp) throws {
        lock = nil
        ledger = try LedgerFile(path, .read)
        received = now
        writer = EntryWriter(path, ledger, key: key, received: now)
        try ledger.read { try $0.requireIntegrity() }
    }

    /// Lets the next writer in.
    func end() { lock?.release() }

    /// Records that a bundle has a position in its series.
    ///
    /// `clock` is what the machine's clock says.
    func record(_ seal: SealEntry, clock: Timestamp) throws {
        try writer.commit { try $0.append(seal, clock: clock) }
    }

    /// Records an answer that was given under an idempotency key.
    func record(_ request: RequestEntry) throws { try writer.commit { try $0.append(request) } }

    /// Records a decision, and the record that it accepts.
    func record(_ decision: DecisionEntry) throws { try writer.commit { try LedgerDecision.append(decision, $0) } }
}

/// Appends a seal, a request, a decision or a recovery, each in a transaction of its own, and signs the log.
package struct EntryWriter {
    private let path: String
    private let ledger: LedgerFile
    private let key: PrivateKey
    private let received: Timestamp

    /// A writer to the ledger at a path, of which the caller holds the lock; `received` is the time that entries get.
    package init(_ path: String, _ ledger: LedgerFile, key: PrivateKey, received: Timestamp) {
        self.path = path
        self.ledger = ledger
        self.key = key
        self.received = received
    }

    /// Appends what a journal tells of, by whoever signed then.
    package func replay(_ entry: JSONValue, signer: LedgerSigner, root: MerkleDigest?) throws {
        try write(signer: signer, replaying: root) { writer in
            switch ParsedEntry(entry.bytes) {
            case .seal(let seal): try writer.append(seal)
            case .request(let request): try writer.append(request)
            case .recovery(let recovery): try writer.append(recovery.body)
            case .decision(let decision): try LedgerDecision.append(decision, writer)
            case .key, .run, nil:
                throw LedgerError(.broken, "the journal has an entry that this version does not know")
            }
        }
    }

    /// Appends and signs.
    func commit(_ append: (LedgerWriter) throws -> Void) throws {
        try write(append)
        try acknowledge()
    }

    /// Appends, without signing yet; `signer` is whoever signs now, if not the key.
    ///
    /// `root` is the one that a run had that is made again.
    package func write(
        signer: LedgerSigner? = nil, replaying root: MerkleDigest? = nil, _ append: (LedgerWriter) throws -> Void
    ) throws {
        try ledger.write { writer in
            guard let origin = try signer?.origin ?? writer.reader.signers().last?.origin else {
                throw LedgerError(.broken, "ledger \"\(path)\" has no signer")
            }
            let own = try signer ?? LedgerSigner(origin: origin, publicKey: key.publicKey.openSSHLine())
            try writer.appendKey(of: own, received: received)
            try append(writer)
            let number = (try writer.reader.lastRun()?.number ?? 0) + 1
            try writer.endRun(number, received: received, keepsRaw: true, replaying: root) { size, root in
                try CheckpointFile.note(origin: origin, size: size, root: root, key: key).bytes
            }
        }
    }

    /// Signs what is committed, so that it can be called done.
    ///
    /// Returns the last run; nil before the first.
    @discardableResult
    package func acknowledge() throws -> LedgerReader.Run? {
        let state = try ledger.read { reader in
            (
                run: try reader.lastRun(), signer: try reader.signers().last,
                checkpoint: try CheckpointFile.check(path, reader, trusting: key.publicKey)
            )
        }
        guard let run = state.run, let origin = state.signer?.origin else { return nil }
        try ledger.read { try LedgerJournal.extend(path, $0) }
        if state.checkpoint?.size != UInt64(run.size) {
            try CheckpointFile.write(path, try ledger.read { try note(of: run, origin: origin, $0) })
        }
        return run
    }

    /// The checkpoint of a run: signed now by the key that signed the run, else what the run itself carries.
    ///
    /// A key that the log does not know yet, such as one after a rotation, must not sign what was committed before it.
    private func note(of run: LedgerReader.Run, origin: String, _ reader: LedgerReader) throws -> SignedNote {
        if try reader.signers().last?.publicKey != key.publicKey.openSSHLine(),
            let note = try? SignedNote(parsing: try reader.note(ofRun: run.number))
        {
            return note
        }
        return try CheckpointFile.note(origin: origin, size: run.size, root: run.root, key: key)
    }
}
