import AuditModel
import BundleFormat
import BundleReading
import Signing
import StrictJSON

/// The signatures: who signed, whether that key is trusted, and whether the statement is about this bundle.
struct SignatureChecks {
    private let claims: BundleClaims
    private let trust: AllowedSigners
    /// Seconds since 1970 at which keys must be valid.
    private let time: Int64
    private var bundle: UnverifiedBundle { claims.bundle }
    /// The trusted key whose signature fits.
    private(set) var key: PublicKey?
    private(set) var principals: String?

    init(_ claims: BundleClaims, trust: AllowedSigners, time: Int64) {
        self.claims = claims
        self.trust = trust
        self.time = time
    }

    mutating func add(to list: inout CheckList) {
        guard let anchor = claims.anchor else {
            list.add(
                "signature", passed: "", problems: ["there is no \(BundlePath.tagManifest) to be signed"],
                as: .untrusted)
            return
        }
        addSignature(anchor, &list)
        addStatement(anchor, &list)
        OtherSignatures(bundle: bundle, anchor: anchor, trust: trust, time: time).add(to: &list)
    }

    private mutating func addSignature(_ anchor: [UInt8], _ list: inout CheckList) {
        let name = "signature"
        func untrusted(_ reason: String) { list.add(name, passed: "", problems: [reason], as: .untrusted) }
        guard let file = try? bundle.bytes(BundlePath.signature) else {
            return untrusted("no signature that can be read")
        }
        let signature: SSHSignature
        do {
            signature = try SSHSignature(armored: file)
        } catch {
            return untrusted("\(BundlePath.signature): \(error)")
        }
        let fingerprint = signature.publicKey.fingerprint
        switch trust.match(key: signature.publicKey, namespace: SignatureNames.bundleNamespace, at: time) {
        case .notListed: return untrusted("key \(fingerprint) is not trusted")
        case .noPrincipal:
            return untrusted("key \(fingerprint) is not trusted: its line of the trust file lets nobody in")
        case .wrongNamespace:
            return untrusted("key \(fingerprint) is not trusted for \(SignatureNames.bundleNamespace)")
        case .notYetValid(_, let from):
            return untrusted("key \(fingerprint) is trusted only from \(from) on; see --verify-time")
        case .expired(_, let until):
            return untrusted("key \(fingerprint) is trusted only until \(until); see --verify-time")
        case .trusted(let principals, _): self.principals = principals
        }
        do {
            key = try signature.verify(message: anchor, namespace: SignatureNames.bundleNamespace)
        } catch {
            return list.add(name, passed: "", problems: ["signature by \(fingerprint) does not fit: \(error)"])
        }
        var problems: [String] = []
        if signature.armored != file { problems.append("\(BundlePath.signature) is not in OpenSSH's own form") }
        if signature.hash != .sha512 { problems.append("signature over \(signature.hash.rawValue), expected sha512") }
        list.add(name, passed: "\(BundlePath.tagManifest) by \(fingerprint)", problems: problems)
    }

    private func addStatement(_ anchor: [UInt8], _ list: inout CheckList) {
        let name = "statement"
        guard let file = bundle.content(BundlePath.statement) else {
            return list.skip(name, because: "\(BundlePath.statement) cannot be read")
        }
        let envelope: DSSE.Envelope
        do {
            envelope = try DSSE.Envelope(parsing: file)
        } catch {
            return list.add(name, passed: "", problems: ["\(BundlePath.statement): \(error)"])
        }
        var problems: [String] = []
        if envelope.payloadType != SignatureNames.payloadType {
            problems.append("payload type \"\(envelope.payloadType)\"")
        }
        if envelope.signatures.count != 1 { problems.append("\(envelope.signatures.count) signatures, expected 1") }
        if let key {
            if envelope.signers(among: [key]).isEmpty {
                problems.append("no signature of the statement by \(key.fingerprint)")
            }
        } else {
            return list.leaveOut(name, because: "no trusted key signed the bundle, so its statement proves nothing")
        }
        if let description = claims.description.value {
            if envelope.payload != description.statement(anchorSHA256: ContentDigest.hexadecimal(of: anchor)) {
                problems.append("the statement is not about this bundle: subject or predicate differ")
            }
        } else if bundle.entries[BundlePath.bundle] == nil {
            problems.append("there is no bundle.json to compare the statement with")
        } else if problems.isEmpty {
            return list.skip(name, because: "\(BundlePath.bundle) cannot be read")
        }
        list.add(name, passed: "DSSE, equal to bundle.json", problems: problems)
    }
}
