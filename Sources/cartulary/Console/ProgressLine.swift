import CommandLineInterface
import Glibc
import RecordAnalysis
import Synchronization

/// A line on the terminal that shows the progress of a run; nothing at all when standard error is no terminal.
final class ProgressLine: Sendable {
    private struct State {
        var shown: ContinuousClock.Instant?
    }

    private let start = ContinuousClock.now
    private let state = Mutex(State())

    /// Runs a command's work and shows its progress; the line is gone when the work ends.
    ///
    /// The work gets no handler where nobody watches.
    static func shown<Result>(
        _ console: Console, during work: (ProgressHandler?) async throws -> Result
    ) async throws -> Result {
        let line = ProgressLine(console)
        defer { line?.clear() }
        guard let line else { return try await work(nil) }
        return try await work { line.show($0) }
    }

    /// A line on a terminal that can replace it; nil elsewhere.
    init?(_ console: Console) {
        guard !console.isQuiet, isatty(STDERR_FILENO) == 1, getenv("TERM").map({ String(cString: $0) }) != "dumb"
        else { return nil }
    }

    /// Shows the progress, at most ten times a second.
    func show(_ progress: Progress) {
        state.withLock { state in
            let now = ContinuousClock.now
            if let shown = state.shown, now - shown < .milliseconds(100) { return }
            Console.write("\r\(text(progress, elapsed: (now - start).seconds))\u{1B}[K", to: STDERR_FILENO)
            state.shown = now
        }
    }

    /// Removes the line.
    func clear() {
        state.withLock { state in
            if state.shown != nil { Console.write("\r\u{1B}[K", to: STDERR_FILENO) }
            state.shown = nil
        }
    }

    private func text(_ progress: Progress, elapsed: Double) -> String {
        switch progress.stage {
        case .reading: readingText(progress, rate: elapsed > 0 ? Double(progress.done) / elapsed : 0)
        case .writing: "writing deployment \(progress.done) of \(progress.total)"
        case .comparing: "comparing deployment \(progress.done) of \(progress.total)"
        case .storing: "storing record \(progress.done) of \(progress.total)"
        }
    }

    private func readingText(_ progress: Progress, rate: Double) -> String {
        var parts = ["reading \(ProgressLine.megabytes(progress.done))"]
        if progress.total > 0 { parts[0] += " of \(ProgressLine.megabytes(progress.total))" }
        parts.append(Console.count(progress.records, "record"))
        parts.append("\(ProgressLine.megabytes(Int(rate)))/s")
        if progress.total > progress.done, rate > 0 {
            parts.append("\(Int(Double(progress.total - progress.done) / rate) + 1) s left")
        }
        return parts.joined(separator: ", ")
    }

    private static func megabytes(_ bytes: Int) -> String { "\(bytes / 1_000_000).\(bytes / 100_000 % 10) MB" }
}

extension Duration {
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
