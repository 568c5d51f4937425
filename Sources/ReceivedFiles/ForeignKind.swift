internal import BundleFormat
internal import FileSystem
internal import ZipFormat

/// What something is that is no audit bundle.
enum ForeignKind {
    /// The files that no other kind of bag or archive has.
    private static let marks = [BundlePath.bundle, BundlePath.trail, BundlePath.signature, BundlePath.statement]

    /// What holds these names; nil if one of them is a bundle's own.
    static func of(names: [String], container: String) -> String? {
        func has(_ path: String) -> Bool { names.contains { $0 == path || $0.hasSuffix("/" + path) } }
        guard !marks.contains(where: has) else { return nil }
        guard has(BundlePath.bagit) else {
            return "a \(container) of \(names.count == 1 ? "1 file" : "\(names.count) files"), not an audit bundle"
        }
        return "a BagIt bag, but not an audit bundle"
    }

    /// First bytes of files that are taken for bundles, by what they are.
    private static let beginnings: [(bytes: [UInt8], kind: String)] = [
        ([0x1F, 0x8B], "a gzip file"), (Array("7z".utf8) + [0xBC, 0xAF, 0x27, 0x1C], "a 7-Zip archive"),
        (Array("%PDF".utf8), "a PDF file"), (Array("Rar!".utf8), "a RAR archive"),
        (Array("<!DOCTYPE".utf8), "an HTML page"), (Array("<!doctype".utf8), "an HTML page"),
        (Array("<html".utf8), "an HTML page"), (Array("{".utf8), "a text, perhaps JSON"),
        (Array("-----BEGIN".utf8), "a key or signature"),
    ]

    /// What a file without any entry is.
    static func of(_ store: ByteStore, problem: String?) -> String {
        guard store.size > 0 else { return "an empty file" }
        let start = (try? store.bytes(at: 0, count: 16)) ?? []
        if start.starts(with: Array("PK".utf8)) {
            return "a ZIP archive that cannot be read, perhaps cut off: \(problem ?? "it holds no files")"
        }
        if let known = beginnings.first(where: { start.starts(with: $0.bytes) }) { return known.kind }
        return "not a ZIP archive: \(problem ?? "it holds no files")"
    }
}
