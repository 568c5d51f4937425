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
            let last = try writer.reader.signers().last
            guard let origin = signer?.origin ?? last?.origin else {
                throw LedgerError(.broken, "ledger \"\(path)\" has no signer")
            }
            let own = try signer ?? LedgerSigner(origin: origin, publicKey: key.publicKey.openSSHLine())
            if last != own { try writer.append(own, received: received) }
            try append(writer)
            let number = (try writer.reader.lastRun()?.number ?? 0) + 1
            try writer.endRun(number, received: received, keepsRaw: true) { size, root in
                try CheckpointFile.note(origin: origin, size: size, root: root, key: key).bytes
            }
        }
    }

    /// Signs what is committed, so that it can be called done.
    func acknowledge() throws {
        let state = try ledger.read { reader in
            (
                run: try reader.lastRun(), signer: try reader.signers().last,
                checkpoint: try CheckpointFile.check(path, reader, trusting: key.publicKey)
            )
        }
        guard let run = state.run, let origin = state.signer?.origin else { return }
        try ledger.read { try LedgerJournal.extend(path, $0) }
        guard state.checkpoint?.size != UInt64(run.size) else { return }
        try CheckpointFile.write(path, origin: origin, size: run.size, root: run.root, key: key)
    }
}
