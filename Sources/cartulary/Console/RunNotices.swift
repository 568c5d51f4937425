import AuditModel
import FileSystem
import Glibc
import Pipeline

/// Tells others what came of a scheduled run: a file of metrics, an address, a command.
///
/// What goes wrong here never changes the status of the run.
struct RunNotices {
    private let configuration: Configuration
    private let console: Console
    /// Ties the end of a run to its start.
    private let runID: String
    private let began = ContinuousClock.now

    init(_ configuration: Configuration, _ console: Console) {
        (self.configuration, self.console) = (configuration, console)
        let words = (0..<4).map { _ in UInt32.random(in: 0 ... .max) }
        func digits(_ value: UInt32, _ count: Int) -> String {
            let text = String(value, radix: 16)
            return String((String(repeating: "0", count: 8) + text).suffix(count))
        }
        // A random UUID (RFC 9562, 5.4), as these services want it.
        runID =
            "\(digits(words[0], 8))-\(digits(words[1], 4))-4\(digits(words[1] >> 16, 3))-"
            + "\(["8", "9", "a", "b"][Int(words[2] & 3)])\(digits(words[2] >> 2, 3))-\(digits(words[2] >> 16, 4))\(digits(words[3], 8))"
    }

    func start() { ping("/start", body: nil) }

    /// - Parameters:
    ///   - result: what was done; nil if the run could not be begun.
    ///   - status: the exit status.
    ///   - message: what went wrong, for people.
    func end(_ result: ScheduleResult?, status: Int32, message: String) {
        do {
            try writeMetrics(result, status)
        } catch {
            console.note("note: cannot write metrics: \(error)")
        }
        ping(status == 0 ? "" : "/\(status)", body: message)
        guard status != 0, let command = configuration.notices.onFailure else { return }
        let ended = Command.run(
            ["/bin/sh", "-c", command], ["CARTULARY_STATUS": "\(status)", "CARTULARY_MESSAGE": message])
        if ended != 0 { console.note("note: on-failure ended with \(ended)") }
    }

    private func ping(_ suffix: String, body: String?) {
        guard let address = configuration.notices.ping else { return }
        let base = address.hasSuffix("/") ? String(address.dropLast()) : address
        var words = ["curl", "-fsS", "-m", "10", "--retry", "2", "-o", "/dev/null"]
        if let body { words += ["--data-raw", String(body.prefix(10_000))] }
        let ended = Command.run(words + ["\(base)\(suffix)?rid=\(runID)"], [:], isQuiet: true)
        if ended != 0 { console.note("note: the ping of \(base)\(suffix) failed (curl ended with \(ended))") }
    }

    // Metrics in the text format of Prometheus

    private func writeMetrics(_ result: ScheduleResult?, _ status: Int32) throws {
        guard let path = configuration.notices.metrics else { return }
        let now = Int64(time(nil))
        var lines: [String] = []
        func add(_ name: String, _ help: String, _ values: [(labels: String, value: String)]) {
            lines += ["# HELP cartulary_\(name) \(help)", "# TYPE cartulary_\(name) gauge"]
            lines += values.map { "cartulary_\(name)\($0.labels) \($0.value)" }
        }
        let success = status == 0 ? "\(now)" : lastSuccess(path) ?? "0"
        add("last_run_timestamp_seconds", "When the last run ended.", [("", "\(now)")])
        add("last_success_timestamp_seconds", "When a run last ended with status 0; 0 for never.", [("", success)])
        add("last_run_status", "The exit status of the last run.", [("", "\(status)")])
        let elapsed = (ContinuousClock.now - began).components
        let milliseconds = elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000
        add(
            "last_run_duration_seconds", "How long the last run took.",
            [("", "\(milliseconds / 1000).\(String("\(1000 + milliseconds % 1000)".dropFirst()))")])
        guard let result else {
            return try DurableFile.replace(path, with: Array((lines.joined(separator: "\n") + "\n").utf8))
        }
        add("last_run_accepted_records", "Records that were new.", [("", "\(result.accepted)")])
        add(
            "last_run_quarantined_records", "Records that were rejected or contradict others.",
            [("", "\(result.doubtful)")])
        add("last_run_refused_files", "Files that could not be taken in.", [("", "\(result.notTaken)")])
        func each(_ value: (ArchiveState) -> String) -> [(labels: String, value: String)] {
            result.archives.map { ("{archive=\"\($0.name)\"}", value($0)) }
        }
        add("periods_missing", "Periods that are due and not sealed.", each { "\($0.missing)" })
        add("bundles", "Sealed bundles, corrections among them.", each { "\($0.bundles)" })
        add("sealed_until_timestamp_seconds", "Where the sealed periods end.", each { "\($0.end?.unixSeconds ?? 0)" })
        add(
            "findings", "Findings of the latest bundle.",
            result.archives.flatMap { archive in
                [
                    ("{archive=\"\(archive.name)\",severity=\"error\"}", "\(archive.errors)"),
                    ("{archive=\"\(archive.name)\",severity=\"warning\"}", "\(archive.warnings)"),
                ]
            })
        try DurableFile.replace(path, with: Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    /// The time of the last success, from the file of the run before.
    private func lastSuccess(_ path: String) -> String? {
        guard let bytes = try? KeyFile.contents(path) else { return nil }
        let name = "cartulary_last_success_timestamp_seconds "
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(name) }
            .map { String($0.dropFirst(name.count)) }
    }
}

/// Other programs.
enum Command {
    /// Runs a program that is found as a shell finds it, and waits for it; 127 if it cannot be started.
    static func run(_ words: [String], _ environment: [String: String], isQuiet: Bool = false) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        // What it prints must not be taken for a result of this program.
        posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
        if isQuiet { posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) }
        for (name, value) in environment { setenv(name, value, 1) }
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        guard posix_spawnp(&process, words[0], &actions, nil, &arguments, environ) == 0 else { return 127 }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 { if errno != EINTR { return 127 } }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
    }
}
