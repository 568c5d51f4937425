import ArchiveVerifier
import ArgumentParser
import AuditModel
import BundleFormat
import BundleVerifier
import FileSystem
import Glibc
import Signing
import VerificationAnswers

extension VerifyOptions {
    /// Verifies what the options name and prints the results.
    ///
    /// Throws an `ExitCode` with the status of the gravest verdict if anything is not valid, and a ``CommandError`` if a
    /// file cannot be read.
    package func run() async throws {
        let signers = try TrustFile.read(trust)
        let time = (verifyTime ?? .now).unixSeconds
        let verifier = Verifier(trust: signers, time: time, threads: threads)
        let console = Console(usesColor: Console.showsColors(on: STDOUT_FILENO) && !messages.noColor)
        var verification = Verification(verifier: verifier) { Console.result(console.painted($0)) }
        verification.isQuiet = messages.quiet
        verification.isVerbose = messages.verbose
        verification.printsJSON = json
        let status: Int32
        do {
            if let archive {
                status = try await archiveVerification(verification, trust: signers, time: time).verify(archive)
            } else {
                status = try await verify(bundles, verification)
            }
        } catch let error as FileSystemError {
            throw CommandError(error)
        }
        if status != 0 { throw ExitCode(status) }
    }

    /// Reads a checkpoint that somebody kept.
    private static func checkpoint(_ path: String) throws(CommandError) -> SignedNote {
        let bytes = try SmallFile.contents(path)
        guard let note = try? SignedNote(parsing: bytes), (try? Checkpoint(text: note.text)) != nil else {
            throw CommandError(
                .usage, "\"\(path)\" is not a checkpoint of an archive, expected a copy of its file \"checkpoint\"")
        }
        return note
    }

    /// Verifies a batch to its end; throws what could not be read, which outranks every verdict.
    private func verify(_ bundles: [String], _ verification: Verification) async throws(CommandError) -> Int32 {
        let outcome = await verification.run(bundles) { CommandError($0).status.rawValue }
        let errors = outcome.failures.map { CommandError($0) }
        guard let gravest = errors.min(by: { $0.status.gravity < $1.status.gravity }) else {
            return outcome.verdict.exitStatus
        }
        throw CommandError(gravest.status, messages: errors.flatMap(\.messages), hint: errors.first?.hint)
    }

    private func archiveVerification(
        _ run: Verification, trust: AllowedSigners, time: Int64
    ) throws -> ArchiveVerification {
        var verification = ArchiveVerification(run, trust: trust, time: time)
        verification.subset = subset
        if let resume {
            let file = try ResumeFile(resume)
            verification.memory = file.memory
            verification.remember = { file.add($0) }
        }
        if let since { verification.since = try VerifyOptions.checkpoint(since) }
        if isatty(STDERR_FILENO) == 1, !messages.quiet, getenv("TERM").map({ String(cString: $0) }) != "dumb" {
            verification.progress = { number, count in
                Console.write("\rverifying bundle \(number) of \(count)\u{1B}[K", to: STDERR_FILENO)
                if number == count { Console.write("\r\u{1B}[K", to: STDERR_FILENO) }
            }
        }
        return verification
    }
}

extension Console {
    /// A line of a verification in the colour of its outcome.
    func painted(_ line: VerificationLine) -> String {
        switch line.outcome {
        case .good: colored(line.text, .green)
        case .bad: colored(line.text, .red)
        case .notChecked: colored(line.text, .yellow)
        case nil: line.text
        }
    }
}

extension ExitStatus {
    /// Of two arguments that cannot be read, the lower one gives the status (docs/exit-codes.md).
    fileprivate var gravity: Int {
        switch self {
        case .io: 0
        case .notPermitted: 1
        case .noInput: 2
        default: 3
        }
    }
}
