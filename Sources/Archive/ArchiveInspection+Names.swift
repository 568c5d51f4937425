import ArchiveFormat
import BundleFormat
import FileSystem

extension ArchiveInspection {
    mutating func findBundles() throws {
        for year in ArchiveCatalogue.years(in: try DirectoryName.list(files.directory)) {
            let path = "\(files.directory)/\(year)"
            let kind = try FileStatus(path, followsLinks: false).kind
            guard kind == .directory else {
                problems.append(files.noYear(path, kind))
                blockedYears.insert(year)
                continue
            }
            years.append(year)
            _ = try DirectoryName.list(path)
        }
        let listing = try ArchiveListing(files.directory)
        found = Set(listing.bundles)
        findStrays(listing)
        findObstacles()
    }

    /// What stands where a run puts its pages, and the files that it writes beside each of its own: nothing reads these.
    private mutating func findObstacles() {
        let pages = ([""] + years.map { $0 + "/" }).map { $0 + Catalogue.page }.filter(isCatalogue)
        let read = [Catalogue.file, Catalogue.checkpoint, Tombstones.file] + years.map(CatalogueYear.path)
        for path in pages {
            if isFolder(path) { block(path) } else { requireReadable(path) }
        }
        for path in (pages + read).map({ $0 + ".new" }) where isFolder(path) { block(path) }
    }

    private func isFolder(_ path: String) -> Bool {
        (try? FileStatus("\(files.directory)/\(path)", followsLinks: false).kind) == .directory
    }

    /// It can be put aside, as a damaged catalogue can.
    private mutating func block(_ path: String) {
        unusableCatalogues.append(path)
        refuse(
            "\"\(files.directory)/\(path)\" is a folder, expected a file that a run writes there",
            hint: Hint(files.commands.repair))
    }

    /// A page is compared before it is replaced.
    private mutating func requireReadable(_ path: String) {
        let own = "\(files.directory)/\(path)"
        guard (try? FileStatus(own, followsLinks: false).kind) == .regular else { return }
        do throws(FileSystemError) {
            _ = try ReadOnlyFile(own)
        } catch {
            problems.append(EnvironmentError(error))
        }
    }

    /// What a verifier would refuse, a run has to name: it would seal on beside it else.
    private mutating func findStrays(_ listing: ArchiveListing) {
        let sealed = Set(seals.map(\.path))
        let sealedYears = Set(seals.map { String($0.path.prefix(4)) })
        var strays = listing.strays.filter { !blockedYears.contains($0.path) && !sealed.contains($0.path) }
        for folder in listing.catalogued where !sealedYears.contains(folder) {
            strays.append(ArchiveListing.Stray(CatalogueYear.path(folder), "is no catalogue of a year of this archive"))
        }
        // What a stopped writer left beside a file, the next one removes.
        strays.removeAll { $0.path.hasSuffix(".new") && isWritten(String($0.path.dropLast(4))) }
        // A link in the place of a catalogue can be put aside, as a damaged one can.
        let catalogues = strays.filter { isCatalogue($0.path) && !isRead($0.path) }
        unusableCatalogues += catalogues.map(\.path)
        for stray in catalogues {
            refuse("\"\(files.directory)/\(stray.path)\" \(stray.reason)", hint: Hint(files.commands.repair))
        }
        strays.removeAll { isCatalogue($0.path) }
        guard let first = strays.first else { return }
        let path = "\(files.directory)/\(first.path)"
        let names = CountedNoun.text(strays.count, "name that does", plural: "names that do")
        refuse(
            "\"\(files.directory)\" has \(names) not belong there, such as \"\(path)\", which \(first.reason)",
            hint: .command("ls", "-ld", .file(path)))
    }

    /// Whether a path is that of a catalogue or checkpoint which a run writes.
    private func isCatalogue(_ path: String) -> Bool {
        let parts = path.split(separator: "/").map(String.init)
        let names = [Catalogue.file, Catalogue.page] + (parts.count == 1 ? [Catalogue.checkpoint] : [])
        let isYears = parts.count == 2 && seals.contains { $0.path.hasPrefix(parts[0] + "/") }
        return (parts.count == 1 || isYears) && parts.last.map(names.contains) == true
    }

    private func isWritten(_ path: String) -> Bool { isCatalogue(path) || path == Tombstones.file }

    /// Whether what has the name is no link, and reading it says what is wrong.
    private func isRead(_ path: String) -> Bool {
        let kind = try? FileStatus("\(files.directory)/\(path)", followsLinks: false).kind
        return kind != .link && FileName.last(of: path) != Catalogue.page
    }

    /// Bundles that no seal names: a ledger that was put back from an older copy does not know the newest.
    mutating func findUnknown() {
        let unknown = found.subtracting(seals.map(\.path)).sorted()
        guard let first = unknown.first, foreignRegister == nil else { return }
        let message =
            "\"\(files.directory)\" has \(CountedNoun.text(unknown.count, "file that looks like a bundle", plural: "files that look like bundles")), "
            + "and that the ledger has not sealed, such as \(first); expected only sealed bundles there"
        let strays = unknown.map { ($0, files.strayBundle($0, among: seals)) }
        // The name that the next bundles would get: they were sealed from what this ledger does not hold.
        if strays.contains(where: { isOfSeries($0) && $1 == nil }) {
            foreignRegister = EnvironmentError(
                .brokenChain, message + "; the ledger is an older copy, or another one",
                hint: Hint(files.commands.drill))
        } else if let (path, stray) = strays.first(where: { $1 != nil }), let stray {
            let names = CountedNoun.text(unknown.count, "other bundle")
            refuse(
                "\"\(files.directory)\" has \(names), such as \"\(path)\", which \(stray.reason); expected only what the ledger has sealed, "
                    + "each once", hint: Hint(stray.remedy))
        } else {
            refuse(message)
        }
    }

    private func isOfSeries(_ path: String) -> Bool {
        CatalogueYear.isName(FileName.directory(of: path)) && FileName.last(of: path).hasPrefix(files.archive + "-")
    }

    mutating func findMissing(pending: String?) throws {
        do {
            let tombstones =
                try copies.map { try files.allTombstones(copies: $0) } ?? files.tombstones(isReadOnly: true)
            buried = Set(tombstones.map { SeriesDigest($0.entry.position) })
        } catch let error as EnvironmentError {
            problems.append(error)
            return
        }
        missing = seals.filter { seal in
            !found.contains(seal.path) && seal.position.name != pending
                && !blockedYears.contains(FileName.directory(of: seal.path))
                && !buried.contains(SeriesDigest(seal.position))
        }
        guard !missing.isEmpty else { return }
        let names = missing.prefix(3).map(\.path).joined(separator: ", ") + (missing.count > 3 ? ", …" : "")
        problems.append(
            EnvironmentError(
                .noInput,
                "\"\(files.directory)\" lacks \(CountedNoun.part(missing.count, of: seals.count, "sealed bundle")): \(names)",
                hint: Hint(files.commands.repair)))
    }

    struct SeriesDigest: Hashable {
        let sequence: Int
        let digest: String

        init(_ position: SeriesPosition) {
            sequence = position.sequence
            digest = position.digest
        }
    }
}
