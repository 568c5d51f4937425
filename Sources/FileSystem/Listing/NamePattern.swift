import Glibc
import SystemPackage

/// A path with the wildcards of a shell: `*`, `?` and `[`.
package enum NamePattern {
    /// Whether a text has wildcards.
    package static func hasWildcards(_ text: some StringProtocol) -> Bool { text.contains(where: "*?[".contains) }

    /// Whether a path fits a pattern, whether or not anything has that name.
    package static func fits(_ pattern: String, _ path: String) -> Bool {
        fnmatch(pattern, path, FNM_PATHNAME | FNM_PERIOD) == 0
    }

    /// What has a name that fits, in the order of the locale.
    ///
    /// - Throws: if a directory on the way cannot be read.
    package static func matches(_ pattern: String) throws(FileSystemError) -> [Match] {
        guard !pattern.utf8.contains(0) else { throw FileSystemError(.list, pattern, .invalidArgument) }
        var found = glob_t()
        defer { globfree(&found) }
        switch glob(pattern, GLOB_ERR, nil, &found) {
        case 0: break
        case GLOB_NOMATCH: return []
        case GLOB_NOSPACE: throw FileSystemError(.list, pattern, .noMemory)
        default: throw FileSystemError(.list, pattern, .permissionDenied)
        }
        return (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0] }.map { path in
            let bytes = Array(UnsafeRawBufferPointer(start: path, count: strlen(path)))
            return Match(text: String(validating: bytes, as: UTF8.self), shown: TerminalText.shown(bytes[...]))
        }
    }

    /// A path that fits.
    package struct Match: Hashable, Sendable {
        /// The path; nil if it is not UTF-8.
        package let text: String?
        /// The path for people, with escapes.
        package let shown: String
    }
}
