import ArchiveFormat
package import AuditModel
import FileSystem
import LedgerFiles
import LedgerReading
package import RecordIntake
package import RecordStore
package import Signing

/// What a ledger tells whoever asks; never blocked by a writer.
package enum LedgerView {
    /// The form of a ledger's file: the number counts the steps of its tables, which are only added to.
    package static var format: String { LedgerFile.format }

    /// Reads a ledger that fits its checkpoint.
    private static func checked<Result>(_ path: String, _ body: (LedgerReader) throws -> Result) throws -> Result {
        try reading(path) { reader in
            _ = try CheckpointFile.check(path, reader)
            return try body(reader)
        }
    }

    /// Reads a ledger.
    package static func reading<Result>(_ path: String, _ body: (LedgerReader) throws -> Result) throws -> Result {
        try LedgerFile(path, .read).read(body)
    }

    /// What can be listed.
    package enum Subject: String, CaseIterable, Sendable {
        case networks, deployers, periods
        case tokenTypes = "token-types"
    }

    /// Values and the number of deployments that have them; for periods the months, with those active in each.
    package static func list(_ subject: Subject, _ path: String) throws -> [(value: String?, count: Int)] {
        try LedgerFailure.translating(path) {
            try checked(path) { reader in
                switch subject {
                case .networks: try values(reader, .network)
                case .tokenTypes: try values(reader, .tokenType)
                case .deployers: try values(reader, .deployedBy)
                case .periods: try months(reader)
                }
            }
        }
    }

    /// The values that stand in the records, whether or not the ledger fits its checkpoint; none for periods.
    package static func values(of subject: Subject, _ path: String) throws -> [String] {
        let counts: [(value: String?, count: Int)] = try LedgerFailure.translating(path) {
            try reading(path) { reader in
                switch subject {
                case .networks: try values(reader, .network)
                case .tokenTypes: try values(reader, .tokenType)
                case .deployers: try values(reader, .deployedBy)
                case .periods: []
                }
            }
        }
        return counts.compactMap(\.value)
    }

    /// Values of a series' filters that stand in no record of a ledger, each with the nearest one that does: they are
    /// mistyped, or too early.
    package static func unmatched(
        _ selection: Selection, _ path: String
    ) throws -> [(filter: SelectionFilter, value: String, near: String?)] {
        let subjects: [(filter: SelectionFilter, subject: Subject)] = [
            (.network, .networks), (.tokenType, .tokenTypes), (.deployedBy, .deployers),
        ]
        return try subjects.filter { !selection[$0.filter].isEmpty }.flatMap { filter, subject in
            let known = try values(of: subject, path)
            return selection[filter].filter { value in !known.contains { filter.matches(value, $0) } }.map { value in
                (filter, value, NearMatch.best(value, known).first)
            }
        }
    }

    /// Requires a ledger that can be read, and that no other run still writes to after `wait` seconds.
    ///
    /// `repairing` opens it for writing, so that one of which a killed run left only the file becomes whole.
    package static func requireReadable(_ path: String, repairing: Bool, wait: Int) throws {
        try LedgerFailure.translating(path) {
            // Who only looks makes no lock; where there is none, nobody writes.
            let isLockable = repairing || FileStatus.exists(path + LedgerLock.suffix)
            let lock = try isLockable ? LedgerLock(path, wait: wait) : nil
            defer { lock?.release() }
            guard repairing else { return _ = try LedgerFile(path, .read).read { try $0.lastRun() } }
            _ = try LedgerFile(path, .append).read { try $0.lastRun() }
        }
    }

    /// Requires that a ledger fits its checkpoint; `key` may have signed an ingest that was not acknowledged.
    package static func requireCheckpoint(_ path: String, trusting key: PublicKey) throws {
        try LedgerFailure.translating(path) {
            try reading(path) { _ = try CheckpointFile.check(path, $0, trusting: key) }
        }
    }

    /// The keys that a ledger was signed with, each once and in order; none before the first sealed bundle.
    package static func sealers(_ path: String) throws -> [PublicKey] {
        try LedgerFailure.translating(path) {
            try reading(path) { reader in
                guard try !reader.series().isEmpty else { return [] }
                var keys: [PublicKey] = []
                for signer in try reader.signers() {
                    if let key = try? PublicKey(openSSHLine: signer.publicKey), !keys.contains(key) { keys.append(key) }
                }
                return keys
            }
        }
    }

    private static func values(_ reader: LedgerReader, _ column: LedgerColumn) throws -> [(value: String?, count: Int)]
    {
        try reader.counts(of: column).map {
            (value: $0.value.map { String(decoding: $0, as: UTF8.self) }, count: $0.count)
        }
    }

    /// Whether pages of a listing have come that are not known to be all of it, by what its pages say of their number.
    package static func isOpenListing(_ listing: ListingPage.Listing, _ path: String) throws -> Bool {
        try LedgerFailure.translating(path) {
            try LedgerFile(path, .read).read { reader in
                try SettledListings(reader, size: reader.lastRun()?.size ?? 0).isOpen(listing)
            }
        }
    }

    private static func months(_ reader: LedgerReader) throws -> [(value: String?, count: Int)] {
        guard let days = try reader.activeDays() else { return [] }
        var months: [(value: String?, count: Int)] = []
        var first = CalendarDate(daysSinceYearOne: Int64(days.first))
        first = CalendarDate(year: first.year, month: first.month, day: 1)
        while first.daysSinceYearOne <= Int64(days.last) {
            let isLast = first.month == 12
            let next = CalendarDate(year: first.year + (isLast ? 1 : 0), month: isLast ? 1 : first.month + 1, day: 1)
            let count = try reader.activeDeployments(
                from: Int(first.daysSinceYearOne), to: Int(next.daysSinceYearOne))
            if count > 0 { months.append((String(first.text.prefix(7)), count)) }
            first = next
        }
        return months
    }

    /// Copies a ledger, as it is at one moment, and its checkpoint behind it.
    ///
    /// What the sources had told by then (``coverageSuffix``) goes along, so that a restored ledger covers the same.
    ///
    /// - Returns: the files that were made, the ledger first.
    @discardableResult
    package static func backup(_ path: String, to target: String) throws -> [String] {
        try LedgerFailure.translating(path) {
            let ledger = try LedgerFile(path, .read)
            // Before the ledger: coverage that is newer than its ledger would speak of what that does not hold.
            let coverage = try ReadOnlyFile.contentsIfPresent(path + coverageSuffix, limit: .max)
            let memories = try archiveMemories(path)
            try FileName.requireDirectory(FileName.directory(of: target))
            guard !FileStatus.exists(CheckpointFile.path(of: target)) else {
                throw EnvironmentError(.cannotCreate, "cannot create \"\(target)\": its checkpoint is there already")
            }
            // The checkpoint first: a copy of the ledger may be newer than it, never older.
            let note = try ledger.read { reader in
                _ = try CheckpointFile.check(path, reader)
                return try CheckpointFile.read(path)
            }
            let temporary = target + ".new"
            try FileName.remove(temporary)
            defer { try? FileName.remove(temporary) }
            try ledger.copy(to: temporary)
            // Refused if the name is taken; so the checkpoint never replaces that of another ledger.
            try DurableFile.publish(temporary, as: target)
            if let note { try CheckpointFile.write(target, note) }
            if let coverage { try DurableFile.replace(target + coverageSuffix, with: coverage) }
            for (suffix, bytes) in memories { try DurableFile.replace(target + suffix, with: bytes) }
            return [target] + (note == nil ? [] : [CheckpointFile.path(of: target)])
                + (coverage == nil ? [] : [target + coverageSuffix]) + memories.map { target + $0.suffix }
        }
    }

    /// What is known of the archives beside a ledger: by the ending of the file, its bytes.
    private static func archiveMemories(_ path: String) throws -> [(suffix: String, bytes: [UInt8])] {
        let name = FileName.last(of: path)
        return try DirectoryName.list(FileName.directory(of: path)).compactMap(\.text).compactMap { own in
            guard own.hasPrefix(name + archiveSuffix), !own.hasSuffix(".new"),
                let bytes = try ReadOnlyFile.contentsIfPresent(
                    FileName.directory(of: path) + "/" + own, limit: ArchiveListing.maximumFile)
            else { return nil }
            return (String(own.dropFirst(name.count)), bytes)
        }
    }

    /// What is put behind a ledger's name, before that of an archive, for the files that hold what is known of its folder.
    package static let archiveSuffix = ".archive-"

    /// Whether `cartulary run` keeps a ledger: its coverage or the lock of its runs is there.
    package static func isKeptByRun(_ path: String) -> Bool {
        FileStatus.exists(path + coverageSuffix) || FileStatus.exists(path + runLockSuffix)
    }

    /// What is put behind a ledger's name for the lock of scheduled runs.
    package static let runLockSuffix = ".run.lock"

    /// What is put behind a ledger's name for the file that says up to when its sources have told everything.
    package static let coverageSuffix = ".coverage.json"
}
