import Glibc
import SystemPackage

/// Names in directories: making, changing and removing them.
package enum FileName {
    /// Whether a name is taken, be it by a link that leads to nothing.
    package static func isTaken(_ path: String) throws(FileSystemError) -> Bool {
        do throws(FileSystemError) {
            _ = try FileStatus(path, followsLinks: false)
            return true
        } catch {
            guard error.isMissing else { throw error }
            return false
        }
    }

    /// Makes a directory, unless the name is taken already; its parent has to be there.
    package static func makeDirectory(_ path: String) throws(FileSystemError) {
        try call(.makeDirectory, path, except: .fileExists) { mkdir(path, 0o755) }
    }

    /// Removes a name; one that is not there is no error.
    package static func remove(_ path: String) throws(FileSystemError) {
        try call(.remove, path, except: .noSuchFileOrDirectory) { unlink(path) }
    }

    /// Gives a file another name in the same file system, in place of what has that name.
    package static func rename(_ path: String, to target: String) throws(FileSystemError) {
        guard !target.utf8.contains(0) else { throw FileSystemError(.rename, target, .invalidArgument) }
        try call(.rename, path) { Glibc.rename(path, target) }
    }

    /// Requires a directory in which a file is to be made later.
    package static func requireDirectory(_ path: String) throws(FileSystemError) {
        let status: FileStatus
        do throws(FileSystemError) {
            status = try FileStatus(path)
        } catch {
            throw FileSystemError(.createInDirectory, path, reason: error.reason)
        }
        guard status.kind == .directory else { throw FileSystemError(.createInDirectory, path, .notDirectory) }
    }

    /// Whether this process may make files in a directory.
    package static func canCreate(in directory: String) -> Bool {
        faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) == 0
    }

    /// Whether this process may give a file that is there another name, once it is in a directory, as far as the sticky bit of that
    /// directory tells: there only the owner of the file or of the directory may.
    ///
    /// The superuser may everywhere. What cannot be inspected counts as possible: the attempt says more.
    package static func canRename(_ path: String, in directory: String) -> Bool {
        guard geteuid() != 0, let folder = try? FileStatus(directory), folder.isSticky, !folder.isOwn,
            let file = try? FileStatus(path, followsLinks: false)
        else { return true }
        return file.isOwn
    }

    /// Whether this process may write to a file that is there.
    package static func canWrite(_ path: String) -> Bool { faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 }

    /// The absolute path without links; nil if it leads to nothing or is not UTF-8.
    package static func resolved(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(validatingCString: found)
    }

    /// A path without links, as far as it leads to something; what is not there yet has the name that it would have.
    package static func withoutLinks(_ path: String) -> String {
        if let found = resolved(path) { return found }
        let folder = directory(of: path)
        guard folder != path else { return path }
        let base = withoutLinks(folder)
        return (base == "/" ? "" : base) + "/" + last(of: path)
    }

    /// The directory of a path.
    package static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last component of a path.
    package static func last(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// A name with an ending; a name that would become too long is cut, and a digest of the whole takes the place of the rest.
    ///
    /// There is room for the ending of a file that is written beside it, too (``DurableFile/replace(_:with:)``).
    package static func appending(_ ending: String, to name: String) -> String {
        let room = maximumBytes - DurableFile.besideEnding.utf8.count - ending.utf8.count
        guard name.utf8.count > room else { return name + ending }
        // FNV-1a: only names of one folder are to be told apart.
        let digest = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let mark = "~" + String(digest, radix: 16)
        var start = name
        while start.utf8.count > max(room - mark.utf8.count, 0), !start.isEmpty { start.removeLast() }
        return start + mark + ending
    }

    /// Bytes that the name of a file may have.
    private static let maximumBytes = 255

    /// Calls a function of the system that returns 0 on success.
    private static func call(
        _ operation: FileSystemError.Operation, _ path: String, except harmless: Errno? = nil, body: () -> Int32
    ) throws(FileSystemError) {
        guard !path.utf8.contains(0) else { throw FileSystemError(operation, path, .invalidArgument) }
        while body() != 0 {
            let error = Errno(rawValue: errno)
            if error == harmless { return }
            guard error == .interrupted else { throw FileSystemError(operation, path, error) }
        }
    }
}
