package import AuditModel
import BundleExport
import BundleFormat
import FileSystem
import MerkleTree
import RecordAnalysis
import RecordStore
import Signing
import StrictJSON

/// Seals a period of a series, once and for good; before that, corrects the sealed periods that have changed since.
package struct LedgerSealing {
    private(set) var options: LedgerExportOptions
    let session: LedgerSession

    var ledger: LedgerFile { session.ledger }
    var selection: Selection { options.export.analysis.selection }
    var series: String { LedgerSealing.series(options.archive, selection) }

    /// Seals the period of the options, or makes its bundle again.
    static func run(_ options: LedgerExportOptions) async throws -> [ExportResult] {
        guard let period = options.export.analysis.selection.period else { return [] }
        let session = try openSession(options)
        defer { session.end() }
        return try await LedgerSealing(options, session).run(period)
    }

    /// Corrects the sealed periods that have changed since, and seals nothing new.
    static func amend(_ options: LedgerExportOptions) async throws -> [ExportResult] {
        let session = try openSession(options)
        defer { session.end() }
        return try await LedgerSealing(options, session).amend()
    }

    private init(_ options: LedgerExportOptions, _ session: LedgerSession) {
        self.options = options
        self.session = session
        self.options.now = session.received
    }

    /// Makes the bundle of a position again.
    static func remake(
        _ options: LedgerExportOptions, sequence: Int, beforePublishing: (String) throws -> Void
    ) async throws -> ExportResult {
        let session = try openSession(options)
        defer { session.end() }
        let sealing = LedgerSealing(options, session)
        let seals = try sealing.ledger.read { try $0.seals(sealing.series) }
        guard let seal = seals.first(where: { $0.sequence == sequence }) else {
            throw EnvironmentError(
                .usage,
                "position \(sequence) of the series \"\(options.archive)\" is not sealed, expected 1 to \(seals.count)")
        }
        return try await sealing.remake(seal, seals, beforePublishing: beforePublishing)
    }

    /// The bundle of a period that is sealed: the file that is there, or the same bytes from the log as it was.
    ///
    /// Only the bundle is signed by the key of its time: what else the session writes, the key of now signs.
    func remake(
        _ seal: SealEntry, _ seals: [SealEntry], beforePublishing: (String) throws -> Void = { _ in }
    ) async throws -> ExportResult {
        var own = options
        own.export.key = try key(of: seal)
        return try await LedgerSealing(own, session).makeAgain(seal, seals, beforePublishing: beforePublishing)
    }

    /// The key that sealed a bundle, as the log says: whoever signed it then.
    private func key(of seal: SealEntry) throws -> PrivateKey {
        // A key that is new with the seal is entered right before it.
        guard let signer = try ledger.read({ try $0.signer(size: seal.size + 1) }),
            let sealed = try? PublicKey(openSSHLine: signer.publicKey)
        else { return options.export.key }
        guard let key = options.keys.first(where: { $0.publicKey == sealed }) else {
            throw SealNotRemade(name: seal.name, cause: .keyMissing(fingerprint: sealed.fingerprint))
        }
        return key
    }

    private static func openSession(_ options: LedgerExportOptions) throws -> LedgerSession {
        if options.isReadOnly {
            return try LedgerSession(reading: options.ledger, key: options.export.key, now: options.now)
        }
        return try LedgerSession(
            opening: options.ledger, key: options.export.key,
            time: SessionTime(now: options.now, isConfirmed: options.isTimeConfirmed), wait: options.wait)
    }

    /// The name of a series in the log.
    package static func series(_ archive: String, _ selection: Selection) -> String {
        SeriesPart.logName(
            archive: archive, basis: .string(selection.basis.rawValue), filters: BundleFilters(selection).seriesValue)
    }

    private func amend() async throws -> [ExportResult] {
        let changes = try SealChanges(ledger: ledger, series: series, selection: selection).current()
        var results = try await finishPending()
        for (index, change) in changes.enumerated() {
            let rest = changes[(index + 1)...].map(\.seal.from)
            results.append(try await correct(change, pending: rest))
        }
        return results
    }

    private func run(_ period: Period) async throws -> [ExportResult] {
        try checkOptions(period)
        // A revision that is there does not change, and corrections are made by the run that keeps the series.
        var results =
            if options.keeper != nil, options.revision != nil { try await finishPending() } else { try await amend() }
        let now = try ledger.read { try $0.seals(series) }
        let own = now.filter { $0.from == period.from && $0.to == period.to }
        guard let sealed = try options.revision.map({ try revision($0, own, period: period) }) ?? own.last else {
            try checkTouches(period, now)
            try checkFilters()
            return results + [try await seal(period, now, corrections: nil, supersedes: nil)]
        }
        if !results.contains(where: { $0.name == sealed.name }) { results.append(try await remake(sealed, now)) }
        return results
    }

    /// Refuses options that the bundle of a sealed period cannot take any more.
    private func checkOptions(_ period: Period) throws {
        let seals = try ledger.read { try $0.seals(series) }.filter { $0.from == period.from && $0.to == period.to }
        let sealed = options.revision.map { number in seals.first { $0.revision == number } } ?? seals.last
        guard let seal = sealed,
            let difference = try SealRequest(seal, options).difference(from: options)
        else { return }
        throw EnvironmentError(
            .usage, "\(period.label ?? "the period") is sealed as \"\(seal.name)\", and \(difference)",
            hint:
                "leave the option out for the bundle as it is sealed, or add --response for an answer outside the series"
        )
    }

    private func revision(_ number: Int, _ seals: [SealEntry], period: Period) throws -> SealEntry {
        if let seal = seals.first(where: { $0.revision == number }) { return seal }
        let expected = seals.isEmpty ? "the period is not" : "expected 0 to \(seals.count - 1)"
        throw EnvironmentError(
            .usage, "--revision \(number) of \(period.label ?? "") is not sealed, \(expected)")
    }

    /// A new period begins where the last one ends, so that a series has neither gaps nor overlaps.
    private func checkTouches(_ period: Period, _ seals: [SealEntry]) throws {
        try checkLength(period, seals)
        guard let end = seals.map(\.to).max(), period.from != end else { return }
        let name = period.label ?? ""
        throw EnvironmentError(
            .usage,
            "period \(name) begins at \(period.from.text), the series \"\(options.archive)\" is sealed up to \(end.text)",
            hint: period.from > end
                ? "seal the periods before it first, or add --response for an answer outside the series"
                : "add --response for an answer outside the series, or --archive for another series")
    }

    /// A series has periods of one length: a day in a series of months would end it for its schedule.
    private func checkLength(_ period: Period, _ seals: [SealEntry]) throws {
        guard let last = seals.max(by: { $0.to < $1.to }),
            let own = PeriodLength(
                naming: Period(from: last.from, to: last.to, label: last.request["label"]?.string)),
            let asked = PeriodLength(naming: period), own != asked
        else { return }
        throw EnvironmentError(
            .usage,
            "period \(period.label ?? "") is a \(asked.rawValue), the series \"\(options.archive)\" has a period for each \(own.rawValue)",
            hint: "add --response for an answer outside the series, or --archive for another series")
    }

    /// A mistyped filter would seal an empty period for good.
    private func checkFilters() throws {
        guard !options.given.contains("allow-empty"), options.export.declared["uncovered"] == nil else { return }
        guard let (filter, value, near) = try LedgerView.unmatched(selection, options.ledger).first else { return }
        throw EnvironmentError(
            .usage,
            "\(filter.option) \"\(value)\" matches nothing, expected a value that stands in the records of the ledger; "
                + "nothing is sealed",
            hint: near.map { Hint(ShellCommand(.option(filter.option, $0))) }
                ?? "add --allow-empty to seal a period of a series that has no deployment yet")
    }

    private func correct(_ change: SealChanges.Change, pending: [Timestamp]) async throws -> ExportResult {
        let seals = try ledger.read { try $0.seals(series) }
        let period = Period(from: change.seal.from, to: change.seal.to, label: change.seal.request["label"]?.string)
        return try await seal(
            period, seals, corrections: change.corrections, supersedes: change.seal, pending: pending)
    }
}
