import Glibc

/// The sizes of inputs, for progress.
package enum InputSizes {
    /// Whether something has that name.
    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Bytes of all inputs; 0 if one of them cannot say.
    package static func total(_ paths: [String]) -> Int {
        var sum = 0
        for path in paths {
            var info = stat()
            guard path != "-", stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return 0 }
            sum += Int(info.st_size)
        }
        return sum
    }
}
