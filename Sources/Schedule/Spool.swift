import BundleExport
import FileSystem
import Glibc

/// A folder whose files are taken in one by one, and moved.
///
/// A file is first moved out of the writer's reach: one that comes under the same name meanwhile is another file, and
/// waits. Only one run works on it at a time.
struct Spool {
    /// The folders in it.
    static let (taking, done, failed) = (".taking", "done", "failed")
    /// What stands beside a file that failed.
    private static let reasonSuffix = ".reason.txt"

    let folder: String

    /// Moves a file out of the writer's reach; nil if it is not there any more.
    func take(_ path: String) throws -> String? {
        let target = "\(folder)/\(Spool.taking)"
        if path.hasPrefix(target + "/") { return path }
        return try move(path, to: target)
    }

    func putAway(_ path: String) throws { _ = try move(path, to: "\(folder)/\(Spool.done)") }

    /// Moves a file that failed, with the reason beside it; returns where it is now.
    func putAside(_ path: String, _ reason: String) throws -> String {
        let moved = try move(path, to: "\(folder)/\(Spool.failed)") ?? path
        try DurableFile.replace(moved + Spool.reasonSuffix, with: Array((reason + "\n").utf8))
        return moved
    }

    /// What failed and was not looked after yet: everything in `failed` but the reasons.
    func failures() throws -> [String] {
        let path = "\(folder)/\(Spool.failed)"
        guard InputSizes.exists(path) else { return [] }
        let names = try SourceFiles.names(in: path).map(\.repaired)
        let all = Set(names)
        return names.filter { !$0.hasSuffix(Spool.reasonSuffix) || all.contains($0 + Spool.reasonSuffix) }
    }

    /// Gives a file a name in a folder that nothing there has; nil if the file is gone.
    private func move(_ path: String, to target: String) throws -> String? {
        guard mkdir(target, 0o755) == 0 || errno == EEXIST else {
            throw EnvironmentError(
                .cannotCreate, "cannot make \"\(target)\": \(errorText())", hint: "ls -ld \"\(folder)\"")
        }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        for attempt in 0..<10_000 {
            let destination = "\(target)/\(name)" + (attempt == 0 ? "" : ".\(attempt)")
            var info = stat()
            guard lstat(destination, &info) != 0 else { continue }
            if rename(path, destination) == 0 { return destination }
            if errno == ENOENT { return nil }
            throw EnvironmentError(
                .io, "cannot move \"\(path)\" to \"\(target)\": \(errorText())", hint: "ls -ld \"\(target)\"")
        }
        throw EnvironmentError(.cannotCreate, "\"\(target)\" holds 10,000 files called \"\(name)\"")
    }

    /// Size and time of a file: one that somebody still writes to does not stay the same.
    struct State: Equatable {
        private var size: Int
        private var seconds: Int
        private var nanoseconds: Int

        init(_ path: String) {
            var info = stat()
            let isThere = stat(path, &info) == 0
            size = isThere ? Int(info.st_size) : -1
            (seconds, nanoseconds) = (info.st_mtim.tv_sec, info.st_mtim.tv_nsec)
        }
    }
}
