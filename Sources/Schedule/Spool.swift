import FileSystem

/// A folder whose files are taken in one by one, and moved.
///
/// A file is first moved out of the writer's reach: one that comes under the same name meanwhile is another file, and
/// waits. Only one run works on it at a time.
struct Spool {
    /// The folders in it.
    static let taking = ".taking"
    static let done = "done"
    static let failed = "failed"
    /// What stands beside a file that failed.
    static let reasonSuffix = ".reason.txt"

    let folder: String

    /// Requires that files can be moved in it, before the first one is.
    func requireUsable() throws {
        // A folder that is gone is told when it is listed.
        guard FileStatus.exists(folder) else { return }
        for path in [folder] + [Spool.taking, Spool.done, Spool.failed].map({ "\(folder)/\($0)" }) {
            guard try path == folder || FileName.isTaken(path) else { continue }
            try FileName.requireDirectory(path)
            guard !FileName.canCreate(in: path) else { continue }
            throw EnvironmentError(
                .cannotCreate, "files cannot be moved in \"\(path)\", expected a folder that this user may write to",
                hint: .command("ls", "-ld", .file(path)))
        }
    }

    /// Moves a file out of the writer's reach; nil if it is not there any more.
    func claim(_ path: String) throws -> String? {
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
        guard FileStatus.exists(path) else { return [] }
        let names = try DirectoryName.list(path).map(\.shown)
        let all = Set(names)
        return names.filter { !$0.hasSuffix(Spool.reasonSuffix) || all.contains($0 + Spool.reasonSuffix) }
    }

    /// Gives a file a name in a folder that nothing there has; nil if the file is gone.
    private func move(_ path: String, to target: String) throws -> String? {
        try FileName.makeDirectory(target)
        let name = path.split(separator: "/").last.map(String.init) ?? path
        for attempt in 0..<10_000 {
            let destination = "\(target)/\(name)" + (attempt == 0 ? "" : ".\(attempt)")
            guard try !FileName.isTaken(destination) else { continue }
            do throws(FileSystemError) {
                try FileName.rename(path, to: destination)
                return destination
            } catch {
                guard try FileName.isTaken(path) else { return nil }
                throw error
            }
        }
        throw EnvironmentError(.cannotCreate, "\"\(target)\" holds 10,000 files called \"\(name)\"")
    }

    /// Size and time of a file: one that somebody still writes to does not stay the same.
    struct State: Equatable {
        private var size: Int?
        private var modified: FileStatus.Time?

        init(_ path: String) {
            let status = try? FileStatus(path)
            size = status?.size
            modified = status?.modified
        }
    }
}
