/// Dead Simple Signing Envelope, version 1.0.2 of its protocol.
package enum DSSE {
    /// The bytes that are signed: `DSSEv1`, then size and bytes of the type and of the body, parted by single spaces.
    ///
    /// - Parameters:
    ///   - type: The payload type, as UTF-8.
    ///   - body: The payload.
    /// - Returns: PAE(type, body) of the protocol.
    package static func preAuthenticationEncoding(type: String, body: [UInt8]) -> [UInt8] {
        var bytes = Array("DSSEv1 \(type.utf8.count) \(type) \(body.count) ".utf8)
        bytes += body
        return bytes
    }
}
