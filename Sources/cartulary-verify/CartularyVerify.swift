import ArgumentParser
import AuditModel
import BundleVerifier
import FileSystem
import Glibc
import Signing

@main
struct CartularyVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cartulary-verify",
        abstract: "Verify audit bundles against keys that are held separately.",
        discussion: """
            EXAMPLES
              cartulary-verify audit-2026-02.zip --trust archive-key.allowed_signers
              cartulary-verify *.zip --trust archive-key.pub --json
              cartulary-verify --archive archive --trust archive-key.allowed_signers

            This program can only verify: it holds no code that writes bundles. Exit status: 0 valid, 10 tampered,
            11 incomplete, 12 untrusted, 13 broken chain, 14 nothing verified.
            """,
        version: "0.1.0")

    @Argument(help: "Bundles to verify; nothing is extracted.", completion: .file(extensions: ["zip"]))
    var bundles: [String] = []

    @Option(
        help: ArgumentHelp("Verify the folder of an archive, with its catalogue and checkpoint.", valueName: "dir"),
        completion: .directory)
    var archive: String?

    @Option(
        help: ArgumentHelp("The keys that may sign: an allowed_signers file, or a .pub file.", valueName: "file"),
        completion: .file())
    var trust: String

    @Option(
        name: .customLong("verify-time"),
        help: ArgumentHelp("When keys must be valid, in RFC 3339; default now.", valueName: "time"))
    var verifyTime: String?

    @Flag(help: "Print the result as JSON, one line a bundle.")
    var json = false

    @Flag(name: [.short, .long], help: "Say nothing about valid bundles.")
    var quiet = false

    @Flag(name: [.short, .long], help: "List every check.")
    var verbose = false

    mutating func validate() throws {
        if bundles.isEmpty == (archive == nil) {
            throw ValidationError(
                bundles.isEmpty ? "no bundle, expected one or more, or --archive" : "--archive excludes bundles")
        }
    }

    func run() async throws {
        do {
            let (trust, time) = (try trusted(), try seconds())
            let verifier = Verifier(
                trust: trust, time: time, threads: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
            var run = VerificationRun(verifier: verifier) { CartularyVerify.writeLine($0) }
            (run.isQuiet, run.isVerbose, run.printsJSON) = (quiet, verbose, json)
            let status =
                if let archive {
                    try await ArchiveVerification(run, trust: trust, time: time).verify(archive)
                } else {
                    try await run.run(bundles)
                }
            if status != 0 { throw ExitCode(status) }
        } catch let error as FileSystemError {
            fail("\(error)", status(error))
        } catch let error as SigningError {
            fail("cannot use trust file \"\(trust)\": \(error)", 64)
        }
    }

    /// Writes a line of results; a result that nobody gets is no success.
    private static func writeLine(_ text: String) {
        var rest = Array((text + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { Glibc.exit(74) }
            rest = rest.dropFirst(count)
        }
    }

    private func fail(_ message: String, _ status: Int32) -> Never {
        let line = Array("cartulary-verify: error: \(message)\n".utf8)
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        Glibc.exit(status)
    }

    /// The exit status that a file which cannot be read leads to (docs/exit-codes.md).
    private func status(_ error: FileSystemError) -> Int32 {
        if error.isMissing { return 66 }
        guard error.path == trust else { return 74 }
        if case .tooLong = error.reason { return 64 }
        return error.isDenied ? 77 : 74
    }

    private func trusted() throws -> AllowedSigners {
        let bytes = try ByteStream(.file(trust)).contents(limit: AllowedSigners.maximumByteCount)
        return try AllowedSigners(trusting: bytes)
    }

    private func seconds() throws -> Int64 {
        guard let verifyTime else { return Int64(time(nil)) }
        do {
            return try Timestamp.parse(verifyTime).time.unixSeconds
        } catch {
            throw ValidationError(
                "--verify-time \"\(verifyTime)\" has a \(error.reason), expected a time as in RFC 3339")
        }
    }
}
