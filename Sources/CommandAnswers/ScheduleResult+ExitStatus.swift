package import CommandLineInterface
import FileSystem
package import Schedule

extension ScheduleResult {
    /// The gravest status first.
    private static let gravity: [ExitStatus] = [
        .brokenChain, .software, .io, .cannotCreate, .notPermitted, .unreadableInput, .noInput, .usage, .locked,
        .notCovered, .findings,
    ]

    /// The status that the run ends with; nil if everything that was due is done.
    package var exitStatus: ExitStatus? {
        var statuses = Set(failures.map { ExitStatus($0.kind) })
        statuses.formUnion(refusals.map { ExitStatus($0) })
        if doubtful + flaws > 0 { statuses.insert(.findings) }
        if waiting > 0 { statuses.insert(.notCovered) }
        return Self.gravity.first(where: statuses.contains)
    }
}
