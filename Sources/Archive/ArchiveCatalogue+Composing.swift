import ArchiveFormat
import AuditModel
import BundleFormat
import FileSystem
import MerkleTree

extension ArchiveCatalogue {
    /// A catalogue as it has to be, with the years of it that were looked at.
    struct Composed {
        var catalogue: Catalogue
        var years: Years
        /// What is in the folder; nil if it is not what the last run wrote.
        let found: Catalogue?
    }

    /// The catalogue as it has to be; nil if there is nothing to be listed.
    ///
    /// `isReadOnly` if nothing is to be written.
    func compose(waiting: [Catalogue.Waiting]? = nil, isReadOnly: Bool) throws -> Composed? {
        let last = try register.last()
        // One whose years do not hold all of its positions is made anew.
        let tombstones = try tombstones(isReadOnly: isReadOnly)
        let found = try ownCatalogue().flatMap { catalogue in
            let isWhole = catalogue.years.map(\.bundles).reduce(0, +) >= catalogue.size
            return try isWhole && !hasMadeAgain(catalogue, tombstones) ? catalogue : nil
        }
        let waiting = waiting ?? found?.waiting ?? []
        guard last != nil || !waiting.isEmpty else { return nil }
        var catalogue =
            found
            ?? Catalogue(
                archive: archive, basis: selection.basis.rawValue, filters: BundleFilters(selection).seriesValue)
        // A run was stopped, or the file was changed: what was sealed decides.
        if let found, !isSignedByAnyKey(found) { catalogue.tree = Catalogue.tree(try sealedDigests(found.size)) }
        var years = Years(files: self, catalogue: catalogue, isAnew: found == nil)
        let isComplete =
            catalogue.archive == archive && catalogue.last?.position == last?.position
            && catalogue.size == last?.position.sequence ?? 0
        if !isComplete { try appendNew(tombstones, to: &catalogue, years: &years) }
        try markRemoved(tombstones, in: catalogue, years: &years)
        for year in years.all { catalogue.update(year) }
        try checkPresent(catalogue, &years)
        catalogue.waiting = waiting
        catalogue.fixity = Catalogue.Fixity(forecast.applied(to: memory().fixity))
        return Composed(catalogue: catalogue, years: years, found: found)
    }

    /// Whether a bundle that is listed as removed is there, and no tombstone stands for it: it was made again on purpose.
    private func hasMadeAgain(_ catalogue: Catalogue, _ tombstones: [Tombstone]) throws -> Bool {
        guard catalogue.years.map(\.removed).reduce(0, +) > tombstones.count else { return false }
        let standing = Set(tombstones.map(\.entry.position.sequence))
        var years = Years(files: self, catalogue: catalogue, isAnew: false)
        for summary in catalogue.years where summary.removed > 0 {
            let entries = try years.year(summary.year).entries
            let isThere = entries.contains { entry in
                entry.removed != nil && !standing.contains(entry.position.sequence) && exists(entry.path)
            }
            if isThere { return true }
        }
        return false
    }

    private func appendNew(_ tombstones: [Tombstone], to catalogue: inout Catalogue, years: inout Years) throws {
        let seals = try register.seals(from: max(1, catalogue.size))
        try checkSame(catalogue, seals)
        let tombstoneOf = Dictionary(tombstones.map { ($0.entry.position.sequence, $0) }, uniquingKeysWith: { $1 })
        for seal in seals where seal.position.sequence > catalogue.size {
            try append(seal, tombstoneOf[seal.position.sequence], to: &catalogue, years: &years)
        }
    }

    /// Marks the bundles as removed whose file is gone and for which a tombstone stands.
    private func markRemoved(_ tombstones: [Tombstone], in catalogue: Catalogue, years: inout Years) throws {
        // As many as are marked already: a run has nothing to do then, however many there are.
        guard catalogue.years.map(\.removed).reduce(0, +) != tombstones.count else { return }
        try requireTombstones(forRemoved: catalogue, years: &years, tombstones)
        for tombstone in tombstones {
            let year = try years.year(tombstone.entry.year)
            guard var entry = year.entries.first(where: { $0.position == tombstone.entry.position }),
                entry.removed == nil, !exists(entry.path)
            else { continue }
            entry.removed = tombstone.entry.removed
            try years.put(entry)
        }
    }

    /// A tombstone that was taken away is reported by every run: without it a bundle is missing.
    private func requireTombstones(
        forRemoved catalogue: Catalogue, years: inout Years, _ tombstones: [Tombstone]
    ) throws {
        let standing = Set(tombstones.map(\.entry.position.sequence))
        for summary in catalogue.years where summary.removed > 0 {
            let entries = try years.year(summary.year).entries
            guard let lost = entries.first(where: { $0.removed != nil && !standing.contains($0.position.sequence) })
            else { continue }
            let path = try seal(lost.position)?.path ?? summary.year
            throw EnvironmentError(
                .noInput, "\"\(directory)/\(Tombstones.file)\" has no tombstone of \(path), which was removed",
                hint: withoutCatalogue)
        }
    }

    /// What the register has at a position.
    private func seal(_ position: SeriesPosition) throws -> RegisteredSeal? {
        try register.seals(from: position.sequence).first { $0.position.sequence == position.sequence }
    }

    private func sealedDigests(_ count: Int) throws -> [MerkleDigest] {
        try seals().prefix(count).compactMap { MerkleDigest(hexadecimal: $0.position.digest) }
    }

    /// The last position that is listed has to be the first of `seals`; each position lists all before it.
    private func checkSame(_ catalogue: Catalogue, _ seals: [RegisteredSeal]) throws {
        let isKnown = catalogue.last.map { $0.position == seals.first?.position } ?? true
        guard catalogue.archive == archive, isKnown else {
            throw EnvironmentError(
                .brokenChain,
                "the catalogue in \"\(directory)\" lists other bundles than the ledger has sealed as \(archive)",
                hint: Hint(commands.drill))
        }
    }

    private func append(
        _ seal: RegisteredSeal, _ tombstone: Tombstone?, to catalogue: inout Catalogue, years: inout Years
    ) throws {
        let path = seal.path
        if let tombstone, tombstone.entry.position == seal.position, !exists(path) {
            try years.put(tombstone.entry)
            return catalogue.append(tombstone.entry, promising: SeriesPart.next(tombstone.next))
        }
        let outline = try forecast.bundles[path] ?? outline(of: seal)
        let claims = outline.claims
        var entry = CatalogueEntry(
            seal.position, path: path, bytes: outline.bytes, description: claims.description, metrics: claims.metrics)
        entry.sealed = seal.sealed
        if entry.supersedes == nil { entry.due = catalogue.next?.due }
        try years.put(entry)
        catalogue.append(entry, promising: claims.description.series.value.flatMap { $0?.next })
    }

    private func outline(of seal: RegisteredSeal) throws -> SealedBundle.Outline {
        let path = "\(directory)/\(seal.path)"
        do {
            let bundle = try SealedBundle(path, repair: commands.repair)
            if let outline = try bundle.outline(sealedAs: seal.position.digest) { return outline }
        } catch let error as FileSystemError where error.isMissing {
            throw missing(seal)
        }
        throw EnvironmentError(
            .brokenChain, "\"\(path)\" is another bundle than the one that was sealed",
            hint: Hint(commands.repair.adding(["--full"])))
    }

    /// A bundle that was taken away is reported by every run.
    ///
    /// The names in a year's folder are compared as a whole; only if they differ the year is read.
    private func checkPresent(_ catalogue: Catalogue, _ years: inout Years) throws {
        for summary in catalogue.years {
            let names = bundles(ofYear: summary.year)
            guard CatalogueYear.digest(ofNames: names) != summary.files else { continue }
            let gone = try years.year(summary.year).entries.first { entry in
                entry.removed == nil && !names.contains(String(entry.path.split(separator: "/").last ?? ""))
            }
            // What the file says of itself is not repeated: the register has the names.
            if let gone, let seal = try seal(gone.position) { throw missing(seal) }
        }
    }

    func missing(_ seal: RegisteredSeal) -> EnvironmentError {
        EnvironmentError(
            .noInput, "bundle \"\(directory)/\(seal.path)\" is sealed and not there", hint: Hint(commands.repair))
    }
}
