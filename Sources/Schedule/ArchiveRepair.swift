import Archive
import ArchiveFormat
import BundleFormat
package import FileSystem
import Ledger
package import Signing

/// Puts back what is gone from, or damaged in, the folders of archives: as the ledger can make it again, or from copies.
///
/// What retention removed does not come back: tombstones say so, of which the ledger's side has a copy, and the policy.
package enum ArchiveRepair {
    /// How far a repair goes.
    package struct Request: Sendable {
        /// The only archive; nil for all.
        package var archive: String?
        /// Folders with copies of the archive.
        package var copies: [String] = []
        /// Keys whose checkpoint counts if there is no ledger.
        package var trustedKeys: [PublicKey] = []
        /// Whether every bundle is read.
        package var isFull = false
        /// Whether bundles come back whose retention has expired, if no tombstone is left of them.
        package var includesExpired = false

        package init() {}
    }

    /// What became of one bundle, or of the catalogue.
    package enum Outcome: Sendable, Equatable {
        /// It is there again; or would be, when nothing is to be done.
        case made(String)
        /// It is there again, from a copy.
        case copied(String, from: String)
        /// A file of a copy is not the bundle that it should be.
        case rejectedCopy(String, reason: String)
        /// A damaged file has another name now.
        case movedAside(String, to: String)
        /// It cannot be made again.
        case failed(String, EnvironmentError)
    }

    /// Repairs the archives of a plan.
    ///
    /// - Parameters:
    ///   - plan: the configured archives.
    ///   - options: the key, the clock, and whether anything is to be done.
    ///   - request: how far it goes.
    ///   - report: receives the archive and what became of each file.
    /// - Throws: ``EnvironmentError`` if the ledger does not belong to the archives, or the clock is not right.
    package static func run(
        _ plan: SchedulePlan, _ options: ScheduleOptions, request: Request,
        report: @escaping (String, Outcome) -> Void
    ) async throws {
        let names = plan.archives.map(\.name)
        if let name = request.archive, !names.contains(name) {
            throw EnvironmentError(
                .usage, "--archive \"\(name)\", expected one of \(names.joined(separator: ", "))")
        }
        for folder in request.copies { _ = try DirectoryName.list(folder) }
        let lock = try ScheduleRun.lock(plan, options)
        defer { lock?.release() }
        let hasLedger = FileStatus.exists(plan.ledger)
        // Without a ledger nothing is made; what a signed checkpoint vouches for can still be taken from a copy.
        if hasLedger || request.copies.isEmpty { _ = try RunGate(plan, options) }
        for archive in plan.archives where request.archive == nil || archive.name == request.archive {
            if hasLedger {
                let files = try ArchiveCatalogue(archive, plan, options: options)
                var repair = FolderRepair(archive, plan, options: options, request: request, files: files) {
                    report(archive.name, $0)
                }
                try await repair.run()
            } else if !request.copies.isEmpty {
                try await repairWithoutLedger(archive, plan, options: options, request: request) {
                    report(archive.name, $0)
                }
            }
        }
    }

    /// The digests in the catalogue of the folder, or of a copy, have to make the root that is signed.
    private static func repairWithoutLedger(
        _ archive: ScheduledArchive, _ plan: SchedulePlan, options: ScheduleOptions, request: Request,
        report: @escaping (Outcome) -> Void
    ) async throws {
        let keys = [options.key.publicKey] + request.trustedKeys
        let folders = [archive.directory] + request.copies
        guard let register = SignedRegister(folders, archive: archive.name, keys: keys) else {
            let reason = EnvironmentError(
                .noInput,
                "there is no ledger \"\(plan.ledger)\", and neither the folder nor a copy has a checkpoint of a trusted key with the "
                    + "catalogue of the same bundles")
            return report(.failed(archive.directory, reason))
        }
        let files = ArchiveCatalogue(archive, plan, options: options, register: register, signers: keys)
        var repair = FolderRepair(archive, plan, options: options, request: request, files: files, report: report)
        try await repair.runWithoutLedger()
    }
}
