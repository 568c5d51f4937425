package import AuditModel

/// The members that findings on contradicting deployment records name, beside those in which the records differ.
///
/// Memory is some bytes a finding.
package struct ContradictedMembers: Sendable {
    /// The members that cannot change, in the order of their bits.
    package static let names = ["createdAt", "deployedBy", "network", "tokenType"]

    private struct Place: Hashable {
        var deploymentID: String
        var position: SourcePosition
    }

    /// What findings name and no element allows so far, a bit a member.
    private var open: [Place: UInt8] = [:]
    /// Those of them that an element stands beside.
    private var met: Set<Place> = []

    package init() {}

    /// The member that a finding names; nil if it names none that cannot change.
    static func name(in finding: Finding) -> String? {
        guard finding.actual == "another" else { return nil }
        return names.first { finding.expected == "the same \($0) in every record" }
    }

    /// Takes a finding that names one.
    mutating func take(_ finding: Finding) {
        guard let name = Self.name(in: finding), let position = finding.position else { return }
        open[Place(deploymentID: finding.deploymentID ?? "", position: position), default: 0] |= Self.bits([name])
    }

    /// Says which members a record of an element contradicts, or may contradict, the others in.
    package mutating func allow(_ members: Set<String>, of deploymentID: String, at position: SourcePosition) {
        let key = Place(deploymentID: deploymentID, position: position)
        guard let named = open[key] else { return }
        open[key] = named & ~Self.bits(members)
        met.insert(key)
    }

    /// Every finding that stands beside an element and names another member than those in which its records differ.
    package var problems: [String] {
        let wrong = met.filter { open[$0] != 0 }
        return wrong.sorted { $0.position < $1.position }.map { place in
            let named = Self.names.filter { Self.bits([$0]) & (open[place] ?? 0) != 0 }.joined(separator: ", ")
            return "the finding at byte \(place.position.offset) of source \(place.position.source) names \(named), "
                + "in which the records do not contradict each other"
        }
    }

    private static func bits(_ members: Set<String>) -> UInt8 {
        names.enumerated().reduce(0) { $0 | (members.contains($1.element) ? 1 << UInt8($1.offset) : 0) }
    }
}
