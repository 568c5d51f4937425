import FileSystem

/// A folder whose files are taken in as one set, and each moved.
///
/// A file is first moved out of the writer's reach: one that comes under the same name meanwhile is another file, and
/// waits. Only one run works on it at a time.
package struct Spool {
    /// The folders in it.
    package static let taking = ".taking"
    package static let done = "done"
    package static let failed = "failed"
    /// In `done`: copies of files that were partly taken in, as they came, since those in `failed` are there to be mended.
    package static let originals = "originals"
    /// What stands beside a file that failed.
    package static let reasonSuffix = ".reason.txt"

    package let folder: String

    package init(folder: String) { self.folder = folder }

    /// Requires that files can be moved in it, before the first one is.
    package func requireUsable() throws {
        // A folder that is gone is told when it is listed.
        guard FileStatus.exists(folder) else { return }
        let own = [Spool.taking, Spool.done, Spool.failed, "\(Spool.done)/\(Spool.originals)"]
        for path in [folder] + own.map({ "\(folder)/\($0)" }) {
            guard try path == folder || FileName.isTaken(path) else { continue }
            try requireOwn(path)
            try FileName.requireDirectory(path)
            try requireOneFileSystem(path)
            guard !FileName.canCreate(in: path) else { continue }
            throw EnvironmentError(
                .cannotCreate, "files cannot be moved in \"\(path)\", expected a folder that this user may write to",
                hint: .command("ls", "-ld", .file(path)))
        }
        let mark = SpoolMark(folder)
        _ = try mark.contents()
        try DurableFile.requireReplaceable(mark.path)
    }

    /// Requires that a file can be moved out of the folder and on, so that a plan finds what a run would.
    package func requireMovable(_ path: String) throws {
        let own = FileName.directory(of: path)
        for place in Set([own, "\(folder)/\(Spool.taking)"]).sorted() where !FileName.canRename(path, in: place) {
            throw EnvironmentError(
                .io,
                "\"\(path)\" cannot be moved by the user of this run: \"\(place)\" has the sticky bit, and both belong to other users; "
                    + "expected a folder without it, or a file of this user",
                hint: .command("ls", "-ld", .file(place), .file(path)))
        }
        // A file can be mounted too.
        if let status = try? FileStatus(path, followsLinks: false),
            status.fileSystem != (try FileStatus(own).fileSystem)
        {
            throw EnvironmentError(
                .io,
                "\"\(path)\" cannot be moved: it is on another file system than \"\(own)\", expected one file system for both",
                hint: .command("df", .file(own), .file(path)))
        }
    }

    /// A link in the place of one of the spool's own folders would have files of somewhere else taken for the feed, and moved.
    private func requireOwn(_ path: String) throws {
        guard path != folder, try FileStatus(path, followsLinks: false).kind == .link else { return }
        throw EnvironmentError(
            .usage,
            "\"\(path)\" is a link, expected a folder of the spool's own: files would be moved to and from where it leads",
            hint: .command("ls", "-ld", .file(path)))
    }

    /// A folder of another file system cannot take files from this one: a file cannot be moved as a whole to it.
    private func requireOneFileSystem(_ path: String) throws {
        guard try FileStatus(path).fileSystem != FileStatus(folder).fileSystem else { return }
        throw EnvironmentError(
            .io,
            "files cannot be moved to \"\(path)\": it is on another file system than \"\(folder)\", expected one file system for both",
            hint: .command("df", .file(folder), .file(path)))
    }

    /// Moves a file out of the writer's reach; nil if it is not there any more.
    package func claim(_ path: String) throws -> String? {
        let target = "\(folder)/\(Spool.taking)"
        if path.hasPrefix(target + "/") { return path }
        return try move(path, to: target)
    }

    package func putAway(_ path: String) throws { _ = try move(path, to: "\(folder)/\(Spool.done)") }

    /// Moves a file that failed, with the reason beside it; returns where it is now.
    package func putAside(_ path: String, _ reason: String) throws -> String {
        let moved = try move(path, to: "\(folder)/\(Spool.failed)") ?? path
        try DurableFile.replace(Spool.reasonPath(of: moved), with: Array((reason + "\n").utf8))
        return moved
    }

    /// The file beside one that failed.
    private static func reasonPath(of path: String) -> String {
        FileName.directory(of: path) + "/" + reasonName(of: FileName.last(of: path))
    }

    private static func reasonName(of name: String) -> String { FileName.appending(reasonSuffix, to: name) }

    /// Whether a file lies in `done`.
    package var hasTaken: Bool { ((try? DirectoryListing("\(folder)/\(Spool.done)"))?.files.isEmpty ?? true) == false }

    /// The folders in which files are that were taken in, whole or partly, or by a run that was killed; at least one.
    package var kept: [String] {
        let done = "\(folder)/\(Spool.done)"
        let failed = "\(folder)/\(Spool.failed)"
        // A folder without files is no source of anything.
        let filled = [done, failed, "\(folder)/\(Spool.taking)"].filter {
            ((try? DirectoryListing($0))?.files.isEmpty ?? true) == false
        }
        return filled.isEmpty ? [done] : filled
    }

    /// Keeps a copy of a file that is in the ledger, and goes to `failed`: a ledger is made again only from the bytes that it read.
    ///
    /// No link: an editor may write into the file itself.
    package func keepOriginal(_ path: String) throws {
        let target = "\(folder)/\(Spool.done)/\(Spool.originals)"
        try FileName.makeDirectory("\(folder)/\(Spool.done)")
        try FileName.makeDirectory(target)
        let copy = try DurableFile(in: target)
        try copy.append(contentsOf: try ReadOnlyFile(path))
        let name = FileName.last(of: path)
        for attempt in 0..<10_000 {
            do throws(FileSystemError) {
                // One with the same bytes is the same file, which failed before.
                _ = try copy.publish(as: attempt == 0 ? name : FileName.appending(".\(attempt)", to: name))
                return
            } catch {
                guard case .otherContent = error.reason else { throw error }
            }
        }
        throw EnvironmentError(.cannotCreate, "\"\(target)\" holds 10,000 files called \"\(name)\"")
    }

    /// What failed and was not looked after yet: everything in `failed` but the reasons.
    package func failures() throws -> [String] {
        let path = "\(folder)/\(Spool.failed)"
        guard FileStatus.exists(path) else { return [] }
        let names = try DirectoryName.list(path).map(\.shown)
        let all = Set(names)
        return names.filter { !$0.hasSuffix(Spool.reasonSuffix) || all.contains(Spool.reasonName(of: $0)) }
    }

    /// The files that nobody has read in full, if this is a spool no more: those that failed, and those that wait.
    package func waiting() -> (failed: [String], unread: [String]) {
        let failed = ((try? failures()) ?? []).map { "\(folder)/\(Spool.failed)/\($0)" }
        let files = try? SourceFiles(.spool(folder))
        return (failed, (files?.paths ?? []) + (files?.omissions ?? []).map(\.path))
    }

    /// Gives a file a name in a folder that nothing there has; nil if the file is gone.
    private func move(_ path: String, to target: String) throws -> String? {
        try FileName.makeDirectory(target)
        let name = path.split(separator: "/").last.map(String.init) ?? path
        for attempt in 0..<10_000 {
            let destination = "\(target)/" + (attempt == 0 ? name : FileName.appending(".\(attempt)", to: name))
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
    package struct State: Equatable {
        private var size: Int?
        private var modified: FileStatus.Time?

        package init(_ path: String) {
            let status = try? FileStatus(path)
            size = status?.size
            modified = status?.modified
        }
    }
}
