import AuditModel
import BundleFormat
import MerkleTree
import RecordStore
import Signing

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

    private func write(_ append: (LedgerWriter) throws -> Void) throws {
        try ledger.write { writer in
            guard let origin = try writer.reader.signers().last?.origin else {
                throw LedgerError(.broken, "ledger \"\(path)\" has no signer")
            }
            let signer = LedgerSigner(origin: origin, publicKey: try key.publicKey.openSSHLine())
            if try writer.reader.signers().last != signer { try writer.append(signer, received: received) }
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
