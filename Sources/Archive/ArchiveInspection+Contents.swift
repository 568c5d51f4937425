import ArchiveFormat
import BundleFormat
import FileSystem

extension ArchiveInspection {
    /// Bundles of this archive that are signed by its keys, in places for which this ledger sealed others.
    ///
    /// Where the checkpoint stands for the ledger, a bundle is only looked at when it is not the one that was sealed.
    mutating func findForeign() {
        guard foreignRegister == nil, foreignFolder == nil else { return }
        let other = seals.dropFirst(vouched).first { isOfAnotherLedger($0) }
        guard let other else { return }
        foreignRegister = EnvironmentError(
            .brokenChain,
            "\"\(files.directory)/\(other.path)\" is signed by this archive's key, and is another bundle than the ledger has sealed "
                + "there: the ledger is an older copy, or another one; nothing is changed",
            hint: Hint(files.commands.drill))
    }

    private func isOfAnotherLedger(_ seal: RegisteredSeal) -> Bool {
        found.contains(seal.path)
            && files.isOfAnotherLedger("\(files.directory)/\(seal.path)", sealed: sealedDigests)
    }

    /// A bundle that is cut, or another in its place: the catalogue of its year says how long each was.
    ///
    /// Catalogues are unsigned: they never decide what a bundle has to be, only that somebody has to look.
    mutating func compareSizes() {
        var counts: [String: Int] = [:]
        var damage: [Int] = []
        attempt(Catalogue.file) { files in
            let whole = try files.read(Catalogue.file, Catalogue.init)
            if let whole, whole.archive != files.archive { throw AnotherArchive() }
            damage = whole?.fixity?.damaged ?? []
            counts = Dictionary(whole?.years.map { ($0.year, $0.bundles) } ?? [], uniquingKeysWith: { $1 })
        }
        listedDamage = damage
        guard foreignFolder == nil else { return }
        let names = Set(counts.keys).union(found.filter { $0.utf8.count > 5 }.map { String($0.prefix(4)) })
        for year in names.sorted()
        where CatalogueYear.isName(year) && !isEmptied(year) && !blockedYears.contains(year) {
            let path = CatalogueYear.path(year)
            var entries: [CatalogueEntry] = []
            attempt(path) { files in
                let own = try files.read(path, CatalogueYear.init)
                entries = own?.entries ?? []
                guard own?.archive ?? files.archive == files.archive, own?.year ?? year == year,
                    entries.count >= counts[year] ?? 0
                else { throw files.shortYear(path, expected: counts[year] ?? 0) }
            }
            for entry in entries where found.contains(entry.path) {
                guard let seal = seals.first(where: { $0.position == entry.position && $0.path == entry.path }) else {
                    continue
                }
                // Between its tombstone and its removal a bundle is still there, and not listed as removed yet.
                // In a catalogue of an earlier time, as of a backup, the bundle is one that came back with it.
                if isBuried(seal), entry.removed != nil || !files.isCurrent(path) {
                    returned.append(seal)
                } else if entry.removed == nil {
                    compareSize(entry, seal)
                }
            }
        }
    }

    private func isBuried(_ seal: RegisteredSeal) -> Bool { buried.contains(SeriesDigest(seal.position)) }

    /// Whether all bundles of a year were removed, and its folder with them: its catalogue is made again from the tombstones.
    private func isEmptied(_ year: String) -> Bool {
        let own = seals.filter { $0.path.hasPrefix(year + "/") }
        return !own.isEmpty && own.allSatisfy(isBuried) && !FileStatus.exists("\(files.directory)/\(year)")
    }

    /// Compares the length of a bundle with what the catalogue of its year says, which is not signed: it decides only that the
    /// bundle is read.
    private mutating func compareSize(_ entry: CatalogueEntry, _ seal: RegisteredSeal) {
        let path = "\(files.directory)/\(seal.path)"
        let size = FileStatus.size(ofRegularFile: path) ?? 0
        guard size != entry.bytes, contentProblem(seal) != nil, !isForeign(seal) else { return }
        damaged.append(seal)
        refuse(
            "\"\(path)\" has \(CountedNoun.text(size, "byte")), expected \(entry.bytes), as it was sealed",
            hint: Hint(files.commands.repair))
    }

    /// Reads the bundles that were found damaged before, or all.
    mutating func compareContents(isFull: Bool) throws {
        let known = Set(files.memory().fixity.damaged + listedDamage)
        for seal in seals where isFull || known.contains(seal.position.sequence) {
            guard found.contains(seal.path), !damaged.contains(seal), !isBuried(seal),
                let problem = contentProblem(seal), !isForeign(seal)
            else { continue }
            damaged.append(seal)
            refuse(
                "\"\(files.directory)/\(seal.path)\" is not the bundle that was sealed: \(problem)",
                hint: Hint(files.commands.repair))
        }
    }

    /// Why a file is not the bundle that was sealed; nil if it is.
    private func contentProblem(_ seal: RegisteredSeal) -> String? {
        files.problem(of: seal, at: "\(files.directory)/\(seal.path)")
    }

    /// Whether a file that is not what was sealed is a bundle that another ledger sealed: then it is named, and never replaced.
    private mutating func isForeign(_ seal: RegisteredSeal) -> Bool {
        guard isOfAnotherLedger(seal) else { return false }
        let path = "\(files.directory)/\(seal.path)"
        if foreignBundles.insert(seal.path).inserted {
            refuse(
                "\"\(path)\" is signed by this archive's key, and is the bundle of another ledger, expected that of this one",
                hint: .command("mv", "--backup=numbered", .file(path), .file(path + ".other")))
        }
        return true
    }

    private struct AnotherArchive: Error {}

    /// Reads a catalogue; one that cannot be used is told.
    private mutating func attempt(_ path: String, _ body: (ArchiveCatalogue) throws -> Void) {
        do {
            try body(files)
        } catch var error as EnvironmentError {
            unusableCatalogues.append(path)
            error.hint = Hint(files.commands.repair)
            problems.append(error)
        } catch is AnotherArchive {
            let message =
                "\"\(files.directory)/\(path)\" is that of another archive, expected \(files.archive): another archive is kept there"
            foreignFolder = foreignFolder ?? EnvironmentError(.brokenChain, message, hint: files.verifyCommand)
            refuse(message)
        } catch let error as FileSystemError {
            problems.append(EnvironmentError(error))
        } catch {
            problems.append(EnvironmentError(.io, "\(error)"))
        }
    }
}
