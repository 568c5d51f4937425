import BundleFormat
package import FileSystem
package import ReceivedFiles
import RecordContent
import StrictJSON
import ZipFormat

/// A received bundle of which nothing is verified yet: whatever it holds may be a lie.
package struct UnverifiedBundle: Sendable {
    package let archive: ReceivedFiles
    /// The bundle's name: that of its directory, which a ZIP as it was made has; else the one in `bundle.json`.
    ///
    /// nil if the files do not share a directory.
    package let name: String?
    /// Files by path below the directory.
    package let entries: [String: ReceivedFile]
    /// Paths of files that are there and cannot be read, since their entries have a problem.
    package let withheld: Set<String>

    /// Opens a file or a folder; throws only if it cannot be read.
    package init(path: String) throws(FileSystemError) {
        self.init(try ReceivedFiles(path: path))
    }

    /// A bundle in memory that would stand in a file of that name.
    package init(bytes: [UInt8], fileName: String) throws(FileSystemError) {
        self.init(try ReceivedFiles(.memory(bytes), fileName: fileName))
    }

    private init(_ archive: ReceivedFiles) {
        self.archive = archive
        entries = archive.files
        withheld = archive.withheld
        switch archive.shape {
        case .asMade, .broken: name = archive.root
        case .repacked, .folder:
            // Whoever unpacks a bundle may give its directory any name.
            let file = archive.files[BundlePath.bundle].flatMap { entry in
                entry.uncompressedSize <= UInt64(VerifierLimits.bytes(of: BundlePath.bundle))
                    ? try? UnverifiedBundle.bytes(entry, of: archive) : nil
            }
            let stated = file.flatMap { try? JSONValue(parsing: $0) }?["name"]?.string
            name = stated.flatMap { BundleName.problem($0) == nil ? $0 : nil } ?? archive.root
        }
    }

    private static func bytes(_ entry: ReceivedFile, of archive: ReceivedFiles) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var reader = try archive.reader(for: entry)
        try reader.forEachBlock { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// The inflated bytes of a file that is held as a whole; nil if it is not there.
    ///
    /// Throws ``ReadProblem`` if it is broken, or longer than files of its kind are; then nothing is inflated.
    package func bytes(_ path: String) throws(ReadProblem) -> [UInt8]? {
        guard let entry = entries[path] else { return nil }
        guard entry.uncompressedSize <= UInt64(VerifierLimits.bytes(of: path)) else { throw ReadProblem.tooLong(path) }
        do {
            return try UnverifiedBundle.bytes(entry, of: archive)
        } catch {
            throw ReadProblem.broken(path, "\(error)")
        }
    }

    /// Whether a file is what was computed, compared while it is inflated; nil if it is not there or cannot be read.
    ///
    /// A file of another length is not inflated.
    package func isEqual(_ path: String, to expected: [UInt8]) -> Bool? {
        guard let entry = entries[path] else { return nil }
        guard entry.uncompressedSize == UInt64(expected.count) else { return false }
        var offset = 0
        var isSame = true
        do {
            var reader = try archive.reader(for: entry)
            try reader.forEachBlock { block in
                let end = offset + block.count
                isSame =
                    isSame && end <= expected.count && expected[offset..<min(end, expected.count)].elementsEqual(block)
                offset = end
            }
        } catch {
            return nil
        }
        return isSame
    }
}

extension UnverifiedBundle {
    /// The bytes of a file; nil if it is not there or cannot be read, of which other checks say why.
    package func content(_ path: String) -> [UInt8]? { try? bytes(path) }
}

/// A file of the bundle cannot be read.
package enum ReadProblem: Error {
    case broken(String, String)
    /// Over a limit, so that its checks are skipped.
    case tooLong(String)

    package var text: String {
        switch self {
        case .broken(let path, let reason): "\(path): \(reason)"
        case .tooLong(let path): "\(path): over the verifier's limit"
        }
    }
}

/// The limits of docs/bundle-format.md, section 9.
package enum VerifierLimits {
    /// A line of a file that is read line by line.
    package static func lineBytes(of path: String) -> Int {
        path == BundlePath.corrections ? FormatLimits.correctionBytes : FormatLimits.lineBytes
    }
    /// A file other than the tables and the trail.
    package static let fileBytes = 1 << 30
    /// Bytes of a file that is held as a whole, by its kind.
    ///
    /// JSON takes up to forty times its bytes while it is decoded; lists of sources and positions are read element by element.
    package static func bytes(of path: String) -> Int {
        switch path {
        case BundlePath.manifest: 16 << 20
        case BundlePath.sources, BundlePath.series: 64 << 20
        case BundlePath.signature, BundlePath.tagManifest, BundlePath.bagit, BundlePath.bagInfo: signatureBytes
        case _ where path.hasSuffix(".html"): 32 << 20
        default: 4 << 20
        }
    }
    /// Files that are read line by line, whatever their length.
    package static let unlimited: Set<String> = [
        BundlePath.trail, BundlePath.deployments, BundlePath.transitions, BundlePath.findings, BundlePath.findingTable,
        BundlePath.rejected, BundlePath.log, BundlePath.corrections,
    ]
    /// A catalogue has some hundred bytes for each bundle.
    package static let catalogueBytes = 64 << 20
    /// Signature files are a few hundred bytes.
    package static let signatureBytes = 1 << 20
}
