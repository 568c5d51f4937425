import AuditModel
import BundleExport
import BundleFormat
import BundleReading
import Foundation
import Ledger
import RecordAnalysis
import Signing
import StrictJSON
import Testing

@testable import BundleVerifier

/// A ledger with a folder for its bundles.
final class SealedLedger {
    let ledger: TestLedger
    let out: String

    init() throws {
        ledger = try TestLedger()
        out = ledger.folder.path + "/out"
        try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    }

    static func key(_ seed: UInt8 = 7) throws -> PrivateKey {
        try PrivateKey(ed25519Seed: [UInt8](repeating: seed, count: 32), comment: "test")
    }

    @discardableResult
    func export(
        _ period: String?, now: String = "2026-12-01T00:00:00Z", seed: UInt8 = 7,
        _ change: (inout LedgerExportOptions) -> Void = { _ in }
    ) async throws -> [ExportResult] {
        var export = ExportOptions(key: try Self.key(seed), toolVersion: "0.1.0")
        export.analysis.selection.period = period.flatMap { Period(label: $0) }
        export.directory = out
        var options = LedgerExportOptions(export: export, now: try Timestamp.parse(now).time)
        options.ledger = ledger.path
        change(&options)
        let made = options.export
        if made.command.isEmpty {
            let time = made.analysis.asOf.map { ["--as-of", $0.text] } ?? []
            options.export.command = ["export"] + made.analysis.selection.words + time + Declared.words(made.declared)
        }
        return try await LedgerExport.run(options)
    }

    static func verify(_ path: String, seed: UInt8 = 7) async throws -> VerificationReport {
        let trust = try AllowedSigners(trusting: Array(try key(seed).publicKey.openSSHLine().utf8))
        let verifier = Verifier(trust: trust, time: 1_800_000_000, threads: 2)
        return await verifier.verify(try UnverifiedBundle(path: path))
    }

    static func bundle(_ path: String) throws -> JSONValue {
        let bytes = try UnverifiedBundle(path: path).bytes(BundlePath.bundle)
        return try JSONValue(parsing: bytes ?? [])
    }

    static func text(_ path: String, _ file: String) throws -> String {
        String(decoding: try UnverifiedBundle(path: path).bytes(file) ?? [], as: UTF8.self)
    }
}
