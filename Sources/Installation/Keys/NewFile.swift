import CommandLineInterface
package import FileSystem

/// A small file that must not exist yet.
package enum NewFile {
    /// Refuses, before anything is written, to write over existing files.
    package static func requireAbsent(_ paths: [String], hint: Hint) throws {
        for path in paths where try FileName.isTaken(path) {
            throw CommandError(.cannotCreate, "\"\(path)\" exists and is not overwritten", hint: hint)
        }
    }
}
