package import RecordContent

/// Records that were read from one stretch of a source, with the bytes they point into.
package struct RecordBatch: Sendable {
    package var arena = RecordArena()
    package var transitions: [IngestedTransition] = []
    /// Deployment records, and the deployment columns of CSV rows.
    package var deployments: [IngestedDeployment] = []
    package var rejections = RejectionList()
    package var notes: [IntakeNote] = []
    /// Count and first position of each member name that is not known.
    package var unknownMembers: [String: (count: Int, first: RecordPosition)] = [:]
    /// The same of unknown members that hold a list of objects, which may be records.
    package var unreadLists: [String: (count: Int, first: RecordPosition)] = [:]
    /// What the first envelope says of itself, member by member.
    package var claims: [String: String] = [:]
    /// What each envelope says of itself that may be held against what came with it.
    package var envelopes: [EnvelopeClaims] = []
    /// What the first answer states of the source's own metrics (``MetricsClaims``); apart, so that it takes no claim's
    /// room.
    package var metricClaims: [String: String] = [:]
    /// The number of such answers.
    package var metricAnswers = 0
    /// What the stretch holds, by shape.
    package var shapes: Set<String> = []
    /// Line ends in the stretch.
    package var lineCount = 0

    package init() {}

    /// Whether it has no record, accepted or rejected.
    package var isEmpty: Bool { transitions.isEmpty && deployments.isEmpty && rejections.isEmpty }

    /// Whether there is nothing in it that anybody has to know.
    var saysNothing: Bool {
        isEmpty && lineCount == 0 && claims.isEmpty && metricAnswers == 0 && envelopes.isEmpty && notes.isEmpty
    }
}
