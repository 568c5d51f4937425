/// The environment did not do what was asked: never a statement about records.
package struct EnvironmentError: Error, Sendable, Equatable {
    /// The kinds, which decide the exit status (docs/exit-codes.md).
    package enum Kind: Sendable, Equatable {
        case usage, unreadableInput, noInput, cannotCreate, io, notPermitted, brokenChain, locked
    }

    package var kind: Kind
    /// What went wrong, where, and what was expected; lower case, no full stop.
    package var message: String
    /// What to do about it, if something helps.
    package var hint: Hint?

    package init(_ kind: Kind, _ message: String, hint: Hint? = nil) {
        self.kind = kind
        self.message = message
        self.hint = hint
    }
}

extension EnvironmentError {
    /// What an error of the file system means for a run, and a command that helps.
    package init(_ error: FileSystemError) {
        self.init(EnvironmentError.kind(error), error.message, hint: EnvironmentError.hint(error))
    }

    private static func kind(_ error: FileSystemError) -> Kind {
        if case .tooLong = error.reason { return .usage }
        switch error.operation {
        case .open, .list, .inspect: return error.isMissing ? .noInput : .io
        case .create, .createInDirectory, .makeDirectory: return .cannotCreate
        case .read, .readInDirectory, .write, .writeInDirectory, .sync, .rename, .remove, .lock: return .io
        }
    }

    private static func hint(_ error: FileSystemError) -> Hint? {
        let path = ShellCommand.Part.file(bytes: error.pathBytes)
        if error.isFull { return .command("df", "-h", path) }
        switch error.operation {
        case .create where error.reason == .otherContent:
            return
                "take another name with --name, or move the file away: \(ShellCommand("mv", path, .file(error.path + ".old")))"
        case .createInDirectory, .makeDirectory:
            return error.isMissing && !error.isNotDirectory
                ? .command("mkdir", "-p", path) : .command("ls", "-ld", path)
        case .create: return .command("ls", "-ld", .file(FileName.directory(of: error.path)))
        case .open, .list, .inspect, .rename, .remove, .lock:
            return error.isMissing ? listing(error.path) : .command("ls", "-ld", path)
        case .read, .readInDirectory, .write, .writeInDirectory, .sync: return nil
        }
    }

    /// What is there in place of a path that leads to nothing: the nearest directory above it, or the link that it is.
    private static func listing(_ path: String) -> Hint {
        if (try? FileName.isTaken(path)) == true { return .command("ls", "-ld", .file(path)) }
        var directory = FileName.directory(of: path)
        while !FileStatus.exists(directory), directory != "/", directory != "." {
            directory = FileName.directory(of: directory)
        }
        return .command("ls", "-la", .file(directory))
    }
}

/// Inputs that cannot be read, each with its reason; nothing was made before.
package struct UnreadableInputs: Error, Sendable {
    /// At least one; in the order of the inputs.
    package let problems: [EnvironmentError]

    package init(problems: [EnvironmentError]) { self.problems = problems }

    /// The kind that decides the exit status: what is not there weighs less than what may not be read.
    package var kind: EnvironmentError.Kind { problems.allSatisfy { $0.kind == .noInput } ? .noInput : .io }
}
