import AuditModel
import BundleExport
import CommandLineInterface
import FileSystem
import Glibc
import RunConfiguration
import Schedule

/// Reports the result of a scheduled run: to a file of metrics, an address and a command.
///
/// A failure here is a warning, in the log of the run too, and never changes its status.
struct RunNotices {
    /// What is sent to the address; the rest of a message is cut off.
    private static let maximumPingCharacters = 10_000

    private let targets: Configuration.Notices
    private let log: ScheduleLog
    /// Ties the end of a run to its start.
    private let runID: String
    private let start = ContinuousClock.now

    init(_ targets: Configuration.Notices, _ log: ScheduleLog) {
        self.targets = targets
        self.log = log
        var generator = SystemRandomNumberGenerator()
        runID = RandomUUID.text(using: &generator)
    }

    /// Announces that the run begins.
    func announceStart() async { await ping("/start", body: nil) }

    /// Reports the end of the run.
    ///
    /// - Parameters:
    ///   - result: what the run did; nil if it ended with an error.
    ///   - status: the exit status.
    ///   - message: what went wrong, for people.
    func reportEnd(_ result: ScheduleResult?, status: Int32, message: String) async {
        do {
            try writeMetrics(
                RunMetrics(result: result, status: status, end: .now, duration: ContinuousClock.now - start))
        } catch {
            log.warn("cannot write metrics: \(error)", notice: "metrics")
        }
        await ping(status == 0 ? "" : "/\(status)", body: message)
        guard status != 0, let command = targets.onFailure else { return }
        let ended = await ChildProcess(
            program: .path("/bin/sh"), arguments: ["-c", command],
            variables: ["CARTULARY_STATUS": "\(status)", "CARTULARY_MESSAGE": message]
        ).run()
        if ended != 0 { log.warn("the on-failure command exited with \(ended)", notice: "on-failure") }
    }

    private func writeMetrics(_ metrics: RunMetrics) throws {
        guard let path = targets.metrics else { return }
        let previous = try? SmallFile.contents(path)
        try DurableFile.replace(path, with: Array(metrics.text(previous: previous).utf8))
    }

    private func ping(_ suffix: String, body: String?) async {
        guard let address = targets.ping else { return }
        let base = address.hasSuffix("/") ? String(address.dropLast()) : address
        var arguments = ["-fsS", "-m", "10", "--retry", "2", "-o", "/dev/null"]
        if let body { arguments += ["--data-raw", String(body.prefix(RunNotices.maximumPingCharacters))] }
        arguments.append("\(base)\(suffix)?rid=\(runID)")
        let ended = await ChildProcess(program: .name("curl"), arguments: arguments, isQuiet: true).run()
        if ended != 0 {
            log.warn("the ping to \(base)\(suffix) failed: curl exited with \(ended)", notice: "ping")
        }
    }
}
