package import FileSystem

/// What is in an archive's folder, by name and kind of file: run, repair and verify judge by this alone, so that they agree.
///
/// Links are not followed: what they lead to is not the archive's.
package struct ArchiveListing: Sendable, Equatable {
    /// Paths of files that have to be sealed bundles, relative to the folder, in byte order.
    package private(set) var bundles: [String] = []
    /// Folders that hold a catalogue, relative to the archive's, each of which has to be that of a year.
    package private(set) var catalogued: [String] = []
    /// What could be taken for a bundle, or hide one, with the reason.
    package private(set) var strays: [Stray] = []
    /// What a repair gave another name, and what is in it: no part of the archive.
    package private(set) var setAside: [String] = []

    /// A name that does not belong into the folder.
    package struct Stray: Sendable, Equatable {
        package let path: String
        /// Why not, to be put behind the path.
        package let reason: String

        package init(_ path: String, _ reason: String) {
            self.path = path
            self.reason = reason
        }
    }

    /// Lists a folder and all folders in it; throws only if the folder itself cannot be listed.
    package init(_ folder: String) throws(FileSystemError) {
        var rules = DirectoryListing.Rules()
        rules.followsLinks = false
        rules.includesHidden = true
        // What cannot be read is reported by whoever wants to read it.
        rules.checksAccess = false
        let listing = try DirectoryListing(folder, rules)
        let prefix = folder.hasSuffix("/") ? folder.utf8.count : folder.utf8.count + 1
        func own(_ path: String) -> String { String(path.utf8.dropFirst(prefix)) ?? path }
        for file in listing.files { add(own(file)) }
        for omission in listing.omissions where omission.reason != .emptyDirectory {
            add(Stray(own(omission.path), omission.reason.phrase))
        }
        bundles.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private mutating func add(_ path: String) {
        let name = path.split(separator: "/").last ?? ""
        if ArchiveListing.isSetAside(path) {
            setAside.append(path)
        } else if name.hasSuffix(".zip"), !name.hasPrefix(".") {
            bundles.append(path)
        } else if name == Catalogue.file, path != name {
            catalogued.append(String(path.dropLast(name.utf8.count + 1)))
        } else if name.lowercased().hasSuffix(".zip") {
            strays.append(Stray(path, "looks like a bundle and is none of the archive's"))
        }
    }

    private mutating func add(_ stray: Stray) {
        if ArchiveListing.isSetAside(stray.path) { setAside.append(stray.path) } else { strays.append(stray) }
    }

    /// Bytes that a file of the folder, but for bundles and pages, may have; and one that is kept of it beside the ledger.
    ///
    /// The longest have a kilobyte for each bundle.
    package static let maximumFile = 256 << 20

    /// The ending of what a repair gives another name; a number follows where the name is taken.
    package static let setAsideEnding = ".damaged"

    /// Whether a path, or a folder on it, has a name that a repair gives.
    package static func isSetAside(_ path: String) -> Bool {
        path.split(separator: "/").contains { name in
            guard let range = name.ranges(of: setAsideEnding).last else { return false }
            let rest = name[range.upperBound...]
            return rest.isEmpty || (rest.hasPrefix("-") && Int(rest.dropFirst()).map { $0 > 1 } == true)
        }
    }
}
