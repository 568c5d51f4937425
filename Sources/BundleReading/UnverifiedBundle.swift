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
    /// What the manifests list, and the digests of files.
    package let digests: ListedDigests

    /// Opens a file or a folder; throws only if it cannot be read.
    package init(path: String) throws(FileSystemError) {
        self.init(try ReceivedFiles(path: path))
    }

    /// Opens a file that has no name yet, as if it stood under a name.
    package init(path: String, named fileName: String) throws(FileSystemError) {
        self.init(try ReceivedFiles(.file(ReadOnlyFile(path)), fileName: fileName))
    }

    /// A bundle in memory that would stand in a file of that name.
    package init(bytes: [UInt8], fileName: String) throws(FileSystemError) {
        self.init(try ReceivedFiles(.memory(bytes), fileName: fileName))
    }

    private init(_ archive: ReceivedFiles) {
        self.archive = archive
        entries = archive.files
        withheld = archive.withheld
        let digests = ListedDigests.read { (path) throws(ReadProblem) in
            try UnverifiedBundle.held(path, archive.files[path], of: archive)
        }
        self.digests = digests
        switch archive.shape {
        case .asMade, .broken: name = archive.root
        case .repacked, .folder:
            // Whoever unpacks a bundle may give its directory any name.
            name = UnverifiedBundle.statedName(archive, digests) ?? archive.root
        }
    }

    /// The name in `bundle.json`, if that is the file that the manifests list.
    private static func statedName(_ archive: ReceivedFiles, _ digests: ListedDigests) -> String? {
        guard let file = try? held(BundlePath.bundle, archive.files[BundlePath.bundle], of: archive),
            ContentDigest.hexadecimal(of: file) == digests.listed(BundlePath.bundle),
            let name = (try? JSONValue(parsing: file))?["name"]?.string, BundleName.problem(name) == nil
        else { return nil }
        return name
    }

    private static func bytes(_ entry: ReceivedFile, of archive: ReceivedFiles) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var reader = try archive.reader(for: entry)
        try reader.forEachBlock { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// The inflated bytes of a file that is held as a whole; nil if it is not there.
    ///
    /// Throws ``ReadProblem`` if it is broken, or longer than files of its kind are, or not what the manifests list; what is
    /// too long is not inflated.
    package func bytes(_ path: String) throws(ReadProblem) -> [UInt8]? {
        guard let entry = entries[path] else { return nil }
        try requireListed(path)
        return try UnverifiedBundle.held(path, entry, of: archive)
    }

    private static func held(
        _ path: String, _ entry: ReceivedFile?, of archive: ReceivedFiles
    ) throws(ReadProblem) -> [UInt8]? {
        guard let entry else { return nil }
        guard entry.uncompressedSize <= UInt64(VerifierLimits.bytes(of: path)) else { throw ReadProblem.tooLong(path) }
        do {
            return try UnverifiedBundle.bytes(entry, of: archive)
        } catch {
            throw ReadProblem.broken(path, "\(error)")
        }
    }

    /// Whether a file is what was computed, compared while it is inflated; nil if it is not there or cannot be read.
    ///
    /// A file of another length is not inflated. This is no parsing: it tells of an altered file, too, that it differs.
    package func isEqual(_ path: String, to expected: [UInt8]) -> Bool? {
        guard let entry = entries[path] else { return nil }
        guard entry.uncompressedSize == UInt64(expected.count) else { return false }
        switch compare(path, with: expected) {
        case .equal: return true
        case .different: return false
        case .unreadable: return nil
        }
    }

    /// How a file compares with what was computed.
    package enum Comparison: Sendable {
        case equal
        /// It differs behind so many bytes.
        case different(behind: Int)
        /// It is not there, or cannot be read.
        case unreadable
    }

    /// Compares a file with what was computed, while it is inflated; nothing of it is held.
    package func compare(_ path: String, with expected: [UInt8]) -> Comparison {
        guard let entry = entries[path] else { return .unreadable }
        var offset = 0
        var difference: Int?
        do {
            var reader = try archive.reader(for: entry)
            try reader.forEachBlock { block in
                defer { offset += block.count }
                guard difference == nil else { return }
                let rest = expected[min(offset, expected.count)...].prefix(block.count)
                guard !rest.elementsEqual(block) else { return }
                difference = offset + zip(rest, block).prefix { $0 == $1 }.count
            }
        } catch {
            return .unreadable
        }
        if difference == nil, offset < expected.count { difference = offset }
        return difference.map(Comparison.different) ?? .equal
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
    /// Not what the manifests list, so that it is not parsed.
    case altered(String)

    package var text: String {
        switch self {
        case .broken(let path, let reason): "\(path): \(reason)"
        case .tooLong(let path): "\(path): over the verifier's limit"
        case .altered(let path): "\(path) is not read: its SHA-256 is not the one that is listed"
        }
    }
}

/// The limits of docs/bundle-format.md, section 9.
package enum VerifierLimits {
    /// A line of a file that is read line by line.
    package static func lineBytes(of path: String) -> Int {
        path == BundlePath.corrections ? FormatLimits.correctionBytes : FormatLimits.lineBytes
    }
    /// The workbook.
    package static let workbookBytes = 1 << 30
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
    /// Bytes of a file up to which its digest is computed, by its kind.
    package static func hashedBytes(of path: String) -> Int {
        switch path {
        case _ where unlimited.contains(path): Int.max
        case BundlePath.workbook: workbookBytes
        // Rows of these repeat names that the JSON has once.
        case BundlePath.sourceTable, BundlePath.metricTable: 4 * bytes(of: BundlePath.manifest)
        default: bytes(of: path)
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
