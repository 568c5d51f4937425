import CommandLineInterface
import Glibc
import RecordAnalysis
import Synchronization

/// A line on the terminal that says how far the run is; nothing at all when standard error is no terminal.
final class ProgressLine: Sendable {
    private let start = ContinuousClock.now
    private let last = Mutex<(shown: ContinuousClock.Instant?, length: Int)>((nil, 0))

    /// A handler for the pipeline; nil where nobody watches.
    static func handler(_ console: Console) -> (line: ProgressLine, handler: ProgressHandler)? {
        guard !console.isQuiet, isatty(STDERR_FILENO) == 1, getenv("TERM").map({ String(cString: $0) }) != "dumb"
        else { return nil }
        let line = ProgressLine()
        return (line, { line.show($0) })
    }

    private func show(_ progress: Progress) {
        last.withLock { state in
            let now = ContinuousClock.now
            if let shown = state.shown, now - shown < .milliseconds(100) { return }
            let text = self.text(progress, elapsed: (now - start).seconds)
            Console.write("\r\(text)\u{1B}[K", to: STDERR_FILENO)
            state = (now, text.count)
        }
    }

    /// Removes the line.
    func clear() {
        last.withLock { state in
            if state.shown != nil { Console.write("\r\u{1B}[K", to: STDERR_FILENO) }
            state.shown = nil
        }
    }

    private func text(_ progress: Progress, elapsed: Double) -> String {
        let rate = elapsed > 0 ? Double(progress.done) / elapsed : 0
        var parts: [String]
        switch progress.stage {
        case .reading:
            parts = ["reading \(ProgressLine.megabytes(progress.done))"]
            if progress.total > 0 { parts[0] += " of \(ProgressLine.megabytes(progress.total))" }
            parts.append("\(progress.records) records")
            parts.append("\(ProgressLine.megabytes(Int(rate)))/s")
            if progress.total > progress.done, rate > 0 {
                parts.append("\(Int(Double(progress.total - progress.done) / rate) + 1) s left")
            }
        case .writing: parts = ["writing \(progress.done) of \(progress.total) deployments"]
        case .comparing: parts = ["comparing \(progress.done) of \(progress.total) deployments"]
        case .storing: parts = ["storing \(progress.done) of \(progress.total) records"]
        }
        return parts.joined(separator: ", ")
    }

    private static func megabytes(_ bytes: Int) -> String { "\(bytes / 1_000_000).\(bytes / 100_000 % 10) MB" }
}

extension Duration {
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
