package import ArchiveFormat
package import AuditModel
import BundleFormat
package import FileSystem

/// How many bundles each run reads, to see that they are still what was sealed.
package enum VerifyShare: Sendable, Equatable {
    /// So many of a hundred, at least one.
    case percent(Int)
    /// So many bundles.
    case bundles(Int)

    /// Reads `5%` or `20`; nil for anything else.
    package init?(_ text: String) {
        if text.hasSuffix("%") {
            guard let number = Int(text.dropLast()), (1...100).contains(number) else { return nil }
            self = .percent(number)
        } else {
            guard let number = Int(text), (1...100_000).contains(number) else { return nil }
            self = .bundles(number)
        }
    }

    /// The setting as it is written.
    package var text: String {
        switch self {
        case .percent(let number): "\(number)%"
        case .bundles(let number): "\(number)"
        }
    }

    /// Bundles of so many.
    package func count(of all: Int) -> Int {
        switch self {
        case .percent(let number): min(all, (all * number + 99) / 100)
        case .bundles(let number): min(all, number)
        }
    }
}

/// Reads a share of an archive's bundles and compares them with what was sealed; the next run goes on behind them, so that all come
/// round.
package struct FixityCheck {
    /// Bundles that were read.
    package let checked: Int
    /// Bundles that there are.
    package let all: Int
    /// Those that are not what was sealed, with the reason.
    package let damaged: [(seal: RegisteredSeal, problem: String)]
    /// How far the check has come with them.
    package let fixity: ArchiveMemory.Fixity

    /// Checks the share that comes next; nothing is written.
    ///
    /// `isFull`: every bundle is read, since nobody knows any more what earlier checks found.
    package init(_ files: ArchiveCatalogue, _ share: VerifyShare, now: Timestamp, isFull: Bool = false) throws {
        let removed = Set(try files.tombstones(isReadOnly: true).map(\.entry.position.sequence))
        let seals = try files.seals().filter { !removed.contains($0.position.sequence) }
        var fixity = files.memory().fixity
        all = seals.count
        checked = isFull ? all : share.count(of: all)
        let first = seals.firstIndex { $0.position.sequence > fixity.last } ?? 0
        if first == 0 || fixity.begun == nil { fixity.begun = now }
        var found: [(seal: RegisteredSeal, problem: String)] = []
        for offset in 0..<checked {
            let index = (first + offset) % all
            let seal = seals[index]
            if let problem = files.problem(of: seal, at: "\(files.directory)/\(seal.path)") {
                found.append((seal, problem))
            }
            fixity.last = seal.position.sequence
            if index == all - 1 {
                fixity.complete = fixity.begun
                fixity.begun = now
            }
        }
        damaged = found.sorted { $0.seal.position.sequence < $1.seal.position.sequence }
        fixity.time = now
        fixity.bundles = checked
        fixity.damaged = damaged.map(\.seal.position.sequence)
        self.fixity = fixity
    }
}

extension ArchiveCatalogue {
    /// Why a file is not the bundle that was sealed; nil if it is.
    package func problem(of seal: RegisteredSeal, at path: String) -> String? {
        do {
            let status = try FileStatus(path, followsLinks: false)
            guard status.kind == .regular else { return "it is a \(status.kind.rawValue)" }
            return try SealedBundle(path, repair: commands.repair).problem(sealedAs: seal.position.digest)
        } catch let error as FileSystemError {
            return error.isMissing ? "it is not there" : error.message
        } catch {
            return "\(error)"
        }
    }

    /// Locks the folder while files of it change together, so that a verifier does not read it half-way.
    ///
    /// Waits a little for others, and goes on without the lock where the file system has none.
    package func lockFolder() throws -> FileLock {
        let lock = try FileLock(directory: directory)
        _ = try? lock.acquire(waiting: 10)
        return lock
    }

    /// Those of some bundles that were removed by what the catalogues say, or may be by a policy.
    ///
    /// The catalogues are not signed: they only keep a bundle from coming back until somebody says so.
    package func expired(
        among wanted: [RegisteredSeal], by policy: RetentionPolicy?, now: Timestamp
    ) throws -> [RegisteredSeal] {
        guard !wanted.isEmpty else { return [] }
        let all = try seals()
        var positions: Set<Int> = []
        if let policy {
            let entries = all.map { seal in
                var entry = CatalogueEntry(seal.position)
                entry.sealed = seal.sealed
                return entry
            }
            let decisions = policy.decide(entries, in: RetentionPolicy.Series(all), now: now)
            positions.formUnion(decisions.filter { $0.state == .mayGo }.map(\.entry.position.sequence))
        }
        for year in Set(wanted.map { String($0.path.prefix(4)) }) {
            let listed = (try? read(CatalogueYear.path(year), CatalogueYear.init)) ?? nil
            for entry in listed?.entries ?? [] where entry.removed != nil { positions.insert(entry.position.sequence) }
        }
        return wanted.filter { positions.contains($0.position.sequence) }
    }

    /// Remembers how far the check of the bundles has come.
    package func remember(_ fixity: ArchiveMemory.Fixity) throws {
        var memory = memory()
        memory.fixity = fixity
        try memory.write()
    }
}

extension Catalogue.Fixity {
    /// What a catalogue says of the check; nil if none took place.
    init?(_ fixity: ArchiveMemory.Fixity) {
        guard let time = fixity.time else { return nil }
        self.init(time: time, bundles: fixity.bundles, complete: fixity.complete, damaged: fixity.damaged)
    }
}
