/// Where the files of a source are.
package enum SourceLocation: Sendable, Equatable {
    /// Files, directories and patterns, as a shell has them; they stay where they are.
    case files([String])
    /// A folder whose files move to `done` or `failed` in it.
    case spool(String)
}
