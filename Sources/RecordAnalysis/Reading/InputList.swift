import FileSystem
import Glibc

/// The inputs of a run: files, directories and `-`, as named on the command line.
package enum InputList {
    /// The files behind the names: a directory stands for the regular files in it, by name, hidden ones left out.
    ///
    /// Throws ``EnvironmentError`` when a name stands for nothing, or for nothing that can be read.
    package static func expand(_ names: [String]) throws -> [String] {
        var paths: [String] = []
        for name in names {
            if name == "-" {
                guard !paths.contains("-") else {
                    throw EnvironmentError(.usage, "standard input named twice, expected \"-\" once")
                }
                paths.append(name)
                continue
            }
            var info = stat()
            guard stat(name, &info) == 0 else {
                throw EnvironmentError(.noInput, "no such input: \"\(name)\"", hint: "ls -l \"\(name)\"")
            }
            paths += info.st_mode & S_IFMT == S_IFDIR ? try files(in: name) : [name]
        }
        return paths
    }

    private static func files(in directory: String) throws -> [String] {
        guard let stream = opendir(directory) else {
            throw EnvironmentError(.noInput, "cannot read directory \"\(directory)\": \(errorText())")
        }
        defer { closedir(stream) }
        var paths: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard !name.hasPrefix(".") else { continue }
            let path = directory + "/" + name
            var info = stat()
            guard stat(path, &info) == 0 else { continue }
            if info.st_mode & S_IFMT == S_IFDIR {
                paths += try files(in: path)
            } else if info.st_mode & S_IFMT == S_IFREG {
                paths.append(path)
            }
        }
        guard !paths.isEmpty else {
            throw EnvironmentError(.noInput, "no files in directory \"\(directory)\"", hint: "ls -lA \"\(directory)\"")
        }
        return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
