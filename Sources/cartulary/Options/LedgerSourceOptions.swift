import ArgumentParser
import AuditModel
import BundleExport
import CommandLineInterface
import Glibc
import Ledger

/// How bundles are made from a ledger.
struct LedgerSourceOptions: ParsableArguments {
    @Option(
        name: .customLong("ledger"),
        help: ArgumentHelp("Take the records of this ledger instead of files.", valueName: "file"),
        completion: .file())
    var path: String?

    @Option(
        help: ArgumentHelp(
            "Names the series, with the basis and the filters; bundles are named from it and the period.",
            valueName: "name"))
    var archive = "audit"

    @Flag(
        help: "Answer outside the series, though the period could be sealed; so do --name, --as-of and --request-ref.")
    var response = false

    @Option(
        help: ArgumentHelp(
            "An earlier revision of a sealed period, 0 the first; default the latest.", valueName: "number"))
    var revision: Int?

    @Option(
        name: .customLong("due-days"),
        help: ArgumentHelp(
            "Days after its end by which the next period's bundle is promised.", valueName: "days"))
    var dueDays = 10

    @Option(
        name: .customLong("idempotency-key"),
        help: ArgumentHelp(
            "Names the request: asked again, it has the same answer, byte for byte; another request is an error.",
            valueName: "text"))
    var idempotencyKey: String?

    @OptionGroup var wait: WaitOptions

    @Option(help: ArgumentHelp("What the clock says, in RFC 3339; default now.", valueName: "time"))
    var now: String?

    mutating func validate() throws {
        if dueDays < 0 || dueDays > 3660 { throw ValidationError("--due-days \(dueDays), expected 0 to 3660") }
        _ = try now.map { try TimeText.parse($0) }
        if path?.isEmpty ?? false { throw ValidationError("--ledger is empty, expected a file") }
        if let key = idempotencyKey {
            guard (1...256).contains(key.utf8.count),
                key.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
            else { throw ValidationError("--idempotency-key is not 1 to 256 bytes without control characters") }
        }
        guard path == nil else { return }
        if revision != nil || idempotencyKey != nil || archive != "audit" || response || dueDays != 10
            || wait.seconds != 0
            || now != nil
        {
            throw ValidationError(
                "--archive, --response, --revision, --idempotency-key, --due-days, --wait and --now go with --ledger")
        }
    }

    /// nil without a ledger.
    func options(_ export: ExportOptions) -> LedgerExportOptions? {
        guard let path else { return nil }
        let time = now.flatMap { try? TimeText.parse($0) }
        var options = LedgerExportOptions(
            export: export, now: time ?? .now)
        options.revision = revision
        (options.ledger, options.archive, options.isResponse) = (path, archive, response)
        (options.dueDays, options.wait, options.idempotencyKey) = (dueDays, wait.seconds, idempotencyKey)
        return options
    }

    /// The options that decide the bundle, in a fixed order.
    var words: [String] { path != nil && archive != "audit" ? ["--archive", archive] : [] }
}
