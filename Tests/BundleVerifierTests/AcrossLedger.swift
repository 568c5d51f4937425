import AuditModel
import BundleExport
import BundleFormat
import Foundation
import Ledger
import LedgerRestoration
import MerkleTree
import RecordAnalysis
import Signing

/// A bundle as a file: its name without the ending, and its bytes.
struct NamedBundle: Sendable {
    var name: String
    var archive: [UInt8]

    /// The bundle after a change, with everything made again that follows from it, and signed again.
    func changed(
        _ seal: EditableBundle.Seal = .trusted, _ change: (inout EditableBundle) async throws -> Void
    ) async throws -> NamedBundle {
        var bundle = try EditableBundle(archive)
        try await change(&bundle)
        try await bundle.rederive()
        try bundle.reseal(seal)
        return NamedBundle(name: name, archive: try bundle.packed())
    }
}

/// A small ledger that continues a lost one, and what is made from it: sealed bundles of two archives, and answers.
///
/// All ledgers of the tests have the same name: two of them that hold different records are forks of each other.
struct AcrossLedger {
    private let folder: TemporaryDirectory
    private let basis: Basis
    private let now = Timestamp(unixSeconds: 1_775_001_600)
    private var runs = 0

    init(basis: Basis = .activity) throws {
        folder = try TemporaryDirectory()
        self.basis = basis
        let lost = Checkpoint(origin: "cartulary/ledger/ledger", size: 5, root: MerkleHash.emptyRoot.bytes)
        var options = LedgerRecovery.Break(key: TestKeys.trusted, received: now)
        options.checkpoint = try SignedNote(signing: lost.text, name: lost.origin, with: TestKeys.trusted).bytes
        options.reason = "disk lost"
        options.by = "O. Operator"
        options.ledger = ledger
        try LedgerRecovery.declare(options)
    }

    private var ledger: String { folder.path + "/ledger" }

    mutating func ingest(_ records: String...) async throws {
        runs += 1
        var options = IngestOptions(key: TestKeys.trusted, received: now)
        options.inputs = [try folder.write(records, to: "records-\(runs)")]
        options.ledger = ledger
        _ = try await LedgerIngest.run(options)
    }

    /// Seals a period in an archive, and corrects earlier ones before.
    func seal(
        _ period: String, archive: String = "audit", select: (inout Selection) -> Void = { _ in }
    ) async throws -> [NamedBundle] {
        try await export(period) { options in
            options.archive = archive
            select(&options.export.analysis.selection)
            options.export.command = ["export"] + options.export.analysis.selection.words
        }
    }

    /// An answer over all records.
    func answer(_ name: String) async throws -> NamedBundle {
        try await export(nil) { options in
            options.isResponse = true
            options.export.name = name
        }[0]
    }

    private func export(
        _ period: String?, _ change: (inout LedgerExportOptions) -> Void
    ) async throws -> [NamedBundle] {
        var export = ExportOptions(key: TestKeys.trusted, toolVersion: "0.1.0")
        export.analysis.selection.period = period.flatMap { Period(label: $0) }
        export.analysis.selection.basis = basis
        export.directory = folder.path
        export.command = ["export"] + export.analysis.selection.words
        var options = LedgerExportOptions(export: export, now: now)
        options.ledger = ledger
        change(&options)
        return try await LedgerExport.run(options).map { result in
            NamedBundle(name: result.name, archive: [UInt8](try Data(contentsOf: URL(filePath: result.path))))
        }
    }

    static func transition(_ deployment: String, _ id: String, is status: String, on day: String) -> String {
        #"{"id":"\#(id)","deploymentId":"\#(deployment)","status":"\#(status)","timestamp":"\#(day)T00:00:00Z"}"#
    }

    static func deployment(_ id: String, created: String, updated: String) -> String {
        #"{"deploymentId":"\#(id)","network":"n","statusHistory":[],"createdAt":"\#(created)T00:00:00Z","#
            + #""updatedAt":"\#(updated)T00:00:00Z"}"#
    }
}

/// What is made from a ledger over the months.
struct AcrossBundles: Sendable {
    /// Answers after the first, the second and the last run.
    var early: NamedBundle
    var middle: NamedBundle
    var late: NamedBundle
    /// January, January again with what came late, February.
    var sealed: [NamedBundle]
    /// January in another archive.
    var second: NamedBundle

    var all: [NamedBundle] { [early, middle, late] + sealed + [second] }

    /// Records of January, of which two deployments come late: one was updated in January, one is shown without records
    /// since it was updated after it.
    static func make(basis: Basis = .activity, status: String = "Submitted") async throws -> AcrossBundles {
        var ledger = try AcrossLedger(basis: basis)
        try await ledger.ingest(
            AcrossLedger.transition("a", "a1", is: "Queued", on: "2026-01-05"),
            AcrossLedger.transition("a", "a2", is: status, on: "2026-01-06"))
        let early = try await ledger.answer("early")
        var sealed = try await ledger.seal("2026-01")
        try await ledger.ingest(
            AcrossLedger.deployment("d", created: "2026-01-20", updated: "2026-01-21"),
            AcrossLedger.deployment("e", created: "2026-01-22", updated: "2026-02-10"))
        let middle = try await ledger.answer("middle")
        try await ledger.ingest(
            AcrossLedger.transition("b", "b1", is: "Queued", on: "2026-02-03"),
            AcrossLedger.transition("e", "e1", is: "Queued", on: "2026-02-10"),
            AcrossLedger.transition("c", "c1", is: "Queued", on: "2026-03-03"))
        sealed += try await ledger.seal("2026-02")
        let second = try await ledger.seal("2026-01", archive: "second")[0]
        return AcrossBundles(
            early: early, middle: middle, late: try await ledger.answer("late"), sealed: sealed, second: second)
    }

    static let honest = Task { try await make() }
    /// From a ledger of the same name with another record in its first run.
    static let forked = Task { try await make(status: "Failed") }

    /// January and February of a ledger that took a deployment of December in February; then February's log says that it is
    /// of January.
    static func leavingOut(basis: Basis, withTransition: Bool) async throws -> [NamedBundle] {
        var ledger = try AcrossLedger(basis: basis)
        try await ledger.ingest(AcrossLedger.transition("a", "a1", is: "Queued", on: "2026-01-05"))
        var bundles = try await ledger.seal("2026-01")
        let record = AcrossLedger.deployment("d", created: "2025-12-15", updated: "2025-12-16")
        if withTransition {
            try await ledger.ingest(record, AcrossLedger.transition("d", "d1", is: "Queued", on: "2025-12-15"))
        } else {
            try await ledger.ingest(record)
        }
        let february = try await ledger.seal("2026-02")
        let time = try Timestamp.parse("2026-01-15T00:00:00Z").time
        bundles.append(
            try await february[0].changed { bundle in
                try bundle.relog { rows in
                    for place in rows.indices {
                        guard case .record(var record) = rows[place].entry, record.deploymentID.elementsEqual("d".utf8)
                        else { continue }
                        record.time = time
                        rows[place].entry = .record(record)
                    }
                }
            })
        return bundles
    }
}
