import FileSystem
import Glibc

/// Finds the files of a source.
struct SourceFiles {
    /// Files to be read, in order.
    private(set) var paths: [String] = []
    /// What lies there and is no file that can be read, with the reason; it must not be passed over in silence.
    private(set) var strangers: [(path: String, reason: String)] = []

    /// Endings of files that somebody still writes.
    private static let unfinished = [".tmp", ".part", ".partial", ".filepart"]

    /// The files that are there now; none is no error, since a feed may be silent, but a place that is gone is.
    init(_ place: ScheduledSource.Place) throws {
        switch place {
        case .spool(let folder):
            try? list("\(folder)/\(Spool.taking)", isRecursive: false, skipping: [])
            try list(folder, isRecursive: false, skipping: [Spool.done, Spool.failed])
        case .files(let patterns): for pattern in patterns { try addMatches(of: pattern) }
        }
    }

    private mutating func addMatches(of pattern: String) throws {
        let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.firstIndex(where: { $0.contains(where: "*?[".contains) }) else {
            return try add(pattern, isNamed: true)
        }
        // A folder that is gone or closed would look like a feed that is silent.
        let base = parts[..<first].joined(separator: "/")
        _ = try SourceFiles.names(in: base.isEmpty ? (pattern.hasPrefix("/") ? "/" : ".") : base)
        var found = glob_t()
        defer { globfree(&found) }
        switch glob(pattern, GLOB_ERR, nil, &found) {
        case 0:
            for match in (0..<Int(found.gl_pathc)).compactMap({ found.gl_pathv[$0] }) {
                guard let path = String(validatingCString: match) else {
                    strangers.append((String(cString: match), "has a name that is not UTF-8"))
                    continue
                }
                try add(path, isNamed: false)
            }
        case GLOB_NOMATCH: break
        default: throw EnvironmentError(.notPermitted, "cannot look for \"\(pattern)\": a folder cannot be read")
        }
    }

    /// Adds a file, or what a folder holds; `isNamed` if the configuration names it, so that it has to be there.
    private mutating func add(_ path: String, isNamed: Bool) throws {
        var info = stat()
        guard stat(path, &info) == 0 else {
            if isNamed {
                throw EnvironmentError(.noInput, "no such file or folder: \"\(path)\"", hint: "ls -ld \"\(path)\"")
            }
            return strangers.append((path, "leads to nothing"))
        }
        switch info.st_mode & S_IFMT {
        case S_IFDIR: try list(path, isRecursive: true, skipping: [])
        case S_IFREG: if SourceFiles.isFinished(path) { paths.append(path) }
        default: strangers.append((path, "is no regular file"))
        }
    }

    /// Adds the files in a folder; hidden ones are left alone.
    private mutating func list(_ folder: String, isRecursive: Bool, skipping names: Set<String>) throws {
        for name in try SourceFiles.names(in: folder) {
            guard let name = name.text else {
                strangers.append(("\(folder)/\(name.repaired)", "has a name that is not UTF-8"))
                continue
            }
            guard !name.hasPrefix("."), !names.contains(name), SourceFiles.isFinished(name) else { continue }
            var info = stat()
            guard stat("\(folder)/\(name)", &info) == 0 else {
                strangers.append(("\(folder)/\(name)", "leads to nothing"))
                continue
            }
            switch info.st_mode & S_IFMT {
            case S_IFREG: paths.append("\(folder)/\(name)")
            case S_IFDIR where isRecursive:
                do {
                    try list("\(folder)/\(name)", isRecursive: true, skipping: [])
                } catch {
                    strangers.append(("\(folder)/\(name)", "cannot be read"))
                }
            case S_IFDIR: strangers.append(("\(folder)/\(name)", "is a folder, in which nothing is looked for"))
            default: strangers.append(("\(folder)/\(name)", "is no regular file"))
            }
        }
    }

    private static func isFinished(_ path: String) -> Bool { !unfinished.contains { path.hasSuffix($0) } }

    /// A name in a folder; `text` is nil for one that is not UTF-8.
    struct Name {
        var text: String?
        var repaired: String
    }

    /// The names in a folder, in order.
    static func names(in folder: String) throws -> [Name] {
        guard let stream = opendir(folder) else {
            let isGone = errno == ENOENT || errno == ENOTDIR
            throw EnvironmentError(
                isGone ? .noInput : .notPermitted, "cannot read folder \"\(folder)\": \(errorText())",
                hint: "ls -ld \"\(folder)\"")
        }
        defer { closedir(stream) }
        var names: [Name] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    Name(text: String(validatingCString: $0), repaired: String(cString: $0))
                }
            }
            if name.repaired != ".", name.repaired != ".." { names.append(name) }
        }
        return names.sorted { $0.repaired.utf8.lexicographicallyPrecedes($1.repaired.utf8) }
    }
}
