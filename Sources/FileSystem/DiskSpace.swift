import Glibc
import SystemPackage

/// Room on the file system that a path lies on.
package enum DiskSpace {
    /// Bytes that an ordinary user may still write.
    package static func available(at path: String) throws(FileSystemError) -> Int {
        var value = statvfs()
        guard statvfs(path, &value) == 0 else {
            throw FileSystemError(.inspect, path, Errno(rawValue: errno))
        }
        return Int(
            clamping: UInt64(value.f_bavail).multipliedReportingOverflow(by: UInt64(value.f_frsize)).partialValue)
    }
}
