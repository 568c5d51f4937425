import ArgumentParser
import AuditModel
import CommandLineInterface
import FileSystem
import Glibc
import RecordAnalysis
import RecordIngest

/// The inputs of a command and how they are judged.
struct RecordOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Files, directories or - for standard input; JSON, NDJSON or CSV, plain or gzip, in any mixture. "
                + "A directory stands for every file below it, each read once; hidden names are left out. "
                + "Anything there that cannot be read is an error.",
            valueName: "file"),
        completion: .file())
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "A limit of the operations findings, such as stuck-after-seconds=7200; may be repeated.",
            valueName: "name=value"))
    var threshold: [String] = []

    @Option(name: .customLong("as-of"), help: ArgumentHelp("What stands for \"now\", in RFC 3339.", valueName: "time"))
    var asOf: String?

    @Option(help: ArgumentHelp("Tasks side by side; the output does not depend on it.", valueName: "n"))
    var threads = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    @Option(
        help: ArgumentHelp(
            "Memory that may be used, as 512M or 4G; beyond it records go to a file, and the output does not depend on it. "
                + "Half of the machine's without it. Not for a ledger, whose records of a period are held.",
            valueName: "size"), transform: MemorySize.init)
    var memory: MemorySize?

    mutating func validate() throws {
        if threads < 1 || threads > 1024 { throw ValidationError("--threads \(threads), expected 1 to 1024") }
        _ = try options()
    }

    /// Refuses a command without any input.
    func requireFiles() throws {
        if files.isEmpty { throw ValidationError("no input, expected at least one file, directory or -") }
    }

    /// The files behind the arguments; what is left out of directories is said.
    func inputs(_ console: Console) throws -> [String] { try InputList.expand(files, console) }

    /// The run's options without a selection; records that exceed the memory go to `directory`.
    func options(spillingTo directory: String? = nil) throws -> AnalysisOptions {
        var options = AnalysisOptions()
        options.memory = MemoryBudget(
            size: memory?.bytes ?? MemorySize.default,
            directory: directory ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")
        options.inputs = files
        options.threads = threads
        options.asOf = try asOf.map { try TimeText.parse($0) }
        options.thresholds = try thresholds()
        if let epoch = getenv("SOURCE_DATE_EPOCH").flatMap({ Int64(String(cString: $0)) }),
            (0...Timestamp.unixSecondsRange.upperBound).contains(epoch)
        {
            options.sourceDateEpoch = Timestamp(unixSeconds: epoch)
        }
        return options
    }

    private func thresholds() throws -> Thresholds {
        var thresholds = Thresholds()
        for setting in threshold {
            let parts = setting.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let limit = Int64(parts[1]), Thresholds.range.contains(limit),
                let entry = Thresholds.all.first(where: { $0.name == parts[0] })
            else {
                let names = Thresholds.all.map(\.name).joined(separator: ", ")
                throw ValidationError("--threshold \"\(setting)\", expected NAME=NUMBER with one of \(names)")
            }
            thresholds[keyPath: entry.path] = limit
        }
        return thresholds
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

    /// Whether a result with these counts fails.
    func fails(_ result: AnalysisResult) -> Bool {
        switch self {
        case .error: result.count(.error) > 0
        case .warning: result.count(.error) + result.count(.warning) > 0
        case .never: false
        }
    }
}
