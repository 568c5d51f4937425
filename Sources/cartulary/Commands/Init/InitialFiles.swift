import AuditModel

/// The files of a new archive: a configuration with comments, units for systemd and a line for cron.
struct InitialFiles {
    /// The folder of the configuration, absolute.
    var folder: String
    /// The folder of the ledger, the spool and the bundles, absolute; may be the same.
    var data: String
    /// The program, absolute.
    var program: String
    /// Who the service runs as when its data is not below /var/lib.
    var user: String
    /// The archive's name.
    var name: String
    var period: PeriodLength
    /// The label of the first period.
    var begin: String
    var dueAfter: String
    var coverage: CoverageKind
    /// A file, folder or pattern; nil for a spool folder.
    var files: String?
    var entity: String?
    var lei: String?

    /// The folders that have to exist.
    var folders: [String] { [folder, data, data + "/archive"] + (files == nil ? [data + "/spool"] : []) }

    /// A path as the configuration has it.
    private func place(_ name: String) -> String { data == folder ? name : "\(data)/\(name)" }

    var configuration: String {
        (head + source + archive + notices).joined(separator: "\n") + "\n"
    }

    private var head: [String] {
        [
            "# The sources and archives of cartulary run. Paths are relative to the folder of this file.",
            "# To check it: cartulary config check --config \(folder)/cartulary.yaml",
            "# To try it:   cartulary run --config \(folder)/cartulary.yaml --dry-run", "",
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
        if coverage == .marker { lines.append("    marker: \(place("records-cover"))") }
        return lines + [""]
    }

    private var archive: [String] {
        [
            "archives:", "  # One entry for each series of bundles.", "  - name: \(name)",
            "    directory: \(place("archive"))",
            "    period: \(period.rawValue)    # day, week, month, quarter or year",
            "    begin: \(begin)    # the first period to seal",
            "    due-after: \(dueAfter)    # records may arrive this late without a correction",
            "    due-days: 10    # days after a period's end by which its bundle is promised",
            entity.map { "    entity: \(YAMLText.quoted($0))" } ?? "    # entity: Example Ltd",
            lei.map { "    lei: \($0)" } ?? "    # lei: 5493001KJTIIGC8Y1R12",
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

    private var command: String { "\(program) run --config \(folder)/cartulary.yaml --wait 600" }

    var cronLine: String { "15 * * * * \(command)\n" }

    var timer: String {
        """
        [Unit]
        Description=Seal the due periods of archive \(name)

        [Timer]
        OnCalendar=hourly
        RandomizedDelaySec=5m
        # After downtime one run does what earlier runs missed.
        Persistent=true

        [Install]
        WantedBy=timers.target

        """
    }

    /// A service with no rights beyond its work (systemd.exec(5)).
    var service: String {
        """
        [Unit]
        Description=Seal the due periods of archive \(name)

        [Service]
        Type=oneshot
        ExecStart=\(command)
        # systemd passes the key: the service needs no right to read the file, and the key is not in the environment.
        LoadCredential=archive-key:\(folder)/archive-key
        Environment=CARTULARY_KEY=%d/archive-key
        \(identity)
        NoNewPrivileges=yes
        ProtectSystem=strict
        ProtectHome=read-only
        PrivateTmp=yes
        PrivateDevices=yes
        ProtectClock=yes
        ProtectControlGroups=yes
        ProtectHostname=yes
        ProtectKernelLogs=yes
        ProtectKernelModules=yes
        ProtectKernelTunables=yes
        CapabilityBoundingSet=
        LockPersonality=yes
        MemoryDenyWriteExecute=yes
        RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
        RestrictNamespaces=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        SystemCallArchitectures=native
        SystemCallFilter=@system-service
        UMask=0027

        """
    }

    private var identity: String {
        let prefix = "/var/lib/"
        guard data.hasPrefix(prefix), data.count > prefix.count else {
            return "User=\(user)\nReadWritePaths=\(data)"
        }
        return "DynamicUser=yes\nStateDirectory=\(data.dropFirst(prefix.count))"
    }
}

/// Text in YAML.
enum YAMLText {
    /// A double-quoted scalar (YAML 1.2.2, 7.3.1).
    static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
