/// What a revision says other than the bundle that it supersedes.
struct CorrectionsView {
    struct Correction {
        let deployment: String
        let before: [String]
        let after: [String]
        let wasAbsent: Bool
        let isAbsent: Bool
    }

    let superseded: String
    let total: String
    let corrections: [Correction]
    let isCut: Bool
    let shown: String

    init(_ input: ReportInput) {
        superseded = input.superseded
        total = HTML.count(input.totalCorrections, "deployment")
        corrections = input.corrections.map { correction in
            Correction(
                deployment: HTML.foreign(correction.deploymentID),
                before: (correction.before ?? []).map(HTML.foreign), after: (correction.after ?? []).map(HTML.foreign),
                wasAbsent: correction.before == nil, isAbsent: correction.after == nil)
        }
        isCut = input.totalCorrections > corrections.count
        shown = HTML.count(corrections.count)
    }
}
