package import FileSystem

/// Finds the files of a source.
package struct SourceFiles {
    /// Files to be read, in order.
    package private(set) var paths: [String] = []
    /// What lies there and is no file that can be read, with the reason; it must not be passed over in silence.
    package private(set) var omissions: [DirectoryListing.Omission] = []

    /// Endings of files that somebody still writes.
    private static let unfinished = [".tmp", ".part", ".partial", ".filepart"]

    /// The files that are there now; none is no error, since a feed may be silent, but a place that is gone is.
    package init(_ location: SourceLocation) throws {
        switch location {
        case .spool(let folder):
            try? list("\(folder)/\(Spool.taking)", isRecursive: false)
            try list(folder, isRecursive: false, skipping: [Spool.done, Spool.failed])
            // Moved, a link leads elsewhere, and what it leads to does not move along.
            for path in paths where (try? FileStatus(path, followsLinks: false).kind) == .link {
                omissions.append(.init(path, .link))
            }
            let links = Set(omissions.map(\.path))
            paths.removeAll(where: links.contains)
        case .files(let patterns): for pattern in patterns { try addMatches(of: pattern) }
        }
    }

    private mutating func addMatches(of pattern: String) throws {
        let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.firstIndex(where: NamePattern.hasWildcards) else {
            return try add(pattern, isNamed: true)
        }
        // A folder that is gone or closed would look like a feed that is silent.
        let base = parts[..<first].joined(separator: "/")
        _ = try DirectoryName.list(base.isEmpty ? (pattern.hasPrefix("/") ? "/" : ".") : base)
        for match in try NamePattern.matches(pattern) {
            if let path = match.text {
                try add(path, isNamed: false)
            } else {
                omissions.append(.init(match.shown, .nameNotUTF8))
            }
        }
    }

    /// Adds a file, or what a folder holds; `isNamed` if the configuration names it, so that it has to be there.
    private mutating func add(_ path: String, isNamed: Bool) throws {
        do throws(FileSystemError) {
            switch try FileStatus(path).kind {
            case .directory: try list(path, isRecursive: true)
            case .regular: if SourceFiles.isFinished(path) { paths.append(path) }
            case let kind: omissions.append(.init(path, .notRegularFile(kind)))
            }
        } catch {
            guard !isNamed, error.isMissing else { throw FileSystemError(.open, path, reason: error.reason) }
            omissions.append(.init(path, .danglingLink))
        }
    }

    /// Adds the files in a folder; hidden ones are left alone.
    private mutating func list(
        _ folder: String, isRecursive: Bool, skipping names: Set<String> = []
    ) throws(FileSystemError) {
        var rules = DirectoryListing.Rules()
        rules.isRecursive = isRecursive
        let listing = try DirectoryListing(folder, rules)
        func isWanted(_ path: String) -> Bool {
            SourceFiles.isFinished(path) && !names.contains(FileName.last(of: path))
        }
        paths += listing.files.filter(isWanted)
        omissions += listing.omissions.filter { omission in
            switch omission.reason {
            // Nothing is missing there: it holds no file, or is read under another name.
            case .emptyDirectory, .listedBefore: false
            case .nameNotUTF8, .danglingLink, .link, .directory, .notRegularFile, .unreadable: isWanted(omission.path)
            }
        }
    }

    /// Whether a name is not one of a file that somebody still writes.
    package static func isFinished(_ path: String) -> Bool { !unfinished.contains { path.hasSuffix($0) } }
}
