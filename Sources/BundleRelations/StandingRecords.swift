package import AuditModel
import RecordContent
import StrictJSON

/// What the trail has of a deployment that a conflict names.
package struct StandingRecords: Sendable {
    package let isDisputed: Bool
    /// SHA-256 of the content of each transition with an identifier of its own, by the identifier's bytes.
    private let transitions: [[UInt8]: String]
    /// SHA-256 of each deployment record that stands there.
    private let records: Set<String>
    /// The merged members; nil if there are none.
    private let members: [UInt8]?

    /// Takes what a line of the trail says, which is encoded as its records give it.
    package init(_ dossier: Dossier, line: [UInt8]) {
        let value = try? JSONValue(parsing: line)
        isDisputed = dossier.isDisputed
        func digest(_ content: ByteSlice) -> String {
            ContentDigest.hexadecimal(of: Array(dossier.bytes[content.range]))
        }
        let own = dossier.transitions.filter(\.hasOwnID).map { (Array(dossier.bytes[$0.id.range]), digest($0.content)) }
        transitions = Dictionary(own, uniquingKeysWith: { first, _ in first })
        records = Set(dossier.snapshots.map(digest))
        members = value?["deployment"]?.bytes
    }

    /// Whether a transition stands there with this content; nil if none of the identifier does.
    func holds(_ transitionID: String, sha256: String) -> Bool? {
        transitions[Array(transitionID.utf8)].map { $0 == sha256 }
    }

    func holds(recordOf sha256: String) -> Bool { records.contains(sha256) }

    /// Whether the columns of a row agree with the members, in those that cannot change.
    func agrees(row: [UInt8]) -> Bool {
        guard let members else { return false }
        let bytes = members + row
        var fixed = FixedMembers()
        fixed.add(0..<members.count, in: bytes.span)
        return fixed.contradiction(members.count..<bytes.count, in: bytes.span, isRow: true) == nil
    }
}
