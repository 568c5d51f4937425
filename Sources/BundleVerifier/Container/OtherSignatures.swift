import BundleFormat
import BundleReading
import ReceivedFiles
import Signing
import StrictJSON

/// The signature files that others add: an approval is judged if the trust file lists its key for approvals; what cannot be
/// judged has to be what its name says, and is counted as not judged.
struct OtherSignatures {
    let bundle: UnverifiedBundle
    let anchor: [UInt8]
    let trust: AllowedSigners
    let time: Int64

    /// How a file turned out.
    private enum Outcome {
        case passed(String)
        case notJudged(String)
        case failed(String)
    }

    func add(to list: inout CheckList) {
        // Who sealed the bundle has said so already, and who approves it twice has approved it once.
        var approvers = [bundle.content(BundlePath.signature).flatMap { try? SSHSignature(armored: $0) }?.publicKey]
        for path in bundle.entries.keys.filter(BundlePath.isOptionalSignature).sorted() {
            switch outcome(path, &approvers) {
            case .passed(let detail): list.add("other-signatures", passed: "\(path) \(detail)", problems: [])
            case .notJudged(let reason): list.leave("other-signatures", notJudged: "\(path) \(reason)")
            case .failed(let problem): list.add("other-signatures", passed: "", problems: ["\(path) \(problem)"])
            }
        }
    }

    private func outcome(_ path: String, _ approvers: inout [PublicKey?]) -> Outcome {
        let bytes: [UInt8]
        switch read(path) {
        case .success(let content): bytes = content
        case .failure(let problem): return .failed(problem.text)
        }
        if path.hasSuffix(".p7s") {
            return SignedData.isWhole(bytes[...])
                ? .notJudged("is signed data of CMS") : .failed("is no signed data of CMS (RFC 5652) in DER")
        }
        if path.hasSuffix(".tsr") { return timestamp(bytes) }
        return approval(bytes, &approvers)
    }

    private struct Unread: Error {
        var text: String
    }

    private func read(_ path: String) -> Result<[UInt8], Unread> {
        guard bundle.entries[path]?.uncompressedSize ?? 0 <= UInt64(VerifierLimits.signatureBytes) else {
            return .failure(Unread(text: "is over 1 MiB"))
        }
        guard let bytes = bundle.content(path) else { return .failure(Unread(text: "cannot be read")) }
        return .success(bytes)
    }

    /// A time stamp has to be one of the bundle's signature.
    private func timestamp(_ bytes: [UInt8]) -> Outcome {
        guard SignedData.isTimestamp(bytes[...]) else {
            return .failed("is no granted response of a time stamp authority (RFC 3161) in DER")
        }
        guard let signature = bundle.content(BundlePath.signature) else {
            return .failed("has no signature to stand for")
        }
        guard MessageHash.allCases.contains(where: { bytes.holds($0.digest(of: signature)) }) else {
            return .failed("does not hold the SHA-256 or SHA-512 of \(BundlePath.signature)")
        }
        return .notJudged("is a time stamp of \(BundlePath.signature)")
    }

    private func approval(_ bytes: [UInt8], _ approvers: inout [PublicKey?]) -> Outcome {
        let signature: SSHSignature
        do {
            signature = try SSHSignature(armored: bytes)
            try signature.verify(message: anchor, namespace: SignatureNames.approvalNamespace)
        } catch {
            return .failed("is no approval of this bundle: \(error.message)")
        }
        let key = signature.publicKey
        if let known = approvers.firstIndex(of: key) {
            return .notJudged(
                "fits, by \(key.fingerprint), "
                    + (known == 0
                        ? "the key that signed the bundle: nobody else approves it" : "which has approved it already"))
        }
        approvers.append(key)
        switch trust.match(key: key, namespace: SignatureNames.approvalNamespace, at: time) {
        case .trusted(let principals, _):
            return .passed("by \(key.fingerprint)\(principals.map { " (\($0))" } ?? "")")
        case .notListed, .noPrincipal, .wrongNamespace, .notYetValid, .expired:
            return .notJudged(
                "fits, by \(key.fingerprint), which the trust file does not list for approvals at this time")
        }
    }
}

extension [UInt8] {
    /// Whether bytes stand somewhere in these.
    fileprivate func holds(_ other: [UInt8]) -> Bool {
        guard let first = other.first, other.count <= count else { return false }
        return indices.dropLast(other.count - 1).contains { self[$0] == first && self[$0...].starts(with: other) }
    }
}

/// The outer form of CMS and of time stamps in DER: enough to tell that a file is one, and nothing behind it.
private enum SignedData {
    private static let sequence: UInt8 = 0x30
    /// The object identifier 1.2.840.113549.1.7.2, signed data.
    private static let identifier: [UInt8] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02]

    /// The content of the value that begins the bytes, and what stands behind it; nil if it has another tag, another form of
    /// length than DER's, or goes beyond the end.
    private static func value(
        _ tag: UInt8, _ bytes: ArraySlice<UInt8>
    ) -> (content: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
        var rest = bytes
        guard rest.popFirst() == tag, let first = rest.popFirst() else { return nil }
        var length = Int(first)
        if first >= 0x80 {
            let digits = rest.prefix(Int(first & 0x7F))
            guard (1...4).contains(digits.count), digits.count == Int(first & 0x7F), digits.first != 0 else {
                return nil
            }
            length = digits.reduce(0) { $0 << 8 | Int($1) }
            guard length >= 0x80 else { return nil }
            rest = rest.dropFirst(digits.count)
        }
        guard length <= rest.count else { return nil }
        return (rest.prefix(length), rest.dropFirst(length))
    }

    /// Whether the bytes are one `ContentInfo` of signed data.
    static func isWhole(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let outer = value(sequence, bytes), outer.rest.isEmpty, outer.content.starts(with: identifier),
            let explicit = value(0xA0, outer.content.dropFirst(identifier.count)), explicit.rest.isEmpty,
            let inner = value(sequence, explicit.content)
        else { return false }
        return inner.rest.isEmpty && !inner.content.isEmpty
    }

    /// Whether the bytes are one `TimeStampResp` that was granted, with its token.
    static func isTimestamp(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let outer = value(sequence, bytes), outer.rest.isEmpty, let status = value(sequence, outer.content),
            let number = value(0x02, status.content), number.content == [0] || number.content == [1]
        else { return false }
        return isWhole(status.rest)
    }
}
