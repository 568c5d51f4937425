/// Names that were meant, told by their letters and digits alone: `deployment_id` for `deploymentId`.
package enum SimilarName {
    /// The members of envelopes that have a meaning here (docs/input.md).
    package static let envelopeMembers = [
        "data", "deployment", "deployments", "generatedAt", "isCached", "metrics", "page", "pageSize", "recordCount",
        "success", "totalCount", "totalPages",
    ]

    /// What was meant by a member that is not known; nil if its name is like no other.
    ///
    /// A name of the service's own that stands in the other kind of record is not known either.
    package static func meant(by name: String) -> String? {
        if let member = KnownMember(rawValue: name) {
            return member.isOfDeployment ? "it in the record of the deployment" : "it in a transition"
        }
        let text = Array(name.utf8)
        guard text.count <= maximumBytes else { return nil }
        let names = KnownMember.allCases.lazy.map(\.rawValue) + envelopeMembers
        return names.first { match(text, $0) != nil }.map { "\"\($0)\"" }
    }

    /// The text, if it differs from the name in case and punctuation alone; nil if it is the name, or another.
    package static func match(_ text: [UInt8], _ name: String) -> String? {
        let found = String(decoding: text, as: UTF8.self)
        let plain = Array(name.utf8)
        guard isPlain(found), text != plain, folded(text) == folded(plain) else { return nil }
        return found
    }

    /// Bytes of a name that a message shows.
    package static let maximumBytes = 64

    /// Whether a message can show a name as it is.
    package static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= maximumBytes
            && name.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || $0 == 0x20 }
    }

    static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func folded(_ text: [UInt8]) -> [UInt8] {
        text.filter(isWord).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }
}
