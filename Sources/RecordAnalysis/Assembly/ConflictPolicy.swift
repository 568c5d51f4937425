/// Which of several records that contradict each other stays in the history.
package enum ConflictPolicy: Sendable {
    /// That of the lowest SHA-256: the outcome is the same in whatever order records come (docs/domain.md).
    case lowestDigest
    /// That which a ledger holds, for what was accepted is never taken back; of those that come in, the lowest SHA-256.
    case firstArrival
}

/// How much of a deployment is put together.
package enum AssemblyDetail: Sendable {
    /// Times, states and identifiers of its transitions.
    case times
    /// And its members.
    case members
    /// And the content of its transitions, of which rows are made.
    case rows
}
