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
    var name = "audit"
    var period = "month"
    var begin = ""
    var dueAfter = "3d"
    var coverage = "marker"
    /// nil for a spool folder.
    var files: String?
    var entity: String?
    var lei: String?

    /// A path as the configuration has it.
    private func place(_ name: String) -> String { data == folder ? name : "\(data)/\(name)" }

    var configuration: String {
        var lines = [
            "# What cartulary run takes in, and seals. Paths are relative to the folder of this file.",
            "# Check it: cartulary config check --config \(folder)/cartulary.yaml",
            "# Try it:   cartulary run --config \(folder)/cartulary.yaml --dry-run", "",
            "ledger: \(place("records.ledger"))", "key: archive-key", "",
            "sources:", "  # One entry for each feed of records: JSON, NDJSON or CSV, plain or gzip.",
            "  - name: records",
        ]
        lines +=
            files.map { ["    files: \(YAMLText.quoted($0))    # a file, folder or pattern; the files stay"] }
            ?? [
                "    # Files move to done or failed in it. Write under a name that ends in .tmp, then rename.",
                "    spool: \(place("spool"))",
            ]
        lines += [
            "    # What tells that everything up to a time has come: generated-at (of the source's own envelopes), marker (a file",
            "    # whose first line is a time or a period, written after the records), or unchecked (nothing: no protection).",
            "    covers-until: \(coverage)",
        ]
        if coverage == "marker" { lines.append("    marker: \(place("records-cover"))") }
        lines += [
            "", "archives:", "  # One entry for each series of bundles.", "  - name: \(name)",
            "    directory: \(place("archive"))",
            "    period: \(period)    # day, week, month, quarter or year",
            "    begin: \(begin)    # the first period that is sealed",
            "    due-after: \(dueAfter)    # so late may records come without a correction",
            "    due-days: 10    # each bundle promises the next by then, in days after its period's end",
        ]
        lines.append(entity.map { "    entity: \(YAMLText.quoted($0))" } ?? "    # entity: Example Ltd")
        lines.append(lei.map { "    lei: \($0)" } ?? "    # lei: 5493001KJTIIGC8Y1R12")
        lines += [
            "    # retention:    # without it everything is kept; cartulary prune --dry-run says what may go",
            "    #   keep-years: 7    # after a period's end and its last sealing; 5 or more",
            "    #   prune: by-hand    # or each-run",
            "    #   holds: [{name: CASE-1, reason: order of a court, from: 2026-01, to: 2026-03}]",
            "    # network: [mainnet-v1.0]    # only these; also token-type, deployed-by, status", "", "# notify:",
            "#   metrics: /var/lib/prometheus/node-exporter/cartulary.prom", "#   ping: https://hc-ping.com/UUID",
            "#   on-failure: printf '%s' \"$CARTULARY_MESSAGE\" | mail -s \"cartulary $CARTULARY_STATUS\" ops@example.org",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private var command: String { "\(program) run --config \(folder)/cartulary.yaml --wait 600" }

    var cronLine: String { "15 * * * * \(command)\n" }

    var timer: String {
        """
        [Unit]
        Description=Seal what is due in archive \(name)

        [Timer]
        OnCalendar=hourly
        RandomizedDelaySec=5m
        # After downtime one run catches up with all that was missed.
        Persistent=true

        [Install]
        WantedBy=timers.target

        """
    }

    /// A service that can do nothing but its work (systemd.exec(5)).
    var service: String {
        """
        [Unit]
        Description=Seal what is due in archive \(name)

        [Service]
        Type=oneshot
        ExecStart=\(command)
        # The key is handed over by systemd: the service needs no right to read it, and it is not in the environment.
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
