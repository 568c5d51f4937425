package import AuditModel
import FileSystem

/// The files of a new archive; here the configuration with its comments.
package struct InitialFiles {
    /// The folder of the configuration, absolute.
    package var folder = ""
    /// The folder of the ledger, the spool and the bundles, absolute; may be the same.
    package var data = ""
    /// The program, absolute.
    package var program = ""
    /// Who the service runs as when its data is not below /var/lib.
    package var user = ""
    /// The archive's name.
    package var name = ""
    package var period = PeriodLength.month
    /// The label of the first period.
    package var begin = ""
    package var dueAfter = ""
    package var coverage = CoverageKind.marker
    /// A file, folder or pattern; nil for a spool folder.
    package var files: String?
    package var entity: String?
    package var lei: String?

    /// Files that are still without an answer to any question.
    package init() {}

    /// The folders to make; those of a system's service are made with its user, by ``preparation``.
    package var folders: [String] {
        if isSystemService { return [folder] }
        return [folder, data, data + "/archive"] + (files == nil ? [data + "/spool"] : [])
    }

    /// A path as the configuration has it.
    private func place(_ name: String) -> String { YAMLText.scalar(data == folder ? name : "\(data)/\(name)") }

    /// Where the marker stands: those who feed a system's service may write into no other folder but the spool.
    private var marker: String { place(isSystemService ? "markers/records-cover" : "records-cover") }

    private var file: ShellCommand.Part { .file("\(folder)/cartulary.yaml") }

    /// The configuration, with comments.
    package var configuration: String {
        (head + source + archive + notices).joined(separator: "\n") + "\n"
    }

    private var head: [String] {
        [
            "# The sources and archives of cartulary run. Paths are relative to the folder of this file.",
            "# To check it: \(ShellCommand("cartulary", "config", "check", "--config", file))",
            "# To try it:   \(ShellCommand("cartulary", "run", "--config", file, "--dry-run"))", "",
            "ledger: \(place("records.ledger"))", "key: archive-key", "",
        ]
    }

    private var source: [String] {
        var lines = [
            "sources:", "  # One entry for each feed of records: JSON, NDJSON or CSV, plain or gzip.",
            "  - name: records",
        ]
        if let files {
            lines.append("    files: \(YAMLText.quoted(files))    # a file, folder or pattern; the files stay in place")
        } else {
            lines += [
                "    # Files move to its folders done or failed. Write under a name that ends in .tmp, then rename.",
                "    spool: \(place("spool"))",
            ]
        }
        lines += [
            "    # What shows that all records up to a time have arrived: generated-at (in the source's own envelopes),",
            "    # marker (a file whose first line is a time or a period, written after the records), or unchecked",
            "    # (no protection).", "    covers-until: \(coverage.rawValue)",
        ]
        if coverage == .marker { lines.append("    marker: \(marker)") }
        return lines + [""]
    }

    private var archive: [String] {
        [
            "archives:", "  # One entry for each series of bundles.", "  - name: \(YAMLText.scalar(name))",
            "    directory: \(place("archive"))",
            "    period: \(period.rawValue)    # day, week, month, quarter or year",
            "    begin: \(YAMLText.scalar(begin))    # the first period to seal",
            "    due-after: \(YAMLText.scalar(dueAfter))    # records may arrive this late without a correction",
            "    due-days: 10    # days after a period's end by which its bundle is promised",
            entity.map { "    entity: \(YAMLText.quoted($0))" } ?? "    # entity: Example Ltd",
            lei.map { "    lei: \(YAMLText.scalar($0))" } ?? "    # lei: 5493001KJTIIGC8Y1R12",
            "    # retention:    # without it every bundle is kept; cartulary prune --dry-run lists the candidates",
            "    #   keep-years: 7    # after a period's end and its last sealing; 5 or more",
            "    #   prune: by-hand    # or each-run",
            "    #   holds: [{name: CASE-1, reason: order of a court, from: 2026-01, to: 2026-03}]",
            "    # network: [mainnet-v1.0]    # only these; also token-type, deployed-by, status", "",
        ]
    }

    private var notices: [String] {
        [
            "# notify:", "#   metrics: /var/lib/prometheus/node-exporter/cartulary.prom",
            "#   ping: https://hc-ping.com/UUID",
            "#   on-failure: printf '%s' \"$CARTULARY_MESSAGE\" | mail -s \"cartulary $CARTULARY_STATUS\" ops@example.org",
        ]
    }
}
