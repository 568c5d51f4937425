import Glibc
import SystemPackage

/// A name in a directory.
package struct DirectoryName: Hashable, Sendable {
    /// The name; nil if it is not UTF-8.
    package let text: String?
    /// The name for people, with escapes.
    package let shown: String
    /// What the directory says the name belongs to; `unknown` where the file system does not say it there.
    package let kind: FileStatus.Kind
    let bytes: [UInt8]

    fileprivate init(_ bytes: [UInt8], _ kind: FileStatus.Kind) {
        self.bytes = bytes
        self.kind = kind
        text = String(validating: bytes, as: UTF8.self)
        shown = TerminalText.shown(bytes[...])
    }

    /// Whether it begins with a dot.
    package var isHidden: Bool { bytes.first == UInt8(ascii: ".") }

    /// Names in a directory in byte order, `.` and `..` left out.
    package static func list(_ directory: String) throws(FileSystemError) -> [DirectoryName] {
        try listWithIdentity(directory, followsLinks: true).names
    }

    /// The same with what makes the directory another one than others.
    static func listWithIdentity(
        _ directory: String, followsLinks: Bool
    ) throws(FileSystemError) -> (names: [DirectoryName], identity: FileStatus.Identity) {
        var options: FileDescriptor.OpenOptions = .directory
        if !followsLinks { options.insert(.noFollow) }
        let descriptor = try FileDescriptor.open(directory, .readOnly, options: options, for: .list)
        guard let status = try? FileStatus(of: descriptor), let stream = fdopendir(descriptor.rawValue) else {
            let error = Errno(rawValue: errno)
            descriptor.discard()
            throw FileSystemError(.list, directory, error)
        }
        defer { closedir(stream) }
        var names: [DirectoryName] = []
        while let name = try next(stream, directory) {
            if name.bytes != [0x2E], name.bytes != [0x2E, 0x2E] { names.append(name) }
        }
        names.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        return (names, status.identity)
    }

    private static func next(
        _ stream: OpaquePointer, _ directory: String
    ) throws(FileSystemError) -> DirectoryName? {
        errno = 0
        guard let entry = readdir(stream) else {
            guard errno == 0 else { throw FileSystemError(.list, directory, Errno(rawValue: errno)) }
            return nil
        }
        let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
        return DirectoryName(bytes, kind(entry.pointee.d_type))
    }

    private static func kind(_ type: UInt8) -> FileStatus.Kind {
        switch Int(type) {
        case DT_REG: .regular
        case DT_DIR: .directory
        case DT_LNK: .link
        case DT_FIFO: .pipe
        case DT_SOCK: .socket
        case DT_CHR: .characterDevice
        case DT_BLK: .blockDevice
        default: .unknown
        }
    }
}
