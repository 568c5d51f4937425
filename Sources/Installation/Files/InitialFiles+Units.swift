import FileSystem

/// What starts the runs: units for systemd, lines for cron, and the user and the folders that they need.
extension InitialFiles {
    /// The user of the service if it is one of the system's own, and the group of those who write into its spool.
    static let systemUser = "cartulary"
    static let feedGroup = "cartulary-feed"

    /// Whether the data stands where services have theirs, so that the service gets a user of its own.
    package var isSystemService: Bool {
        let prefix = "/var/lib/"
        return data.hasPrefix(prefix) && data.count > prefix.count && !data.split(separator: "/").contains("..")
    }

    /// Who the runs work as.
    package var owner: String { isSystemService ? InitialFiles.systemUser : user }

    /// The name of the units: an instance, so that several archives have theirs on one machine.
    package var unitName: String { "cartulary@\(name)" }

    /// The name in /etc/cron.d, where cron reads no name with a dot.
    package var cronName: String { "cartulary-\(name.replacing(".", with: "-"))" }

    /// Why no unit can be written; nil if it can.
    package var problem: String? {
        for path in [folder, data, program] where PlainWord.hasControl(path) {
            return "path \"\(path)\" has a control character, which neither systemd nor cron can take"
        }
        // systemd.service(5) lets no program have these (systemd 252, string_is_safe).
        if program.contains(where: { "\"'\\".contains($0) }) {
            return
                "the path of this program, \"\(program)\", has a quotation mark or a backslash, which systemd does not take"
        }
        return nil
    }

    private var command: [String] { [program, "run", "--config", "\(folder)/cartulary.yaml", "--wait", "600"] }

    /// The line of a user's own crontab.
    package var crontabLine: String { "15 * * * * \(CronText.command(command))\n" }

    /// The line of a file in /etc/cron.d, which names the user.
    package var cronLine: String { "15 * * * * \(owner) \(CronText.command(command))\n" }

    /// Makes the system's user, the group of the feeders, and the folders with their rights.
    ///
    /// The feeders have a group and two folders of their own: they cannot list the others, or read the ledger.
    package var preparation: String {
        let install = { (path: String, group: String, mode: String) in
            ShellCommand(
                "install", "-d", "-o", .text(Self.systemUser), "-g", .text(group), "-m", .text(mode), .file(path))
        }
        let folders =
            [install(data, Self.systemUser, "0711"), install("\(data)/archive", Self.systemUser, "0750")]
            + feedFolders.map { install($0, Self.feedGroup, "2770") }
        let head = """
            #!/bin/sh
            # Makes the user of the service, the group of those who feed it, and the folders of archive \(name).
            # Run it as root. A second time it changes nothing.
            set -eu
            getent group \(Self.feedGroup) >/dev/null || groupadd --system \(Self.feedGroup)
            getent passwd \(Self.systemUser) >/dev/null ||
                useradd --system --user-group --no-create-home --home-dir / --shell /usr/sbin/nologin \(Self.systemUser)
            usermod --append --groups \(Self.feedGroup) \(Self.systemUser)
            """
        return ([head] + folders.map(\.description)).joined(separator: "\n") + "\n"
    }

    private var feedFolders: [String] {
        (files == nil ? ["\(data)/spool"] : []) + (coverage == .marker ? ["\(data)/markers"] : [])
    }

    /// The timer that starts the service every hour.
    package var timer: String {
        """
        [Unit]
        Description=Seal the due periods of archive \(SystemdText.value(name))

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
    package var service: String {
        """
        [Unit]
        Description=Seal the due periods of archive \(SystemdText.value(name))

        [Service]
        Type=oneshot
        ExecStart=\(SystemdText.command(command))
        # systemd reads the key and passes it on, so that the service needs no right to read the file. Which key signs, the
        # configuration alone says: a file of the same name as its key is taken from here.
        LoadCredential=archive-key:\(SystemdText.value(folder))/archive-key
        User=\(SystemdText.value(owner))
        ReadWritePaths=\(SystemdText.path(data))
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
}
