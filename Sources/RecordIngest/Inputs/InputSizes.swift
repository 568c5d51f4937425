import FileSystem

/// The sizes of inputs, for progress.
package enum InputSizes {
    /// Bytes of all inputs; 0 if one of them cannot say.
    package static func total(_ paths: [String]) -> Int {
        var sum = 0
        for path in paths {
            guard path != "-", let size = FileStatus.size(ofRegularFile: path) else { return 0 }
            sum += size
        }
        return sum
    }
}
