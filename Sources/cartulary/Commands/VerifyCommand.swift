import ArgumentParser
import AuditModel
import BundleVerifier
import Glibc
import Signing

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify audit bundles against keys that are held separately.",
        discussion: """
            EXAMPLES
              cartulary verify archive/audit-2026-02.zip --trust archive-key.allowed_signers
              cartulary verify archive/*.zip --trust archive-key.pub --json
              cartulary verify old.zip --trust signers --verify-time 2026-03-01T00:00:00Z
              cartulary verify --archive archive --trust archive-key.allowed_signers
              cartulary verify --archive archive --subset 3/12 --trust archive-key.allowed_signers

            With --archive every bundle of a folder is verified, and that none is missing, replaced or listed otherwise.

            Exit status: 0 valid, 10 tampered, 11 incomplete, 12 untrusted, 13 broken chain, 14 nothing verified.
            """)

    @Argument(help: "Bundles to verify; nothing is extracted.", completion: .file(extensions: ["zip"]))
    var bundles: [String] = []

    @Option(
        help: ArgumentHelp("Verify the folder of an archive, with its catalogue and checkpoint.", valueName: "dir"),
        completion: .directory)
    var archive: String?

    @Option(
        help: ArgumentHelp(
            "Verify only a part of the archive as a whole, such as 3/12: of the others signature and place.",
            valueName: "part"))
    var subset: String?

    @Option(
        help: ArgumentHelp(
            "A file that remembers which bundles of the archive were valid, so that these are not read again.",
            valueName: "file"),
        completion: .file())
    var resume: String?

    @Option(
        help: ArgumentHelp("The keys that may sign: an allowed_signers file, or a .pub file.", valueName: "file"),
        completion: .file())
    var trust: String

    @Option(
        name: .customLong("verify-time"),
        help: ArgumentHelp("When keys must be valid, in RFC 3339; default now.", valueName: "time"))
    var verifyTime: String?

    @Option(help: ArgumentHelp("Tasks side by side.", valueName: "n"))
    var threads = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    @Flag(help: "Print the result as JSON, one line a bundle.")
    var json = false

    @OptionGroup(title: "Messages") var messages: ConsoleOptions

    mutating func validate() throws {
        _ = try verifyTime.map { try TimeText.parse($0, option: "verify-time") }
        if bundles.isEmpty == (archive == nil) {
            throw ValidationError(
                bundles.isEmpty ? "no bundle, expected one or more, or --archive" : "--archive excludes bundles")
        }
        if archive == nil, subset != nil || resume != nil {
            throw ValidationError("--subset and --resume go with --archive")
        }
        if let subset, ArchiveVerification.Subset(subset) == nil {
            throw ValidationError("--subset \"\(subset)\", expected a form such as 3/12")
        }
        if threads < 1 || threads > 1024 { throw ValidationError("--threads \(threads), expected 1 to 1024") }
    }

    func run() async throws {
        let seconds =
            try verifyTime.map { try TimeText.parse($0, option: "verify-time").unixSeconds } ?? Int64(time(nil))
        let signers = try KeyFile.trust(trust)
        let verifier = Verifier(trust: signers, time: seconds, threads: threads)
        let console = messages.console(STDOUT_FILENO)
        var run = VerificationRun(verifier: verifier) { Console.result(console.painted($0)) }
        (run.isQuiet, run.isVerbose, run.printsJSON) = (messages.quiet, messages.verbose, json)
        let status =
            if let archive { try await verifyArchive(archive, run, signers, seconds) } else {
                try await run.run(bundles)
            }
        if status != 0 { throw ExitCode(status) }
    }
}

extension VerifyCommand {
    private func verifyArchive(_ path: String, _ run: VerificationRun, _ trust: AllowedSigners, _ time: Int64)
        async throws -> Int32
    {
        var verification = ArchiveVerification(run, trust: trust, time: time)
        verification.subset = subset.flatMap(ArchiveVerification.Subset.init)
        if let resume {
            let memory = try VerifiedMemory(resume)
            (verification.earlier, verification.resumes) = (memory.marks, true)
            verification.remember = { memory.add($0) }
        }
        if isatty(STDERR_FILENO) == 1, !messages.quiet {
            verification.progress = { number, count in
                Console.write("\rverifying \(number) of \(count) bundles\u{1B}[K", to: STDERR_FILENO)
                if number == count { Console.write("\r\u{1B}[K", to: STDERR_FILENO) }
            }
        }
        return try await verification.verify(path)
    }
}

extension Console {
    /// A line of a verification in the colour of its outcome.
    fileprivate func painted(_ line: VerificationLine) -> String {
        switch line.outcome {
        case .good: colored(line.text, .green)
        case .bad: colored(line.text, .red)
        case .notChecked: colored(line.text, .yellow)
        case nil: line.text
        }
    }
}
