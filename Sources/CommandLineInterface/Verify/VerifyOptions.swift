import ArchiveVerifier
import ArgumentParser
import AuditModel
import BundleVerifier

/// The options of a verification: those of `cartulary verify` and of `cartulary-verify`.
package struct VerifyOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Bundles to verify: ZIP files, or folders into which they were unpacked. Nothing is extracted.",
            valueName: "bundle"),
        completion: .file(extensions: ["zip"]))
    var bundles: [String] = []

    @Option(
        help: ArgumentHelp(
            "Verify every bundle of an archive, and that the archive is complete: none is missing, replaced, or listed "
                + "differently in the catalogue and the signed checkpoint.",
            valueName: "dir"),
        completion: .directory)
    var archive: String?

    @Option(
        help: ArgumentHelp(
            "Verify one part of the archive completely, such as 3/12. Of the other bundles, check only the signature and "
                + "the position in the series.",
            valueName: "part"),
        transform: VerifyOptions.subset)
    var subset: ArchiveVerification.Subset?

    @Option(
        help: ArgumentHelp(
            "Record what the archive holds in this file, require that what it lists is still there, and check only signature "
                + "and bytes of the bundles that it lists as valid.",
            valueName: "file"),
        completion: .file())
    var resume: String?

    @Option(
        help: ArgumentHelp(
            "A checkpoint of the archive that you kept: its bundles must still be there, and the archive may only have grown.",
            valueName: "checkpoint"),
        completion: .file())
    var since: String?

    @Option(
        help: ArgumentHelp(
            "The trust file: the keys that may sign, as an allowed_signers file or a .pub file. Obtain it through a "
                + "separate channel.",
            valueName: "file"),
        completion: .file())
    var trust: String

    @Option(
        name: .customLong("verify-time"),
        help: ArgumentHelp("The time at which keys must be valid, in RFC 3339 (default: now).", valueName: "time"),
        transform: TimeText.parse)
    var verifyTime: Timestamp?

    @Option(help: ThreadCount.help)
    var threads = ThreadCount.default

    @Flag(help: "Print each result as one line of JSON.")
    var json = false

    @OptionGroup(title: "Messages") var messages: VerifyMessageOptions

    package init() {}

    package mutating func validate() throws {
        try ThreadCount.check(threads)
        if bundles.isEmpty, archive == nil {
            throw ValidationError("no bundle, expected one or more, or --archive")
        }
        if !bundles.isEmpty, archive != nil { throw ValidationError("--archive excludes bundles") }
        if archive == nil, subset != nil || resume != nil || since != nil {
            throw ValidationError("--subset, --resume and --since need --archive")
        }
    }

    private static func subset(_ text: String) throws -> ArchiveVerification.Subset {
        guard let subset = ArchiveVerification.Subset(text) else {
            throw ValidationError("expected a part such as 3/12")
        }
        return subset
    }
}

/// How much a verification prints.
struct VerifyMessageOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "Print only what is not valid.")
    var quiet = false

    @Flag(name: [.short, .long], help: "Print every check, also those that passed.")
    var verbose = false

    @Flag(name: .customLong("no-color"), help: MessageOptions.colorHelp)
    var noColor = false

    mutating func validate() throws {
        if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other") }
    }
}

extension VerifyOptions {
    /// What the help of a command that verifies says after its abstract.
    package static func discussion(command: String) -> String {
        """
        EXAMPLES
          \(command) audit-2026-02.zip --trust archive-key.allowed_signers
          \(command) *.zip --trust archive-key.pub --json
          \(command) old.zip --trust signers --verify-time 2026-03-01T00:00:00Z
          \(command) --archive archive --trust archive-key.allowed_signers
          \(command) --archive archive --subset 3/12 --trust signers

        Exit status: 0 valid, 10 tampered, 11 incomplete, 12 untrusted, 13 broken chain, 14 nothing verified, \
        16 packed again by another program. \
        Other statuses: docs/exit-codes.md.
        """
    }
}
