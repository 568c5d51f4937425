import BundleFormat
import StrictJSON

/// Reads the lines of a bundle's trail beside a list of deployments in the same order: one line is held at a time.
package final class TrailWalk {
    private let reader: LineArrayReader
    private var parser = JSONParser()
    private var current: StandingLine?
    /// Whether a line, or the frame around the lines, is not in form.
    package private(set) var isBroken = false
    /// Lines that it went behind.
    package private(set) var passed = 0

    package init(_ bundle: UnverifiedBundle) {
        reader = LineArrayReader(BundlePath.trail, of: bundle)
        current = read()
    }

    private func read() -> StandingLine? {
        guard !isBroken else { return nil }
        guard let line = reader.next() else {
            isBroken = reader.problem != nil
            return nil
        }
        let standing = StandingLine(line, with: &parser)
        isBroken = standing == nil
        return standing
    }

    /// The line of a deployment, which must not come before those that were asked for; nil if there is none.
    package func line(of deployment: [UInt8]) -> StandingLine? {
        skip(before: deployment) { _ in }
        guard current?.deploymentID == deployment else { return nil }
        return current
    }

    /// Goes behind all lines that come before a deployment; behind all if that is nil.
    package func skip(before deployment: [UInt8]?, _ take: (StandingLine) -> Void) {
        while let line = current {
            if let deployment, !line.deploymentID.lexicographicallyPrecedes(deployment) { return }
            take(line)
            passed += 1
            current = read()
        }
    }

    /// Goes behind the line of a deployment, if it comes next.
    package func drop(_ deployment: [UInt8]) {
        guard current?.deploymentID == deployment else { return }
        passed += 1
        current = read()
    }
}
