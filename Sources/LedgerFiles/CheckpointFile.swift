import FileSystem
package import MerkleTree
package import RecordStore
package import Signing

/// The signed checkpoint beside a ledger: what the ledger was when it was last acknowledged.
///
/// It stands outside the database, so that a ledger that was put back, cut or altered no longer fits it.
package enum CheckpointFile {
    /// The specification that checkpoints of ledgers and archives follow.
    package static let format = "C2SP tlog-checkpoint v1.0.0"

    /// Where a ledger's checkpoint stands.
    package static func path(of ledger: String) -> String { ledger + ".checkpoint" }

    /// The ledger whose checkpoint stands at a path; nil if no ledger's does.
    package static func ledger(of checkpoint: String) -> String? {
        let suffix = path(of: "")
        return checkpoint.hasSuffix(suffix) ? String(checkpoint.dropLast(suffix.count)) : nil
    }

    /// A note has some hundred bytes, and as many more for each signature.
    private static let maximumBytes = 64 << 10

    /// The checkpoint's note; nil if there is no such file.
    package static func read(_ ledger: String) throws -> SignedNote? {
        let path = path(of: ledger)
        do {
            return try ReadOnlyFile.contentsIfPresent(path, limit: maximumBytes).map(SignedNote.init(parsing:))
        } catch let error as FileSystemError where error.reason != .tooLong(limit: maximumBytes) {
            throw error
        } catch {
            throw EnvironmentError(
                .brokenChain, "checkpoint \"\(path)\" cannot be read: \(error)", hint: LedgerFailure.wayBack(to: ledger)
            )
        }
    }

    /// Signs what the ledger is now, in the place of the last checkpoint.
    package static func write(_ ledger: String, origin: String, size: Int, root: MerkleDigest, key: PrivateKey) throws {
        try write(ledger, try note(origin: origin, size: size, root: root, key: key))
    }

    /// The signed checkpoint of a log.
    package static func note(origin: String, size: Int, root: MerkleDigest, key: PrivateKey) throws -> SignedNote {
        let checkpoint = Checkpoint(origin: origin, size: UInt64(size), root: root.bytes)
        return try SignedNote(signing: checkpoint.text, name: origin, with: key)
    }

    /// Puts a note in the place of the last checkpoint.
    package static func write(_ ledger: String, _ note: SignedNote) throws {
        try DurableFile.replace(path(of: ledger), with: note.bytes)
    }

    /// Compares a ledger with its checkpoint and the end of its journal, and returns the checkpoint; nil only for a ledger without entries.
    ///
    /// `key` may have signed a run that was not acknowledged, besides the key of the checkpoint. Without `besideJournal` only the
    /// checkpoint is compared.
    ///
    /// Throws `brokenChain` for a ledger that is older than its checkpoint or journal, or another one. A checkpoint that came back
    /// with an older copy fits it; the journal beside it does not.
    package static func check(
        _ ledger: String, _ reader: LedgerReader, trusting key: PublicKey? = nil, besideJournal: Bool = true
    ) throws -> Checkpoint? {
        if besideJournal { try LedgerJournal.requireFit(ledger, reader) }
        let size = try reader.lastRun()?.size ?? 0
        guard let note = try read(ledger) else {
            if size == 0 { return nil }
            let entries = CountedNoun.text(size, "entry", plural: "entries")
            throw EnvironmentError(
                .brokenChain, "ledger \"\(ledger)\" has \(entries) and no checkpoint, expected \"\(path(of: ledger))\"",
                hint: LedgerFailure.wayBack(to: ledger))
        }
        let checkpoint: Checkpoint
        do { checkpoint = try Checkpoint(text: note.text) } catch { throw broken(ledger, "has \(error)") }
        let signers = try reader.signers()
        let isSigned = signers.contains { signer in
            (try? PublicKey(openSSHLine: signer.publicKey)).map { note.isSigned(by: $0, name: signer.origin) } ?? false
        }
        guard checkpoint.size <= UInt64(size) else {
            let entries = CountedNoun.text(size, "entry", plural: "entries")
            throw EnvironmentError(
                .brokenChain,
                "ledger \"\(ledger)\" holds \(entries) and its checkpoint \(checkpoint.size): the ledger is an older copy",
                hint: LedgerFailure.wayBack(to: ledger))
        }
        // The first checkpoint says that there is nothing yet, before any key could be entered.
        guard isSigned || (checkpoint.size == 0 && signers.isEmpty) else {
            throw broken(ledger, "has a checkpoint that no key of the ledger signed")
        }
        let root = try reader.root(size: Int(checkpoint.size))
        guard root.bytes == checkpoint.root else {
            throw broken(
                ledger,
                "has another root at \(CountedNoun.text(checkpoint.size, "entry", plural: "entries")) than its checkpoint"
            )
        }
        if checkpoint.size < UInt64(size) { try checkTail(ledger, reader, size: Int(checkpoint.size), trusted: key) }
        return checkpoint
    }

    /// What was committed and not acknowledged carries its own signature, by a key that had signed before.
    private static func checkTail(
        _ ledger: String, _ reader: LedgerReader, size: Int, trusted: PublicKey?
    ) throws {
        guard let run = try reader.lastRun(), let before = try reader.signer(size: size == 0 ? run.size : size),
            let note = try? SignedNote(parsing: try reader.note(ofRun: run.number)),
            note.text == Checkpoint(origin: before.origin, size: UInt64(run.size), root: run.root.bytes).text,
            [try? PublicKey(openSSHLine: before.publicKey), trusted].contains(where: { key in
                key.map { note.isSigned(by: $0, name: before.origin) } ?? false
            })
        else { throw broken(ledger, "has entries behind \(size), its checkpoint, that its key did not sign") }
    }

    private static func broken(_ ledger: String, _ what: String) -> EnvironmentError {
        EnvironmentError(
            .brokenChain, "ledger \"\(ledger)\" \(what)",
            hint: .command("cartulary", "ledger", "check", "--ledger", .file(ledger), "--full"))
    }
}
