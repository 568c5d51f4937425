import ArgumentParser
import AuditModel
import BundleExport
import CommandLineInterface
import Ledger

/// How bundles are made from a ledger.
struct LedgerSourceOptions: ParsableArguments {
    /// The series' name and the days of promise where no option says otherwise.
    private static let standardArchive = "audit"
    private static let standardDueDays = 10

    @Option(
        name: .customLong("ledger"),
        help: ArgumentHelp("Read the records from this ledger instead of files.", valueName: "file"),
        completion: .file())
    var path: String?

    @Option(
        help: ArgumentHelp(
            "The archive's name. With basis and filters it identifies the series; bundles are named after it and the "
                + "period.",
            valueName: "name"))
    var archive = standardArchive

    @Flag(
        help:
            "Answer outside the series even if the period could be sealed. --name, --as-of and --request-ref imply it.")
    var response = false

    @Option(
        help: ArgumentHelp(
            "A revision of a sealed period; 0 is the first one (default: the latest).", valueName: "number"))
    var revision: Int?

    @Option(
        name: .customLong("due-days"),
        help: ArgumentHelp(
            "Days after the end of the next period by which its bundle is promised (default: 10).", valueName: "days"))
    var dueDays: Int?

    @Option(
        name: .customLong("idempotency-key"),
        help: ArgumentHelp(
            "Identifies the request. The same request gets the same answer, byte for byte; another request with the same "
                + "key is an error.",
            valueName: "text"))
    var idempotencyKey: String?

    @OptionGroup var wait: WaitOptions

    @OptionGroup var inspection: InspectionOptions

    @Option(
        help: ArgumentHelp("The current time, in RFC 3339 (default: the machine's clock).", valueName: "time"),
        transform: TimeText.parse)
    var now: Timestamp?

    @Flag(name: .customLong("confirm-time"), help: TimeConfirmation.help)
    var isTimeConfirmed = false

    mutating func validate() throws {
        try TimeConfirmation.check(now, isConfirmed: isTimeConfirmed)
        if let dueDays, !(0...3660).contains(dueDays) {
            throw ValidationError("--due-days \(dueDays), expected 0 to 3660")
        }
        if path?.isEmpty ?? false { throw ValidationError("--ledger is empty, expected a file") }
        if let idempotencyKey { try LedgerText.check(idempotencyKey, option: "idempotency-key", maximumBytes: 256) }
        if path == nil, needsLedger {
            throw ValidationError(
                "--archive, --response, --revision, --idempotency-key, --due-days, --wait, --now and --no-verify-before-seal need "
                    + "--ledger")
        }
    }

    private var needsLedger: Bool {
        revision != nil || idempotencyKey != nil || archive != Self.standardArchive || response
            || inspection.isLeftOut || dueDays != nil || wait.seconds != 0 || now != nil
    }

    /// The request to a ledger; nil without one.
    func options(_ export: ExportOptions) -> LedgerExportOptions? {
        guard let path else { return nil }
        var options = LedgerExportOptions(export: export, now: now ?? .now)
        options.ledger = path
        options.archive = archive
        options.clock = .now
        options.isTimeConfirmed = isTimeConfirmed
        options.isResponse = response
        options.revision = revision
        options.dueDays = dueDays ?? Self.standardDueDays
        if dueDays != nil { options.given.insert("due-days") }
        options.wait = wait.seconds
        options.idempotencyKey = idempotencyKey
        return options
    }

    /// The options that decide the bundle, in a fixed order.
    var words: [String] { path != nil && archive != Self.standardArchive ? ["--archive", archive] : [] }
}
