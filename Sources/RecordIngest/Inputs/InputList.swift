package import FileSystem

/// The inputs of a run: files, directories and `-`, as named on the command line.
package struct InputList: Sendable {
    /// Paths of regular files, and `-`, in the order of the names; those of a directory by path.
    package private(set) var paths: [String] = []
    /// Directories that are not read again under another name.
    package private(set) var repeated: [DirectoryListing.Omission] = []
    private var problems: [EnvironmentError] = []
    private let allowsEmpty: Bool

    /// Finds the files behind the names: a directory stands for the regular files in it, hidden ones left out.
    ///
    /// Nothing is opened. Throws ``UnreadableInputs`` with every name that stands for nothing, or for nothing that can be
    /// read; ``EnvironmentError`` when standard input is named twice.
    package init(_ names: [String], allowsEmpty: Bool = false) throws {
        self.allowsEmpty = allowsEmpty
        for name in names {
            if name == "-" {
                guard !paths.contains("-") else {
                    throw EnvironmentError(.usage, "standard input named twice, expected \"-\" once")
                }
                paths.append(name)
            } else {
                add(name)
            }
        }
        guard problems.isEmpty else { throw UnreadableInputs(problems: problems) }
    }

    /// The files behind the names.
    package static func expand(_ names: [String]) throws -> [String] { try InputList(names).paths }

    private mutating func add(_ name: String) {
        do throws(FileSystemError) {
            if try FileStatus(name).kind == .directory {
                try addFiles(in: name)
            } else {
                try ByteStream.checkReadable(name)
                paths.append(name)
            }
        } catch {
            let isMissing = error.operation == .inspect
            problems.append(
                EnvironmentError(isMissing ? FileSystemError(.open, name, reason: error.reason) : error))
        }
    }

    private mutating func addFiles(in directory: String) throws(FileSystemError) {
        let listing = try DirectoryListing(directory)
        paths += listing.files.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for omission in listing.omissions {
            if omission.reason == .listedBefore {
                repeated.append(omission)
            } else if omission.reason != .emptyDirectory || !allowsEmpty {
                problems.append(
                    EnvironmentError(
                        FileSystemError(
                            .open, omission.path, reason: .passedOver(omission.reason), bytes: omission.bytes)))
            }
        }
    }
}
