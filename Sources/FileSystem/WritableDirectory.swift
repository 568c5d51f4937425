import Glibc

/// Directories that files are to be made in.
package enum WritableDirectory {
    /// The directory that a file is to stand in.
    package static func checkParent(of path: String) throws {
        guard let end = path.lastIndex(of: "/") else { return }
        try check(end == path.startIndex ? "/" : String(path[..<end]))
    }

    /// A directory that is not there is an error: a volume may not be mounted.
    package static func check(_ path: String) throws {
        var info = stat()
        guard stat(path, &info) != 0 else { return }
        throw EnvironmentError(
            .cannotCreate, "cannot write to directory \"\(path)\": \(errorText())", hint: "mkdir -p \"\(path)\"")
    }

    /// Makes a folder in one that has to be there.
    package static func make(_ path: String) throws {
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw EnvironmentError(
                .cannotCreate, "cannot make \"\(path)\": \(errorText())", hint: "mkdir -p \"\(path)\"")
        }
    }
}

/// The text of the last failed call.
package func errorText() -> String { String(cString: strerror(errno)) }

/// Removes a file, if it is there.
package func removeFile(_ path: String) { unlink(path) }
