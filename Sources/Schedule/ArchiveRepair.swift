import Archive
import ArchiveFormat
import BundleExport
import BundleFormat
package import FileSystem
import Ledger
package import Signing

/// Puts back what is gone from, or damaged in, the folders of archives: as the ledger can make it again, or from copies.
///
/// What retention removed does not come back: tombstones say so, of which the ledger's side has a copy, and the policy.
package struct ArchiveRepair {
    /// How far a repair goes.
    package struct Request: Sendable {
        /// The only archive; nil for all.
        package var archive: String?
        /// Folders with copies of the archive.
        package var copies: [String] = []
        /// Keys that signed before the one of now, with which the ledger makes older bundles again.
        package var formerKeys: [PrivateKey] = []
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

    private let plan: SchedulePlan
    private let options: ScheduleOptions
    private let request: Request
    private let copies: ArchiveCopies
    private let report: (String, Outcome) -> Void

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
        let repair = ArchiveRepair(
            plan: plan, options: options, request: request, copies: ArchiveCopies(request.copies), report: report)
        let hasLedger = FileStatus.exists(plan.ledger)
        // Without a ledger nothing is made; what a signed checkpoint vouches for can still be taken from a copy.
        if hasLedger || request.copies.isEmpty { _ = try RunGate(plan, options) }
        for archive in plan.archives where request.archive == nil || archive.name == request.archive {
            if hasLedger {
                try await repair.repair(archive)
            } else if !request.copies.isEmpty {
                try await repair.repairWithoutLedger(archive)
            }
        }
    }

    private func repair(_ archive: ScheduledArchive) async throws {
        let files = try ArchiveCatalogue(archive, plan, options: options)
        let pending = try LedgerSealing.pendingName(in: plan.ledger, series: archive.series)
        let first = try ArchiveInspection(files, pending: pending, isForWriting: false, copies: request.copies)
        if let reason = first.foreignFolder ?? first.foreignRegister ?? first.memoryProblem {
            return report(archive.name, .failed(archive.directory, reason))
        }
        let lock = try options.isDryRun ? nil : files.lockFolder()
        defer { lock?.release() }
        try restoreTombstones(files, of: archive)
        let inspection = try ArchiveInspection(
            files, pending: pending, isFull: request.isFull, isForWriting: false,
            copies: request.copies)
        let isWhole = await restoreBundles(files, inspection, of: archive)
        if !options.isDryRun, isWhole, inspection.blockedYears.isEmpty { try forgetDamage(files) }
        let others = inspection.problems.filter { !isRepairable($0, files) }
        if !inspection.blockedYears.isEmpty {
            // Catalogues are written into the folders of years: none through a link.
        } else if !inspection.unusableCatalogues.isEmpty {
            try makeCatalogue(files, without: inspection.unusableCatalogues, of: archive)
        } else if isWhole, others.isEmpty, pending == nil, inspection.returned.isEmpty, !options.isDryRun {
            bringUpToDate(files, of: archive)
        }
        for problem in others { report(archive.name, .failed(archive.directory, problem)) }
        if let first = inspection.returned.first, archive.retention?.prunesWithRun != true {
            let reason = RunGate.returned(first, inspection.returned.count, to: archive, options: options)
            report(archive.name, .failed(first.path, reason))
        }
    }

    /// A verifier compares catalogue and checkpoint with the bundles, so all of them have to fit when a repair ends.
    private func bringUpToDate(_ files: ArchiveCatalogue, of archive: ScheduledArchive) {
        do {
            if try files.bringUpToDate(waiting: nil).isWritten { report(archive.name, .made(Catalogue.file)) }
        } catch {
            report(archive.name, .failed(Catalogue.file, ScheduleIntake.environmentError(error)))
        }
    }

    /// Whether a problem of the folder is one that was just dealt with: its hint is this command.
    private func isRepairable(_ problem: EnvironmentError, _ files: ArchiveCatalogue) -> Bool {
        problem.hint == Hint(files.commands.repair)
    }

    /// The digests in the catalogue of the folder, or of a copy, have to make the root that is signed.
    private func repairWithoutLedger(_ archive: ScheduledArchive) async throws {
        let keys = [options.key.publicKey] + request.trustedKeys
        let folders = [archive.directory] + request.copies
        guard let register = SignedRegister(folders, archive: archive.name, keys: keys) else {
            let reason = EnvironmentError(
                .noInput,
                "there is no ledger \"\(plan.ledger)\", and neither the folder nor a copy has a checkpoint of a trusted key with the "
                    + "catalogue of the same bundles")
            return report(archive.name, .failed(archive.directory, reason))
        }
        let files = ArchiveCatalogue(archive, plan, options: options, register: register, signers: keys)
        try restoreTombstones(files, of: archive)
        let inspection = try ArchiveInspection(
            files, pending: nil, isFull: request.isFull, isForWriting: false,
            copies: request.copies)
        if let reason = inspection.foreignFolder ?? inspection.foreignRegister {
            return report(archive.name, .failed(archive.directory, reason))
        }
        let isWhole = await restoreBundles(files, inspection, of: archive)
        if !options.isDryRun, isWhole, inspection.blockedYears.isEmpty { try forgetDamage(files) }
    }

    // Bundles

    /// Puts back what is missing or damaged; false if something is left.
    private func restoreBundles(
        _ files: ArchiveCatalogue, _ inspection: ArchiveInspection, of archive: ScheduledArchive
    ) async -> Bool {
        let wanted = (inspection.missing + inspection.damaged).sorted { $0.position.sequence < $1.position.sequence }
        let expired = (try? files.expired(among: wanted, by: archive.retention, now: options.retentionTime)) ?? []
        var isWhole = true
        for seal in wanted {
            if expired.contains(where: { $0.position == seal.position }), !request.includesExpired {
                report(archive.name, .failed(seal.path, isExpired(seal, files)))
                isWhole = false
            } else if await !restore(seal, files, of: archive) {
                isWhole = false
            }
        }
        return isWhole
    }

    private func isExpired(_ seal: RegisteredSeal, _ files: ArchiveCatalogue) -> EnvironmentError {
        let again = files.commands.repair.adding(["--expired"])
        return EnvironmentError(
            .noInput,
            "its retention has expired, so it was removed or would be, and no tombstone is left of it",
            hint:
                "if a copy of the archive has the tombstones, add --from and its folder; to make the bundle again, for prune to remove it: \(again)"
        )
    }

    /// Puts one bundle back.
    ///
    /// A damaged file gets another name only when the new one is whole: whatever fails before, it stays where it is.
    private func restore(_ seal: RegisteredSeal, _ files: ArchiveCatalogue, of archive: ScheduledArchive) async -> Bool
    {
        let search = copies.find(seal, files)
        for copy in search.rejected { report(archive.name, .rejectedCopy(copy.path, reason: copy.reason)) }
        var aside: Aside?
        do {
            if options.isDryRun {
                if search.path == nil { try requireLedger() }
                aside = try moveAside(seal.path, of: archive)
            } else if let path = search.path {
                try copies.put(path, seal, in: files) { aside = try moveAside(seal.path, of: archive) }
            } else {
                try requireLedger()
                try files.makeYear(FileName.directory(of: seal.path))
                var export = LedgerExportOptions(archive, archive.begin, plan: plan, options: options)
                export.formerKeys = request.formerKeys
                _ = try await LedgerExport.remake(export, sequence: seal.position.sequence) {
                    aside = try moveAside(seal.path, of: archive)
                }
            }
            if let aside { report(archive.name, .movedAside(aside.path, to: aside.name)) }
            report(archive.name, search.path.map { Outcome.copied(seal.path, from: $0) } ?? .made(seal.path))
            return true
        } catch {
            moveBack(aside, of: archive)
            report(archive.name, .failed(seal.path, ScheduleIntake.environmentError(error)))
            return false
        }
    }

    private func requireLedger() throws {
        guard FileStatus.exists(plan.ledger) else {
            throw EnvironmentError(.noInput, "there is no ledger to make it from, and no copy holds it")
        }
    }

    private func forgetDamage(_ files: ArchiveCatalogue) throws {
        var fixity = files.memory().fixity
        guard !fixity.damaged.isEmpty else { return }
        fixity.damaged = []
        try files.remember(fixity)
    }

    // Other files

    private func restoreTombstones(_ files: ArchiveCatalogue, of archive: ScheduledArchive) throws {
        let isUnusable = try files.hasUnusableTombstones()
        let isRestored = try files.restoreTombstones(copies: request.copies, isReadOnly: true)
        if isUnusable, let aside = try moveAside(Tombstones.file, of: archive) {
            report(archive.name, .movedAside(aside.path, to: aside.name))
        }
        guard isRestored else { return }
        if !options.isDryRun {
            _ = try files.restoreTombstones(copies: request.copies, isReadOnly: false)
        }
        report(archive.name, .made(Tombstones.file))
    }

    /// Has the catalogue made from the bundles, as if there had been none.
    private func makeCatalogue(
        _ files: ArchiveCatalogue, without unusable: [String], of archive: ScheduledArchive
    ) throws {
        var moved: [Aside] = []
        do {
            for path in Set(unusable + [Catalogue.file]).sorted() {
                if let aside = try moveAside(path, of: archive) { moved.append(aside) }
            }
            if !options.isDryRun { try files.update(waiting: nil) }
            for aside in moved { report(archive.name, .movedAside(aside.path, to: aside.name)) }
            report(archive.name, .made(Catalogue.file))
        } catch {
            for aside in moved { moveBack(aside, of: archive) }
            report(archive.name, .failed(Catalogue.file, ScheduleIntake.environmentError(error)))
        }
    }

    /// A file that has another name now, or would have.
    private struct Aside {
        let path: String
        let name: String
    }

    /// Gives a file another name, since whoever damaged it may want to be known; nil if there is no such file.
    private func moveAside(_ path: String, of archive: ScheduledArchive) throws -> Aside? {
        let own = "\(archive.directory)/\(path)"
        guard try FileName.isTaken(own) else { return nil }
        let ending = ArchiveListing.setAsideEnding
        var aside = path + ending
        var number = 1
        while try FileName.isTaken("\(archive.directory)/\(aside)") {
            number += 1
            aside = "\(path)\(ending)-\(number)"
        }
        if !options.isDryRun { try FileName.rename(own, to: "\(archive.directory)/\(aside)") }
        return Aside(path: path, name: aside)
    }

    /// Gives a file its name back, where nothing could be put in its place.
    private func moveBack(_ aside: Aside?, of archive: ScheduledArchive) {
        guard let aside, !options.isDryRun else { return }
        let own = "\(archive.directory)/\(aside.path)"
        guard (try? FileName.isTaken(own)) == false else {
            return report(archive.name, .movedAside(aside.path, to: aside.name))
        }
        try? FileName.rename("\(archive.directory)/\(aside.name)", to: own)
    }
}
