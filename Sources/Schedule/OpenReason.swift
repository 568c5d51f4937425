/// Why a period is due and not sealed.
struct OpenReason: Equatable {
    let text: String
    /// Whether somebody may say why the period is sealed all the same; else there is something to mend first.
    let canBeUncovered: Bool

    /// Something has not come, and may never come.
    static func toCover(_ text: String) -> OpenReason { OpenReason(text: text, canBeUncovered: true) }

    /// A disk, a permission or a setting is in the way.
    static func toMend(_ text: String) -> OpenReason { OpenReason(text: text, canBeUncovered: false) }
}
