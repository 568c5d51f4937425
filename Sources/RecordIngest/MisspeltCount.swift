package import RecordContent

/// Counts of an envelope in another case or punctuation.
///
/// They are not read, so nothing tells how much there is: such an answer is not believed (docs/domain.md, 5).
package enum MisspeltCount {
    /// The counts as they have to be spelt.
    package static let names = ["recordCount", "totalCount", "totalPages"]

    /// Whether a member is one of them in another spelling.
    package static func isNamed(_ member: ResponseMember) -> Bool {
        !names.contains(member.name) && names.contains { $0.lowercased() == member.letters }
    }
}
