package import Foundation

/// A public test suite: files of another project, kept outside this repository (docs/reliability.md).
///
/// `CARTULARY_VECTORS` names the folder of all suites; without it, that is `shared/vectors` beside the repository. Tests that
/// need a suite are skipped, with ``absence`` as the reason, if it is not there.
package struct PublicSuite: Sendable {
    package static let jsonTestSuite = PublicSuite(path: "json/JSONTestSuite")
    package static let canonicalJSON = PublicSuite(path: "jcs")
    package static let merkle = PublicSuite(path: "merkle")
    package static let sshSignatures = PublicSuite(path: "sshsig")
    package static let wycheproof = PublicSuite(path: "wycheproof")

    private static let folderOfAll: URL = {
        let named = ProcessInfo.processInfo.environment["CARTULARY_VECTORS"] ?? ""
        guard named.isEmpty else { return URL(fileURLWithPath: named) }
        return Repository.root.deletingLastPathComponent().appending(path: "shared/vectors")
    }()

    /// The path below the folder of all suites.
    let path: String

    package var folder: URL { Self.folderOfAll.appending(path: path) }

    package var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

    /// Why a test that needs the suite is skipped.
    package var absence: String {
        "the public suite \(path) is absent; CARTULARY_VECTORS names the folder of the suites (docs/reliability.md)"
    }

    /// Reads a file by its path in the suite.
    package func bytes(_ file: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appending(path: file))) }

    /// Paths in the suite of the files in it, or in a folder of it, and in the folders below, in order.
    package func files(in subfolder: String = "") throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.appending(path: subfolder).path).sorted().map {
            subfolder.isEmpty ? $0 : "\(subfolder)/\($0)"
        }
    }
}
