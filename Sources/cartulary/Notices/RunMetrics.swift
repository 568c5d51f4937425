import AuditModel
import Schedule

/// The metrics of a scheduled run, in the text format of Prometheus.
struct RunMetrics {
    /// A metric with its samples.
    private struct Gauge {
        var name: String
        var help: String
        var samples: [(labels: String, value: String)]

        var lines: [String] {
            ["# HELP cartulary_\(name) \(help)", "# TYPE cartulary_\(name) gauge"]
                + samples.map { "cartulary_\(name)\($0.labels) \($0.value)" }
        }
    }

    private static let lastSuccess = "last_success_timestamp_seconds"

    /// The result of the run; nil if it ended with an error.
    var result: ScheduleResult?
    var status: Int32
    /// When the run ended.
    var end: Timestamp
    var duration: Duration

    /// The file's content; `previous` is that of the run before, nil if there is none.
    func text(previous: [UInt8]?) -> String {
        var gauges = runGauges(lastSuccess: previous.flatMap(RunMetrics.lastSuccess) ?? "0")
        if let result { gauges += recordGauges(result) + archiveGauges(result.archives) }
        return gauges.flatMap(\.lines).joined(separator: "\n") + "\n"
    }

    private func runGauges(lastSuccess: String) -> [Gauge] {
        [
            gauge("last_run_timestamp_seconds", help: "End of the last run.", value: "\(end.unixSeconds)"),
            gauge(
                RunMetrics.lastSuccess, help: "End of the last run with status 0; 0 if there was none.",
                value: status == 0 ? "\(end.unixSeconds)" : lastSuccess),
            gauge("last_run_status", help: "Exit status of the last run.", value: "\(status)"),
            gauge("last_run_duration_seconds", help: "Duration of the last run.", value: seconds),
        ]
    }

    private func recordGauges(_ result: ScheduleResult) -> [Gauge] {
        [
            gauge("last_run_accepted_records", help: "Records that were new.", value: "\(result.accepted)"),
            gauge(
                "last_run_quarantined_records", help: "Rejected or conflicting records.", value: "\(result.doubtful)"),
            gauge(
                "last_run_refused_files", help: "Files that could not be ingested.", value: "\(result.notTaken)"),
        ]
    }

    private func archiveGauges(_ archives: [ArchiveState]) -> [Gauge] {
        func each(_ value: (ArchiveState) -> String) -> [(labels: String, value: String)] {
            archives.map { ("{archive=\"\($0.name)\"}", value($0)) }
        }
        return [
            Gauge(
                name: "periods_missing", help: "Periods that are due and not sealed.", samples: each { "\($0.missing)" }
            ),
            Gauge(
                name: "last_run_checked_bundles",
                help: "Bundles that the last run read and compared with what was sealed.",
                samples: each { "\($0.checked)" }),
            Gauge(
                name: "damaged_bundles", help: "Bundles that are known to be damaged.",
                samples: each { "\($0.damaged)" }),
            Gauge(name: "bundles", help: "Sealed bundles, including corrections.", samples: each { "\($0.bundles)" }),
            Gauge(
                name: "sealed_until_timestamp_seconds", help: "End of the last sealed period.",
                samples: each { "\($0.end?.unixSeconds ?? 0)" }),
            Gauge(name: "findings", help: "Findings of the latest bundle.", samples: archives.flatMap(findings)),
        ]
    }

    private func findings(_ archive: ArchiveState) -> [(labels: String, value: String)] {
        [
            ("{archive=\"\(archive.name)\",severity=\"error\"}", "\(archive.errors)"),
            ("{archive=\"\(archive.name)\",severity=\"warning\"}", "\(archive.warnings)"),
        ]
    }

    private func gauge(_ name: String, help: String, value: String) -> Gauge {
        Gauge(name: name, help: help, samples: [("", value)])
    }

    private var seconds: String {
        let parts = duration.components
        let milliseconds = parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
        return "\(milliseconds / 1000).\(String("\(1000 + milliseconds % 1000)".dropFirst()))"
    }

    /// The time of the last success, from the file of the run before.
    private static func lastSuccess(_ file: [UInt8]) -> String? {
        let prefix = "cartulary_\(lastSuccess) "
        let line = String(decoding: file, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(prefix) }
        return line.map { String($0.dropFirst(prefix.count)) }
    }
}
