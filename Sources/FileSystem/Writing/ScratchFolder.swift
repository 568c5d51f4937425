import Glibc

/// A folder for files that one command needs while it works; nobody else can read it, and it goes with its last user.
///
/// It holds files alone, no folders.
package final class ScratchFolder: Sendable {
    package let path: String

    /// Makes a folder with a name of its own in a folder for temporary files.
    package init(in parent: String) throws(FileSystemError) {
        var template = (parent + "/cartulary.XXXXXX").utf8CString
        let isMade = template.withUnsafeMutableBufferPointer { $0.baseAddress.map { mkdtemp($0) != nil } ?? false }
        guard isMade else { throw FileSystemError.last(.makeDirectory, parent) }
        path = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? parent }
    }

    deinit {
        for name in (try? DirectoryName.list(path)) ?? [] {
            if let text = name.text { unlink("\(path)/\(text)") }
        }
        rmdir(path)
    }
}
