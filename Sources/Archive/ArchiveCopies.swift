package import ArchiveFormat
import AuditModel
import BundleFormat
import FileSystem
import MerkleTree
package import Signing
import StrictJSON
import ZipFormat

/// Copies of an archive's folder, such as a backup, from which a lost bundle can be taken.
package struct ArchiveCopies: Sendable {
    /// The folders, in the order in which they are asked.
    package let folders: [String]

    package init(_ folders: [String]) { self.folders = folders }

    /// What was found of one bundle.
    package struct Search: Sendable {
        /// The file that is the bundle; nil if none is.
        package fileprivate(set) var path: String?
        /// Files in its place that are not it, with the reason.
        package fileprivate(set) var rejected: [(path: String, reason: String)] = []
    }

    /// Looks for a bundle; a file counts only if all of it is what was sealed.
    package func find(_ seal: RegisteredSeal, _ files: ArchiveCatalogue) -> Search {
        var search = Search()
        for folder in folders where search.path == nil {
            for path in ["\(folder)/\(seal.path)", "\(folder)/\(seal.position.name).zip"] where search.path == nil {
                guard FileStatus.exists(path) else { continue }
                if let problem = files.problem(of: seal, at: path) {
                    search.rejected.append((path, problem))
                } else {
                    search.path = path
                }
            }
        }
        return search
    }

    /// Copies a bundle that was found to where it stood; `beforePublishing` is called when only the name is left to be given.
    package func put(
        _ path: String, _ seal: RegisteredSeal, in files: ArchiveCatalogue, beforePublishing: () throws -> Void
    ) throws {
        let name = FileName.directory(of: seal.path)
        try files.makeYear(name)
        let year = "\(files.directory)/\(name)"
        let target = try DurableFile(in: year)
        let store = ByteStore.file(try ReadOnlyFile(path))
        var offset: UInt64 = 0
        while offset < store.size {
            let block = try store.bytes(at: offset, count: Int(min(1 << 20, store.size - offset)))
            try target.write(block)
            offset += UInt64(block.count)
        }
        try beforePublishing()
        _ = try target.publish(as: FileName.last(of: seal.path))
    }
}

/// The sealed bundles of an archive whose ledger is lost: what a signed checkpoint vouches for.
///
/// The catalogue beside it is not signed, but its digests make the signed root, so they are those that were sealed; names and periods
/// are those of the catalogue, and count only for finding files.
package struct SignedRegister: SealRegister {
    private let all: [RegisteredSeal]

    /// Reads the first folder that has a checkpoint of one of some keys, and the catalogue of the same bundles; nil if none has.
    package init?(_ folders: [String], archive: String, keys: [PublicKey]) {
        for folder in folders {
            guard let seals = SignedRegister.seals(in: folder, archive: archive, keys: keys) else { continue }
            all = seals
            return
        }
        return nil
    }

    private static func seals(in folder: String, archive: String, keys: [PublicKey]) -> [RegisteredSeal]? {
        func read(_ name: String) -> [UInt8]? {
            (try? ReadOnlyFile.contentsIfPresent("\(folder)/\(name)", limit: 1 << 30)) ?? nil
        }
        func json(_ name: String) -> JSONValue? { read(name).flatMap { try? JSONValue(parsing: $0) } }
        guard let bytes = read(Catalogue.checkpoint), let note = try? SignedNote(parsing: bytes),
            let checkpoint = try? Checkpoint(text: note.text), checkpoint.origin == Catalogue.origin(archive),
            keys.contains(where: { note.isSigned(by: $0, name: checkpoint.origin) }),
            let catalogue = json(Catalogue.file).flatMap(Catalogue.init)
        else { return nil }
        let entries = catalogue.years.flatMap { summary in
            json(CatalogueYear.path(summary.year)).flatMap(CatalogueYear.init)?.entries ?? []
        }.sorted { $0.position.sequence < $1.position.sequence }
        let sealed = entries.prefix(Int(clamping: checkpoint.size))
        let digests = sealed.compactMap { MerkleDigest(hexadecimal: $0.position.digest) }
        let isWhole = sealed.enumerated().allSatisfy { $0.element.position.sequence == $0.offset + 1 }
        guard isWhole, digests.count == checkpoint.size, Catalogue.tree(digests).root.bytes == checkpoint.root,
            sealed.allSatisfy({ BundleName.problem($0.position.name) == nil })
        else { return nil }
        return sealed.map(RegisteredSeal.init)
    }

    package func last() -> RegisteredSeal? { all.last }

    package func seals(from sequence: Int) -> [RegisteredSeal] { all.filter { $0.position.sequence >= sequence } }
}
