import ArgumentParser
import AuditModel
import CommandLineInterface
import FileSystem
import Glibc
import RecordAnalysis
import RecordIngest
import RecordSpill
import RunConfiguration

/// The inputs of a command.
enum InputArgument {
    static let help = ArgumentHelp(
        "Files, directories, or - for standard input: JSON, NDJSON or CSV, plain or gzip, in any mixture. Every file in a "
            + "directory and its subdirectories is read once, except hidden ones; one that cannot be read is an error.",
        valueName: "file")
}

/// The inputs of a command, and how their records are checked.
struct RecordOptions: ParsableArguments {
    @Argument(help: InputArgument.help, completion: .file())
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "A threshold of the operations findings, such as stuck-after-seconds=7200; may be repeated.",
            valueName: "name=value"),
        transform: ThresholdSetting.init)
    var threshold: [ThresholdSetting] = []

    @Option(
        name: .customLong("as-of"),
        help: ArgumentHelp(
            "The as-of time of findings and metrics, in RFC 3339 (default: the end of the period, else the latest time "
                + "in the records).",
            valueName: "time"),
        transform: TimeText.parse)
    var asOf: Timestamp?

    @Option(help: ThreadCount.help)
    var threads = ThreadCount.default

    @Option(help: MemorySize.help, transform: MemorySize.parse)
    var memory: MemorySize?

    mutating func validate() throws { try ThreadCount.check(threads) }

    /// Refuses a command without any input.
    func requireFiles() throws {
        if files.isEmpty { throw ValidationError("no input, expected at least one file, directory or -") }
    }

    /// The options of an analysis without a selection; records that exceed the memory go to `directory`.
    ///
    /// What is left out of directories is printed.
    func options(_ console: Console, spillingTo directory: String? = nil) throws -> AnalysisOptions {
        var options = AnalysisOptions()
        options.memory = MemoryBudget(
            size: (memory ?? .default).bytes, directory: directory ?? TemporaryFolder.path)
        options.inputs = try InputList.expand(files, console)
        options.threads = threads
        options.asOf = asOf
        // A clock from before this program was made is wrong: then nothing says what time it is.
        options.clock = Timestamp.now < Version.made ? nil : .now
        for setting in threshold { options.thresholds[keyPath: setting.path] = setting.value }
        options.sourceDateEpoch = try RecordOptions.sourceDateEpoch()
        return options
    }

    /// The time that `SOURCE_DATE_EPOCH` sets; nil if it is not set, or empty.
    private static func sourceDateEpoch() throws(CommandError) -> Timestamp? {
        guard let text = getenv("SOURCE_DATE_EPOCH").map({ String(cString: $0) }), !text.isEmpty else { return nil }
        let last = Timestamp.unixSecondsRange.upperBound
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let epoch = Int64(text), epoch <= last else {
            throw CommandError(
                .usage, "the variable SOURCE_DATE_EPOCH is \"\(text)\", expected seconds since 1970, from 0 to \(last)",
                hint: .command("unset", "SOURCE_DATE_EPOCH"))
        }
        return Timestamp(unixSeconds: epoch)
    }
}

extension MemorySize {
    static let help = ArgumentHelp(
        "Memory to use, such as 512M or 4G (default: half of the machine's). Records beyond it go to a temporary file; the "
            + "output does not depend on it.",
        valueName: "size")

    /// Of commands that write to a ledger.
    static let ledgerHelp = ArgumentHelp(
        "Memory to use, such as 512M or 4G (default: half of the machine's). Records beyond it go to a temporary file beside "
            + "the ledger; log and bundles do not depend on it.",
        valueName: "size")

    static func parse(_ text: String) throws -> MemorySize {
        guard let size = MemorySize(text) else { throw ValidationError(expectation) }
        return size
    }
}

/// One threshold on the command line, as `name=value`.
struct ThresholdSetting {
    /// As it was given.
    let text: String
    let name: String
    let path: any WritableKeyPath<Thresholds, Int64> & Sendable
    let value: Int64

    init(_ text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let value = Int64(parts[1]), Thresholds.range.contains(value),
            let entry = Thresholds.all.first(where: { $0.name == parts[0] })
        else {
            let names = Thresholds.all.map(\.name).joined(separator: ", ")
            throw ValidationError("expected NAME=NUMBER with one of \(names)")
        }
        self.text = text
        name = entry.name
        self.value = value
        path = entry.path
    }
}

extension InputList {
    /// The files behind names, with a note on every directory that is not read again under another name.
    static func expand(_ names: [String], _ console: Console) throws -> [String] {
        let list = try InputList(names)
        for omission in list.repeated {
            console.note("not read again: \"\(Console.safe(omission.path))\" \(omission.reason.phrase)")
        }
        return list.paths
    }
}

/// Which findings make the exit status 1.
enum FailOn: String, ExpressibleByArgument, CaseIterable {
    case error, warning, never

    static let help = ArgumentHelp("Exit with 1 on findings of this severity or higher.", valueName: "severity")

    /// Whether a result with these counts fails.
    func fails(_ result: AnalysisResult) -> Bool {
        switch self {
        case .error: result.count(.error) > 0
        case .warning: result.count(.error) + result.count(.warning) > 0
        case .never: false
        }
    }
}

/// How rejected records are kept.
enum RejectedForm: String, ExpressibleByArgument, CaseIterable {
    case bytes
    case digestOnly = "digest-only"

    static let help = ArgumentHelp("Keep the bytes of rejected records, or only their digests.", valueName: "form")
}
