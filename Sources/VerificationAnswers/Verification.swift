import BundleComparison
import BundleReading
package import BundleVerifier
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

    /// What became of a batch.
    package struct Outcome: Sendable {
        /// The gravest of the verdicts.
        package var verdict = VerificationReport.Verdict.valid
        /// Why arguments could not be read, in their order.
        package var failures: [FileSystemError] = []
    }

    /// Verifies every file or folder, and compares those of one series or one ledger.
    ///
    /// One that cannot be read has a line of its own, and hides none of the others. `status` is the exit status of an error.
    package func run(_ paths: [String], status: (FileSystemError) -> Int32) async -> Outcome {
        var outcome = Outcome()
        var results: [Result<VerificationReport, FileSystemError>] = []
        var across = SeriesAcross()
        var compared: [Int] = []
        for (number, path) in paths.enumerated() {
            do throws(FileSystemError) {
                let claims = BundleClaims(try UnverifiedBundle(path: path))
                let report = await verifier.verify(claims)
                results.append(.success(report))
                guard paths.count > 1 else { continue }
                across.add(claims, isTrusted: report.keyFingerprint != nil)
                compared.append(number)
            } catch {
                results.append(.failure(error))
            }
        }
        for (number, (problems, showsBreaks)) in zip(compared, zip(across.problems(), across.showsBreaks())) {
            guard let problems, case .success(var report) = results[number] else { continue }
            report.add(across: problems, showsBreaks: showsBreaks)
            results[number] = .success(report)
        }
        for (path, result) in zip(paths, results) {
            switch result {
            case .success(let report):
                show(report, path)
                if rank(report.verdict) < rank(outcome.verdict) { outcome.verdict = report.verdict }
            case .failure(let error):
                show(error, path, status: status(error))
                outcome.failures.append(error)
            }
        }
        return outcome
    }

    private func show(_ error: FileSystemError, _ path: String, status: Int32) {
        if printsJSON {
            return write(.object(VerificationText.json(unread: path, error: error.message, status: status)))
        }
        write(.file(path))
        write(.unread(error.message))
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
