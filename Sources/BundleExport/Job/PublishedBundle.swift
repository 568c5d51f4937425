import BundleFormat
package import StrictJSON
import ZipFormat

/// What a ledger reads of a bundle that was made from it; nothing is verified.
package enum PublishedBundle {
    /// What is read has some ten lines, or is a description; a file that claims more is none.
    private static let maximumBytes: UInt64 = 64 << 20

    /// The digest of what is signed, in hexadecimal; nil if the file is no bundle.
    package static func digest(ofFile path: String) -> String? {
        content(BundlePath.tagManifest, ofFile: path).map { ContentDigest.hexadecimal(of: $0) }
    }

    /// The breaks of its log that a bundle shows; nil if the file is no bundle of a ledger.
    package static func breaks(ofFile path: String) -> [JSONValue]? {
        content(BundlePath.bundle, ofFile: path).flatMap { try? JSONValue(parsing: $0) }?["ledger"]?["breaks"]?.array
    }

    private static func content(_ name: String, ofFile path: String) -> [UInt8]? {
        do {
            let archive = try ZipArchive(path: path)
            guard let entry = archive.entries.first(where: { $0.name.hasSuffix("/" + name) }),
                entry.uncompressedSize <= maximumBytes
            else { return nil }
            var bytes: [UInt8] = []
            var reader = try archive.reader(for: entry)
            try reader.forEachBlock { bytes.append(contentsOf: $0) }
            return bytes
        } catch {
            return nil
        }
    }
}
