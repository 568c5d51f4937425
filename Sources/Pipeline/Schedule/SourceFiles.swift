import BundleExport
import Glibc

/// Finds the files of a source, and moves those of a spool folder when they are done with.
enum SourceFiles {
    /// The folders in a spool folder.
    static let (done, failed) = ("done", "failed")
    /// What stands beside a file that failed.
    static let reasonSuffix = ".reason.txt"
    /// Endings of files that somebody still writes.
    private static let unfinished = [".tmp", ".part", ".partial", ".filepart"]

    /// The files that are there now, in order; none is no error, since a feed may be silent.
    static func files(_ place: ScheduledSource.Place) throws -> [String] {
        switch place {
        case .spool(let folder): return try regularFiles(in: folder)
        case .files(let patterns):
            var paths: [String] = []
            for pattern in patterns {
                for match in try matches(pattern) {
                    paths += isDirectory(match) ? try InputList.expand([match]) : [match]
                }
            }
            return paths.filter(isFinished)
        }
    }

    /// Names of what failed in a spool folder and was not looked after yet.
    static func failures(_ place: ScheduledSource.Place) throws -> [String] {
        guard case .spool(let folder) = place, isDirectory("\(folder)/\(failed)") else { return [] }
        return try regularFiles(in: "\(folder)/\(failed)").filter { !$0.hasSuffix(reasonSuffix) }
    }

    /// Moves a file of a spool folder out of the way; one of that name that is there already stays.
    ///
    /// Returns the new path.
    @discardableResult
    static func move(_ path: String, to folder: String, reason: String? = nil) throws -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let target = (parts.dropLast() + [Substring(folder)]).joined(separator: "/")
        guard mkdir(target, 0o755) == 0 || errno == EEXIST else {
            throw EnvironmentError(
                .cannotCreate, "cannot make \"\(target)\": \(errorText())", hint: "ls -ld \"\(target)\"")
        }
        let name = String(parts.last ?? "")
        for attempt in 0..<10_000 {
            let destination = "\(target)/\(name)" + (attempt == 0 ? "" : ".\(attempt)")
            // Links and unlinks, since a rename would replace what is there.
            if link(path, destination) == 0 {
                if let reason { try DurableFile.replace(destination + reasonSuffix, with: Array((reason + "\n").utf8)) }
                guard unlink(path) == 0 else {
                    throw EnvironmentError(.io, "cannot move \"\(path)\": \(errorText())", hint: "ls -ld \"\(path)\"")
                }
                return destination
            }
            let error = errno
            // A run that ended between the two calls: the file has its new name already.
            if error == EEXIST, isSame(path, destination) {
                unlink(path)
                return destination
            }
            guard error == EEXIST else {
                throw EnvironmentError(.io, "cannot move \"\(path)\" to \"\(target)\": \(errorText())")
            }
        }
        throw EnvironmentError(.cannotCreate, "\"\(target)\" holds 10,000 files called \"\(name)\"")
    }

    private static func isFinished(_ path: String) -> Bool { !unfinished.contains { path.hasSuffix($0) } }

    private static func regularFiles(in folder: String) throws -> [String] {
        guard let stream = opendir(folder) else {
            throw EnvironmentError(
                .noInput, "cannot read folder \"\(folder)\": \(errorText())", hint: "mkdir -p \"\(folder)\"")
        }
        defer { closedir(stream) }
        var paths: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var info = stat()
            guard !name.hasPrefix("."), stat("\(folder)/\(name)", &info) == 0, info.st_mode & S_IFMT == S_IFREG
            else { continue }
            paths.append("\(folder)/\(name)")
        }
        return paths.filter(isFinished).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The paths that a shell pattern stands for.
    private static func matches(_ pattern: String) throws -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        switch glob(pattern, 0, nil, &found) {
        case 0: return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
        case GLOB_NOMATCH: return []
        default: throw EnvironmentError(.io, "cannot look for \"\(pattern)\": \(errorText())")
        }
    }

    private static func isSame(_ left: String, _ right: String) -> Bool {
        var (own, other) = (stat(), stat())
        return stat(left, &own) == 0 && stat(right, &other) == 0 && own.st_ino == other.st_ino
            && own.st_dev == other.st_dev
    }

    private static func isDirectory(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }
}
