import Archive
import ArchiveFormat
import BundleFormat
package import CommandLineInterface
package import Schedule
import StrictJSON

extension Answer {
    /// What `prune` did with every bundle of each archive that has a retention.
    package static func prune(_ outcomes: [ScheduledPruning.Outcome], isDryRun: Bool) -> Answer {
        Answer(["archives": .array(outcomes.map(\.value)), "isDryRun": .bool(isDryRun)])
    }
}

extension ScheduledPruning.Outcome {
    fileprivate var value: JSONValue {
        let bundles = decisions.map { decision in
            JSONValue.object([
                "path": .string(decision.entry.path), "reason": .string(decision.reason),
                "state": .string(state(of: decision)),
            ])
        }
        return .object([
            "archive": .string(archive), "bundles": .array(bundles), "directory": .string(directory),
            "removed": .texts(removed),
        ])
    }

    /// `keep`, `may-go`, or `removed` if it is gone, by this command or an earlier one.
    private func state(of decision: RetentionPolicy.Decision) -> String {
        if removed.contains(decision.entry.path) { return RetentionPolicy.Decision.State.removed.rawValue }
        return decision.state == .mayGo ? "may-go" : decision.state.rawValue
    }
}
