import Foundation
import Testing

/// Public test suites, kept beside the repository or where `CARTULARY_VECTORS` says.
enum Vectors {
    static let folder: URL =
        ProcessInfo.processInfo.environment["CARTULARY_VECTORS"].map { URL(fileURLWithPath: $0) }
        ?? CommandFolder.root.deletingLastPathComponent().appending(path: "shared/vectors")

    static let absence: Comment = "the public vectors are absent; CARTULARY_VECTORS names their folder"

    static func arePresent(_ suite: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: suite).path)
    }
}
