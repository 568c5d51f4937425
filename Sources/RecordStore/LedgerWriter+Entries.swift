package import AuditModel
import Foundation
import GRDB

/// Entries that are no records, with the rows by which they are found again.
extension LedgerWriter {
    /// Appends the entry of a sealed period.
    ///
    /// `clock` is what the machine's clock says, whatever time the entry names: retention counts from the later one. It stands
    /// outside the log, so that the same commands make the same log.
    package func append(_ seal: SealEntry, clock: Timestamp? = nil) throws {
        let index = try append(seal.body)
        if let clock {
            try database.execute(
                sql: "INSERT INTO sealing (idx, clock) VALUES (?, ?)", arguments: [index, clock.ticks])
        }
        try database.execute(
            sql: "INSERT INTO seal (idx, series, sequence, start, end, body) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                index, seal.series, seal.sequence, seal.from.ticks, seal.to.ticks, Data(seal.body),
            ])
    }

    /// Appends the entry of a decision; `successor` is the record that it accepts, the next entry.
    package func append(_ decision: DecisionEntry) throws {
        let index = try append(decision.body)
        for number in decision.settles {
            try database.execute(
                sql: "INSERT INTO decision (quarantine, idx) VALUES (?, ?)", arguments: [number, index])
        }
        for entry in decision.replaces {
            try database.execute(
                sql: "INSERT INTO replaced (idx, successor) VALUES (?, ?)", arguments: [entry, index + 1])
        }
    }

    /// Appends the entry of an answer to a request.
    package func append(_ request: RequestEntry) throws {
        let index = try append(request.body)
        try database.execute(
            sql: "INSERT INTO request (idx, key, body) VALUES (?, ?, ?)",
            arguments: [index, request.key, Data(request.body)])
    }

    /// Appends the entry of a key that signs from now on, unless it signed last.
    package func appendKey(of signer: LedgerSigner, received: Timestamp) throws {
        guard try reader.signers().last != signer else { return }
        let index = try append(LedgerEntry.key(signer, received: received))
        try database.execute(
            sql: "INSERT INTO signer (idx, origin, publicKey) VALUES (?, ?, ?)",
            arguments: [index, signer.origin, signer.publicKey])
    }
}
