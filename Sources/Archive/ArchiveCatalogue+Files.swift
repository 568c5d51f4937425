import ArchiveFormat
import BundleFormat
import FileSystem
import MerkleTree
import Signing
import StrictJSON

extension ArchiveCatalogue {
    /// Whether there was a checkpoint: a run wrote it, or somebody put a catalogue there that no run beside this ledger wrote.
    func knowsCheckpoint() -> Bool {
        let memory = memory()
        if memory.knows(Catalogue.checkpoint) { return true }
        guard let bytes = (try? contents(Catalogue.file)) ?? nil else { return false }
        return switch memory.origin(of: Catalogue.file, bytes) {
        case .current, .earlier: false
        case .foreign, .unknown: true
        }
    }

    /// Whether a file of the folder is what the last run wrote.
    func isCurrent(_ name: String) -> Bool {
        guard let bytes = (try? contents(name)) ?? nil, case .current = memory().origin(of: name, bytes) else {
            return false
        }
        return true
    }

    /// Whether a file is a bundle of this archive that another ledger sealed, or this one in a time that it does not know: whole and
    /// signed by a key of the archive, so neither damaged nor to be replaced.
    func isOfAnotherLedger(_ path: String, sealed digests: Set<String>) -> Bool {
        guard FileStatus.size(ofRegularFile: path) != nil,
            let bundle = try? SealedBundle(path, repair: commands.repair),
            let origin = bundle.signedOrigin(by: [key.publicKey] + signers)
        else { return false }
        return origin.archive == archive && !digests.contains(origin.digest)
    }

    /// What a file that no seal names is, if it is no bundle that another ledger can have sealed into this archive; else nil.
    ///
    /// With it the command that puts it out of the way, or to where it belongs.
    func strayBundle(_ path: String, among seals: [RegisteredSeal]) -> (reason: String, remedy: ShellCommand)? {
        let own = "\(directory)/\(path)"
        guard FileStatus.size(ofRegularFile: own) != nil,
            let stated = try? SealedBundle(own, repair: commands.repair).statedOrigin()
        else { return nil }
        let aside = ShellCommand("mv", "--backup=numbered", .file(own), .file(own + ".other"))
        if let seal = seals.first(where: { $0.position.digest == stated.digest }) {
            let place = "\(directory)/\(seal.path)"
            guard FileStatus.exists(place) else {
                return (
                    "is \(seal.path) under another name", ShellCommand("mv", "--no-clobber", .file(own), .file(place))
                )
            }
            return ("is a copy of \(seal.path)", aside)
        }
        guard let other = stated.archive else { return ("is a bundle outside the series", aside) }
        return other == archive ? nil : ("is a bundle of archive \(other)", aside)
    }

    func checkpoint(of catalogue: Catalogue) -> Checkpoint {
        Checkpoint(
            origin: Catalogue.origin(archive), size: UInt64(catalogue.size), root: catalogue.tree.root.bytes)
    }

    /// Whether the checkpoint is that of the catalogue, by the key of now.
    func isSigned(_ catalogue: Catalogue) -> Bool { isSigned(catalogue, by: [key.publicKey]) }

    /// Whether the checkpoint is that of the catalogue, by the key of now or one before it.
    func isSignedByAnyKey(_ catalogue: Catalogue) -> Bool { isSigned(catalogue, by: [key.publicKey] + signers) }

    func isSigned(_ catalogue: Catalogue, by keys: [PublicKey]) -> Bool {
        guard !forecast.hidden.contains(Catalogue.checkpoint),
            let bytes = try? ReadOnlyFile("\(directory)/\(Catalogue.checkpoint)").contents(limit: 1 << 20),
            let note = try? SignedNote(parsing: bytes)
        else { return false }
        return note.text == checkpoint(of: catalogue).text
            && keys.contains { note.isSigned(by: $0, name: Catalogue.origin(archive)) }
    }

    /// The catalogue and its years, if all of them are what the last run wrote; else nil.
    func ownCatalogue() throws -> Catalogue? {
        guard let bytes = try? contents(Catalogue.file) else { return nil }
        let memory = memory()
        guard let value = try? JSONValue(parsing: bytes), let catalogue = Catalogue(value) else { return nil }
        try requireOwn(catalogue)
        guard case .current = memory.origin(of: Catalogue.file, bytes) else { return nil }
        for summary in catalogue.years {
            let path = CatalogueYear.path(summary.year)
            guard let bytes = try? contents(path), case .current = memory.origin(of: path, bytes) else { return nil }
        }
        return catalogue
    }

    /// A catalogue of another archive is never replaced.
    private func requireOwn(_ catalogue: Catalogue) throws {
        guard catalogue.archive != archive else { return }
        throw EnvironmentError(
            .brokenChain,
            "the catalogue in \"\(directory)\" lists other bundles than the ledger has sealed as \(archive)",
            hint: "keep each archive in a folder of its own")
    }

    /// Whether a catalogue of the folder is none that a run wrote, so that somebody else changed it.
    package func hasForeignCatalogue() throws -> Bool {
        let memory = memory()
        let years = ArchiveCatalogue.years(in: try DirectoryName.list(directory))
        for path in [Catalogue.file] + years.map(CatalogueYear.path) {
            if let bytes = try? contents(path), case .foreign = memory.origin(of: path, bytes) { return true }
        }
        return false
    }

    /// Names of folders of years.
    static func years(in names: [DirectoryName]) -> [String] {
        names.compactMap(\.text).filter(CatalogueYear.isName)
    }

    /// The bytes of a file of the folder; nil without it, or if it is empty.
    func contents(_ name: String) throws -> [UInt8]? {
        guard !forecast.hidden.contains(name) else { return nil }
        do throws(FileSystemError) {
            let path = "\(directory)/\(name)"
            let bytes = try ReadOnlyFile.contentsIfPresent(path, limit: ArchiveListing.maximumFile) ?? []
            return bytes.isEmpty ? nil : bytes
        } catch {
            switch error.reason {
            case .notRegularFile, .tooLong:
                // It can be given another name, as a damaged file can.
                throw EnvironmentError(.brokenChain, error.message, hint: Hint(commands.repair))
            default:
                guard error.isMissing else { throw error }
                return nil
            }
        }
    }

    func read<Value>(_ name: String, _ form: (JSONValue) -> Value?) throws -> Value? {
        guard let bytes = try contents(name) else { return nil }
        guard let value = try? JSONValue(parsing: bytes), let catalogue = form(value) else {
            throw EnvironmentError(
                .unreadableInput, "\"\(directory)/\(name)\" is no catalogue, expected what an earlier run wrote",
                hint: Hint(commands.repair))
        }
        return catalogue
    }

    /// Names of files in a folder that could be bundles.
    static func bundles(in folder: String) -> [String] { bundles(among: (try? DirectoryName.list(folder)) ?? []) }

    /// Names of files that could be bundles.
    static func bundles(among names: [DirectoryName]) -> [String] {
        // A folder or a link of that name is no bundle; where the file system does not tell, the name has to do.
        let files = names.filter { [.regular, .unknown].contains($0.kind) }
        return files.compactMap(\.text).filter { $0.hasSuffix(".zip") && !$0.hasPrefix(".") }
    }

    /// A year's catalogue lists less than it did.
    func shortYear(_ path: String, expected count: Int) -> EnvironmentError {
        EnvironmentError(
            .unreadableInput, "\"\(directory)/\(path)\" does not list the bundles of its year, expected \(count)",
            hint: Hint(commands.repair))
    }

    /// The command that verifies the archive.
    var verifyCommand: Hint {
        .command("cartulary", "verify", "--archive", .file(directory), "--trust", .file(commands.trust))
    }

    /// The command that puts the catalogue aside, where it is what the last run wrote and false all the same.
    ///
    /// The next run or prune makes one from the bundles, and reports a bundle that is not the one that was sealed.
    var withoutCatalogue: Hint {
        let path = "\(directory)/\(Catalogue.file)"
        return .command("mv", "--backup=numbered", .file(path), .file(path + ".old"))
    }

    func replace(_ name: String, with bytes: [UInt8]) throws {
        let path = "\(directory)/\(name)"
        if try ReadOnlyFile.contentsIfPresent(path, limit: ArchiveListing.maximumFile) ?? [] != bytes {
            try DurableFile.replace(path, with: bytes)
        }
    }
}
