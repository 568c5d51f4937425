/// The exit statuses of the programs (docs/exit-codes.md); the verdicts of a verification have their own.
package enum ExitStatus: Int32, CaseIterable, Sendable {
    case findings = 1
    case brokenChain = 13
    case notCovered = 15
    // As in sysexits.h.
    case usage = 64
    case unreadableInput = 65
    case noInput = 66
    case software = 70
    case cannotCreate = 73
    case io = 74
    case locked = 75
    case notPermitted = 77
}
