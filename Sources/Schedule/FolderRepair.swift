import Archive
import ArchiveFormat
import BundleExport
import BundleFormat
import FileSystem
import Ledger
import Signing

/// Repairs the folder of one archive.
///
/// A dry run takes the same steps, down to making each bundle, and leaves out only what would be seen afterwards: so it promises
/// what a repair then does.
struct FolderRepair {
    private typealias Outcome = ArchiveRepair.Outcome

    private let archive: ScheduledArchive
    private let plan: SchedulePlan
    private let options: ScheduleOptions
    private let request: ArchiveRepair.Request
    private let copies: ArchiveCopies
    private var files: ArchiveCatalogue
    private let report: (ArchiveRepair.Outcome) -> Void

    init(
        _ archive: ScheduledArchive, _ plan: SchedulePlan, options: ScheduleOptions,
        request: ArchiveRepair.Request, files: ArchiveCatalogue, report: @escaping (ArchiveRepair.Outcome) -> Void
    ) {
        self.archive = archive
        self.plan = plan
        self.options = options
        self.request = request
        self.files = files
        self.report = report
        copies = ArchiveCopies(request.copies)
    }

    /// Repairs the folder as the ledger has it.
    mutating func run() async throws {
        let first = try inspect()
        if let reason = first.foreignFolder ?? first.foreignRegister ?? first.memoryProblem {
            return fail(archive.directory, reason)
        }
        let lock = try options.isDryRun ? nil : files.lockFolder()
        defer { lock?.release() }
        restoreTombstones()
        let inspection = try inspect(isFull: request.isFull)
        let isWhole = try await restore(inspection)
        let others = inspection.problems.filter { !isRepairable($0) }
        if !inspection.blockedYears.isEmpty {
            // Catalogues are written into the folders of years: none through a link.
        } else if !inspection.unusableCatalogues.isEmpty {
            makeCatalogue(without: inspection.unusableCatalogues)
        } else if isWhole, others.isEmpty, inspection.returned.isEmpty {
            bringUpToDate()
        }
        for problem in others { fail(archive.directory, problem) }
        if let first = inspection.returned.first, archive.retention?.prunesWithRun != true {
            fail(first.path, RunGate.returned(first, inspection.returned.count, to: archive, options: options))
        }
    }

    /// Repairs the folder as a signed checkpoint has it.
    mutating func runWithoutLedger() async throws {
        restoreTombstones()
        let inspection = try inspect(isFull: request.isFull)
        if let reason = inspection.foreignFolder ?? inspection.foreignRegister {
            return fail(archive.directory, reason)
        }
        _ = try await restore(inspection)
    }

    /// A bundle that a run was about to give its name is missing like any other.
    private func inspect(isFull: Bool = false) throws -> ArchiveInspection {
        try ArchiveInspection(files, pending: nil, isFull: isFull, isForWriting: false, copies: request.copies)
    }

    /// Whether a problem of the folder is one that was just dealt with: its hint is this command.
    private func isRepairable(_ problem: EnvironmentError) -> Bool { problem.hint == Hint(files.commands.repair) }

    /// Reports what cannot be put back; this command as it was typed is no way on.
    private func fail(_ path: String, _ error: any Error) {
        var reason = ScheduleIntake.environmentError(error)
        if isRepairable(reason) { reason.hint = nil }
        report(.failed(path, reason))
    }

    // Bundles

    /// Puts back what is missing or damaged; false if something is left.
    private mutating func restore(_ inspection: ArchiveInspection) async throws -> Bool {
        let wanted = (inspection.missing + inspection.damaged).sorted { $0.position.sequence < $1.position.sequence }
        let expired = (try? files.expired(among: wanted, by: archive.retention, now: options.retentionTime)) ?? []
        var isWhole = true
        for seal in wanted {
            if expired.contains(where: { $0.position == seal.position }), !request.includesExpired {
                fail(seal.path, isExpired())
                isWhole = false
            } else if await !restore(seal) {
                isWhole = false
            }
        }
        if isWhole, inspection.blockedYears.isEmpty { try forgetDamage() }
        return isWhole
    }

    private func isExpired() -> EnvironmentError {
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
    private mutating func restore(_ seal: RegisteredSeal) async -> Bool {
        let search = copies.find(seal, files)
        for copy in search.rejected { report(.rejectedCopy(copy.path, reason: copy.reason)) }
        var aside: Aside?
        do {
            try files.requireWritable(year: FileName.directory(of: seal.path))
            if let path = search.path {
                try copy(seal, from: path, &aside)
            } else {
                try await remake(seal, &aside)
            }
            if let aside { report(.movedAside(aside.path, to: aside.name)) }
            report(search.path.map { Outcome.copied(seal.path, from: $0) } ?? .made(seal.path))
            return true
        } catch {
            moveBack(aside)
            fail(seal.path, error)
            return false
        }
    }

    private mutating func copy(_ seal: RegisteredSeal, from path: String, _ aside: inout Aside?) throws {
        if options.isDryRun {
            aside = try moveAside(seal.path)
            try files.expect(seal, at: path)
        } else {
            try copies.put(path, seal, in: files) { aside = try moveAside(seal.path) }
        }
    }

    /// Ends the making of a bundle that is not to be put anywhere.
    private struct IsDryRun: Error {}

    private mutating func remake(_ seal: RegisteredSeal, _ aside: inout Aside?) async throws {
        guard FileStatus.exists(plan.ledger) else {
            throw EnvironmentError(.noInput, "there is no ledger to make it from, and no copy holds it")
        }
        var export = LedgerExportOptions(archive, archive.begin, plan: plan, options: options)
        let year = FileName.directory(of: seal.path)
        if options.isDryRun {
            export.isReadOnly = true
            // A year's folder that is gone is not made for a file that gets no name.
            export.keepsYears = FileStatus.exists("\(archive.directory)/\(year)")
        } else {
            try files.makeYear(year)
        }
        do {
            _ = try await LedgerExport.remake(export, sequence: seal.position.sequence) { path in
                aside = try moveAside(seal.path)
                guard options.isDryRun else { return }
                try files.expect(seal, at: path)
                throw IsDryRun()
            }
        } catch is IsDryRun {
            return
        } catch let error as SealNotRemade {
            throw reason(error)
        }
    }

    private func reason(_ error: SealNotRemade) -> EnvironmentError {
        switch error.cause {
        case .keyMissing(let fingerprint):
            var number = 1
            while FileStatus.exists("\(options.keyPath).\(number)") { number += 1 }
            return EnvironmentError(
                .brokenChain,
                "it was sealed with key \(fingerprint), expected that key as \"\(options.keyPath)\", or beside it, as a rotation keeps it",
                hint:
                    "if a copy of the archive has the bundle, add --from and its folder; else put the key back as \(.file("\(options.keyPath).\(number)"))"
            )
        case .otherBytes(let version):
            return EnvironmentError(
                .brokenChain,
                "this version would make other bytes than version \(version) sealed; nothing is changed",
                hint:
                    "if a copy of the archive has the bundle, add --from and its folder; else use version \(.text(version)) of cartulary"
            )
        }
    }

    private mutating func forgetDamage() throws {
        if options.isDryRun { return files.forecast.forgetsDamage = true }
        var fixity = files.memory().fixity
        guard !fixity.damaged.isEmpty else { return }
        fixity.damaged = []
        try files.remember(fixity)
    }

    // Other files

    private mutating func restoreTombstones() {
        do {
            if try files.hasUnusableTombstones(), let aside = try moveAside(Tombstones.file) {
                report(.movedAside(aside.path, to: aside.name))
            }
            if try files.restoreTombstones(copies: request.copies, isDryRun: options.isDryRun) {
                report(.made(Tombstones.file))
            }
        } catch {
            fail(Tombstones.file, error)
        }
    }

    /// A verifier compares catalogue and checkpoint with the bundles, so all of them have to fit when a repair ends.
    private func bringUpToDate() {
        do {
            let isWritten = try files.bringUpToDate(waiting: nil, isDryRun: options.isDryRun).isWritten
            if isWritten { report(.made(Catalogue.file)) }
        } catch {
            fail(Catalogue.file, error)
        }
    }

    /// Has the catalogue made from the bundles, as if there had been none.
    private mutating func makeCatalogue(without unusable: [String]) {
        var moved: [Aside] = []
        do {
            for path in Set(unusable + [Catalogue.file]).sorted() {
                if let aside = try moveAside(path) { moved.append(aside) }
            }
            _ = try files.bringUpToDate(waiting: nil, isDryRun: options.isDryRun)
            for aside in moved { report(.movedAside(aside.path, to: aside.name)) }
            report(.made(Catalogue.file))
        } catch {
            for aside in moved { moveBack(aside) }
            fail(Catalogue.file, error)
        }
    }

    /// A file that has another name now, or would have.
    private struct Aside {
        let path: String
        let name: String
    }

    /// Gives a file another name, since whoever damaged it may want to be known; nil if there is no such file.
    private mutating func moveAside(_ path: String) throws -> Aside? {
        let own = "\(archive.directory)/\(path)"
        guard try FileName.isTaken(own) else { return nil }
        let folder = FileName.directory(of: path)
        if CatalogueYear.isName(folder) { try files.requireWritable(year: folder) } else { try files.requireWritable() }
        let ending = ArchiveListing.setAsideEnding
        var aside = path + ending
        var number = 1
        while try FileName.isTaken("\(archive.directory)/\(aside)") {
            number += 1
            aside = "\(path)\(ending)-\(number)"
        }
        if options.isDryRun {
            files.forecast.hidden.insert(path)
        } else {
            try FileName.rename(own, to: "\(archive.directory)/\(aside)")
        }
        return Aside(path: path, name: aside)
    }

    /// Gives a file its name back, where nothing could be put in its place.
    private mutating func moveBack(_ aside: Aside?) {
        guard let aside else { return }
        if options.isDryRun { return _ = files.forecast.hidden.remove(aside.path) }
        let own = "\(archive.directory)/\(aside.path)"
        guard (try? FileName.isTaken(own)) == false else {
            return report(.movedAside(aside.path, to: aside.name))
        }
        try? FileName.rename("\(archive.directory)/\(aside.name)", to: own)
    }
}
