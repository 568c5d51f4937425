import AuditModel
import BundleExport
import BundleFormat
import LedgerReading
import RecordAnalysis
import RecordStore
import StrictJSON

/// What a sealed bundle was made with: enough, with the log, to make the same bytes again.
struct SealRequest {
    var export: ExportOptions
    var dueDays: Int

    /// A new position, with the options of now.
    init(_ options: LedgerExportOptions, _ period: Period, revision: Int) {
        export = options.export
        export.analysis.selection.period = period
        export.analysis.allowsEmpty = true
        dueDays = options.dueDays
        export.command = CommandWords.replacing(
            options.export.analysis.selection, by: export.analysis.selection, in: options.export.command)
        chooseNameAndFolder(options, revision)
    }

    /// A position that is taken, with the options of then.
    init(_ seal: SealEntry, _ options: LedgerExportOptions) throws {
        export = options.export
        export.analysis.selection.period = Period(from: seal.from, to: seal.to, label: seal.request["label"]?.string)
        export.analysis.allowsEmpty = true
        guard let days = seal.request["dueDays"]?.integer, let version = seal.request["toolVersion"]?.string,
            let command = seal.request["command"]?.array, let declared = seal.request["declared"]?.object,
            let limits = seal.request["thresholds"]?.object
        else { throw LedgerError(.broken, "the seal of \"\(seal.name)\" does not say how it was made") }
        dueDays = Int(days)
        export.toolVersion = version
        export.command = command.compactMap(\.string)
        export.declared = declared.compactMapValues(\.string)
        var thresholds = Thresholds()
        for (name, path) in Thresholds.all { thresholds[keyPath: path] = limits[name]?.integer ?? 0 }
        export.analysis.thresholds = thresholds
        chooseNameAndFolder(options, seal.revision)
    }

    /// The first option of a command that says otherwise than the sealed bundle: what, and both values; nil if all agree.
    func difference(from options: LedgerExportOptions) -> String? {
        for (option, member) in Declared.all where options.given.contains(option) {
            let wanted = options.export.declared[member] ?? ""
            let own = export.declared[member]
            if own != wanted {
                let found = own.map { "with \"\($0)\"" } ?? "without it"
                return "--\(option) \"\(wanted)\" was given: it was sealed \(found)"
            }
        }
        for (name, path) in Thresholds.all where options.given.contains(name) {
            let own = export.analysis.thresholds[keyPath: path]
            let wanted = options.export.analysis.thresholds[keyPath: path]
            if own != wanted { return "--threshold \(name)=\(wanted) was given: it was sealed with \(own)" }
        }
        if options.given.contains("allow-empty"), !export.command.contains("--allow-empty") {
            return "--allow-empty was given: it was sealed without it"
        }
        if options.given.contains("workbook"), leavesOutWorkbook != (options.workbook == .never) {
            let found = leavesOutWorkbook ? "without" : "with"
            return "--workbook \(options.workbook.rawValue) was given: it was sealed \(found) a workbook"
        }
        guard options.given.contains("due-days"), dueDays != options.dueDays else { return nil }
        return "--due-days \(options.dueDays) was given: it was sealed with \(dueDays)"
    }

    /// Decides what the bundle is called, and where it goes.
    private mutating func chooseNameAndFolder(_ options: LedgerExportOptions, _ revision: Int) {
        export.name = "\(options.archive)-\(export.periodName)" + (revision > 0 ? "-r\(revision)" : "")
        guard options.keepsYears, let period = export.analysis.selection.period else { return }
        export.directory += "/\(period.year)"
    }

    /// A correction goes on saying why the period was sealed though a source did not cover it.
    mutating func keepReason(of seal: SealEntry) { keep(["uncovered"], of: seal) }

    /// A period that is sealed by hand declares what the series has declared so far, such as the entity.
    mutating func keepDeclarations(of seal: SealEntry) {
        keep(Declared.all.map(\.member).filter { $0 != "uncovered" && $0 != "requestRef" }, of: seal)
    }

    private var leavesOutWorkbook: Bool { CommandWords.leavesOutWorkbook(export.command) }

    /// Without a choice, a bundle leaves the workbook out if the latest one of its series does.
    mutating func keepWorkbook(of seal: SealEntry, choice: WorkbookChoice) {
        let before = (seal.request["command"]?.array ?? []).compactMap(\.string)
        guard choice == .auto, CommandWords.leavesOutWorkbook(before), !export.command.isEmpty else { return }
        export.command += WorkbookChoice.never.words
    }

    /// Declares what another bundle does, where nothing else is declared.
    private mutating func keep(_ members: [String], of seal: SealEntry) {
        var declared = export.declared
        for member in members where declared[member] == nil {
            declared[member] = seal.request["declared"]?[member]?.string
        }
        guard declared != export.declared else { return }
        export.command = CommandWords.replacing(
            export.declared, by: declared, behind: export.analysis.selection, in: export.command)
        export.declared = declared
    }

    /// `pending`: the periods, by their beginning, whose correction the same export has still to make.
    func value(_ outside: LedgerOutside, pending: [Timestamp]) -> JSONValue {
        var limits: [String: JSONValue] = [:]
        for (name, path) in Thresholds.all { limits[name] = .integer(export.analysis.thresholds[keyPath: path]) }
        return .object([
            "command": .array(export.command.map(JSONValue.string)),
            "declared": .object(export.declared.mapValues(JSONValue.string)), "dueDays": .integer(Int64(dueDays)),
            "label": export.analysis.selection.period?.label.map(JSONValue.string) ?? .null, "outside": outside.value,
            "pending": .array(pending.map { .string($0.text) }),
            "thresholds": .object(limits), "toolVersion": .string(export.toolVersion),
        ])
    }
}
