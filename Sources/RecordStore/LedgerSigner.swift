/// Who signs a ledger's checkpoints.
package struct LedgerSigner: Sendable, Equatable {
    /// The log's name in its checkpoints.
    package var origin: String
    /// The public key as OpenSSH writes it in a line: type, space, base64.
    package var publicKey: String

    package init(origin: String, publicKey: String) {
        self.origin = origin
        self.publicKey = publicKey
    }
}
