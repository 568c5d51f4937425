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

    /// Takes what a line of the trail says.
    package init(_ dossier: Dossier) {
        isDisputed = dossier.isDisputed
        func digest(_ content: ByteSlice) -> String {
            ContentDigest.hexadecimal(of: Array(dossier.bytes[content.range]))
        }
        let own = dossier.transitions.filter(\.hasOwnID).map { (Array(dossier.bytes[$0.id.range]), digest($0.content)) }
        transitions = Dictionary(own, uniquingKeysWith: { first, _ in first })
        records = Set(dossier.snapshots.map(digest))
        members = dossier.members.content.isEmpty ? nil : Array(dossier.bytes[dossier.members.content.range])
    }

    /// Whether a transition stands there with this content; nil if none of the identifier does.
    func holds(_ transitionID: String, sha256: String) -> Bool? {
        transitions[Array(transitionID.utf8)].map { $0 == sha256 }
    }

    func holds(recordOf sha256: String) -> Bool { records.contains(sha256) }

    /// The members that cannot change in which a record differs.
    func differing(from content: [UInt8]) -> Set<String> {
        members.map { FixedMembers.differing($0, content) } ?? []
    }

    /// Whether the columns of a row agree with the members, in those that cannot change.
    func agrees(row: [UInt8]) -> Bool {
        guard let members else { return false }
        let bytes = members + row
        var fixed = FixedMembers()
        fixed.add(0..<members.count, in: bytes.span)
        return fixed.contradiction(members.count..<bytes.count, in: bytes.span, isRow: true) == nil
    }
}

extension FixedMembers {
    /// The members that cannot change in which two canonical records differ.
    static func differing(_ first: [UInt8], _ second: [UInt8]) -> Set<String> {
        Set(
            MergedDeployment.fixedMembers.filter { name in
                guard let own = value(name, of: first), let other = value(name, of: second) else { return false }
                return own != other
            })
    }

    /// The members that cannot change which a canonical record has.
    static func present(in content: [UInt8]) -> Set<String> {
        Set(MergedDeployment.fixedMembers.filter { value($0, of: content) != nil })
    }

    private static func value(_ name: String, of content: [UInt8]) -> ArraySlice<UInt8>? {
        let bytes = content.span
        var walk = CanonicalMembers(0..<bytes.count)
        while let member = walk.next(bytes) {
            if content[member.name].elementsEqual(name.utf8) { return content[member.value] }
        }
        return nil
    }
}
