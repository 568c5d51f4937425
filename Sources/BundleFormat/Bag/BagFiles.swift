package import AuditModel

/// The bytes of the bag's own files (RFC 8493; docs/bundle-format.md, 3).
package enum BagFiles {
    package static let bagit = Array("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".utf8)

    /// `bag-info.txt`.
    package static func info(
        software: String, date: CalendarDate, name: String, payloadBytes: Int, payloadFiles: Int, entity: String?
    ) -> [UInt8] {
        var lines = [
            "Bag-Software-Agent: \(software)", "Bagging-Date: \(date.text)", "External-Identifier: \(name)",
            "Payload-Oxum: \(payloadBytes).\(payloadFiles)",
        ]
        if let entity { lines.append("Source-Organization: \(entity)") }
        return Array(lines.map { $0 + "\n" }.joined().utf8)
    }

    /// One file of a manifest.
    package struct ManifestEntry: Sendable, Equatable {
        package var path: String
        /// SHA-256 in lower-case hexadecimal.
        package var sha256: String

        package init(path: String, sha256: String) {
            self.path = path
            self.sha256 = sha256
        }
    }

    /// A manifest; entries are put in byte order of their paths.
    package static func manifest(_ entries: [ManifestEntry]) -> [UInt8] {
        let sorted = entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        return sorted.flatMap { Array("\($0.sha256)  \($0.path)\n".utf8) }
    }

    /// The entries of a manifest, if encoding them gives the same bytes; else nil.
    package static func parseManifest(_ bytes: [UInt8]) -> [ManifestEntry]? {
        var entries: [ManifestEntry] = []
        for line in bytes.split(separator: 0x0A) {
            guard line.count > 66, line.dropFirst(64).starts(with: [0x20, 0x20]) else { return nil }
            let digest = String(decoding: line.prefix(64), as: UTF8.self)
            guard digest.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
                return nil
            }
            entries.append(ManifestEntry(path: String(decoding: line.dropFirst(66), as: UTF8.self), sha256: digest))
        }
        return manifest(entries) == bytes && Set(entries.map(\.path)).count == entries.count ? entries : nil
    }
}
