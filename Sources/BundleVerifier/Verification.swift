import BundleReading
package import FileSystem
import Signing

/// Verifies files one after the other and prints what was found; what both programs do.
package struct Verification: Sendable {
    package var verifier: Verifier
    package var isQuiet = false
    package var isVerbose = false
    package var printsJSON = false
    /// Writes a line of results.
    package var write: @Sendable (VerificationLine) -> Void

    package init(verifier: Verifier, write: @escaping @Sendable (VerificationLine) -> Void) {
        self.verifier = verifier
        self.write = write
    }

    /// Verifies every file, compares those of one series, and returns the exit status of the gravest verdict.
    ///
    /// Throws only if a file cannot be read.
    package func run(_ paths: [String]) async throws(FileSystemError) -> Int32 {
        var gravest = VerificationReport.Verdict.valid
        var reports: [VerificationReport] = []
        var across = SeriesAcross()
        for path in paths {
            let claims = BundleClaims(try UnverifiedBundle(path: path))
            reports.append(await verifier.verify(claims))
            if paths.count > 1 { across.add(claims) }
        }
        for (number, problems) in across.problems().enumerated() {
            if let problems { reports[number].add(across: problems) }
        }
        for (path, report) in zip(paths, reports) {
            show(report, path)
            if rank(report.verdict) < rank(gravest) { gravest = report.verdict }
        }
        return gravest.exitStatus
    }

    private func rank(_ verdict: VerificationReport.Verdict) -> Int {
        VerificationReport.Verdict.allCases.firstIndex(of: verdict) ?? 0
    }

    package func show(_ report: VerificationReport, _ path: String) {
        if printsJSON { return write(.object(VerificationText.json(report, file: path))) }
        guard !isQuiet || report.verdict != .valid else { return }
        write(.file(path))
        for line in VerificationText.summary(report) { write(line) }
        for line in VerificationText.lines(report, all: isVerbose) { write(line) }
    }
}
