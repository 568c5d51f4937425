import BundleExport
import BundleFormat
import Deflate
import Foundation
import Signing
import StrictJSON
import ZipFormat

/// The files of a bundle by their path below its directory, to be changed by a test and packed again.
struct EditableBundle: Sendable {
    /// The directory in the archive.
    var name: String
    var files: [String: [UInt8]]

    /// Something that a test expected to find in a bundle is not there.
    struct Unexpected: Error {
        var what: String
    }

    init(_ archive: [UInt8]) throws {
        let zip = try ZipArchive(bytes: archive)
        name = String(zip.entries.first?.name.prefix { $0 != "/" } ?? "")
        files = [:]
        for entry in zip.entries {
            files[String(entry.name.dropFirst(name.utf8.count + 1))] = try EditableBundle.content(entry, zip)
        }
    }

    /// The inflated bytes of an entry.
    static func content(_ entry: ZipEntry, _ zip: ZipArchive) throws -> [UInt8] {
        var content: [UInt8] = []
        var reader = try zip.reader(for: entry)
        try reader.forEachBlock { content.append(contentsOf: $0) }
        return content
    }

    // MARK: - Reading

    func bytes(_ path: String) throws -> [UInt8] {
        guard let bytes = files[path] else { throw Unexpected(what: path) }
        return bytes
    }

    func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    func json(_ path: String) throws -> JSONValue { try JSONValue(parsing: try bytes(path)) }

    /// The lines of a text file, without the line ends.
    func lines(_ path: String) throws -> [String] {
        try text(path).split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    // MARK: - Changing

    mutating func write(_ text: String, to path: String) { files[path] = Array(text.utf8) }

    mutating func write(lines: [String], to path: String) { write(lines.map { $0 + "\n" }.joined(), to: path) }

    mutating func remove(_ path: String) throws {
        guard files.removeValue(forKey: path) != nil else { throw Unexpected(what: path) }
    }

    /// Replaces the first place of a text.
    mutating func replace(_ old: String, by new: String, in path: String) throws {
        let text = try text(path)
        guard let range = text.range(of: old, options: .literal) else { throw Unexpected(what: "\(old) in \(path)") }
        write(text.replacingCharacters(in: range, with: new), to: path)
    }

    /// Replaces what a regular expression finds first; the template is that of `NSRegularExpression`.
    mutating func replace(pattern: String, by template: String, in path: String) throws {
        let text = try text(path)
        let expression = try NSRegularExpression(pattern: pattern)
        let whole = NSRange(text.startIndex..., in: text)
        guard let match = expression.firstMatch(in: text, range: whole) else {
            throw Unexpected(what: "\(pattern) in \(path)")
        }
        write(expression.stringByReplacingMatches(in: text, range: match.range, withTemplate: template), to: path)
    }

    /// Changes a member of a JSON file by the names that lead to it, and writes the file canonically.
    mutating func set(_ names: [String], to value: JSONValue?, in path: String = BundlePath.bundle) throws {
        files[path] = EditableBundle.setting(try json(path), names[...], value).file
    }

    private static func setting(_ object: JSONValue, _ names: ArraySlice<String>, _ value: JSONValue?) -> JSONValue {
        guard let name = names.first else { return value ?? .null }
        var members = object.object ?? [:]
        if names.count == 1 {
            members[name] = value
        } else {
            members[name] = setting(members[name] ?? .object([:]), names.dropFirst(), value)
        }
        return .object(members)
    }

    /// Renames the bundle's directory; the files are as they were.
    mutating func rename(_ name: String) { self.name = name }

    // MARK: - Sealing

    /// What is made again after a change.
    enum Seal: Sendable {
        /// Nothing: the change meets the manifests of before.
        case none
        /// The manifests, so that every digest fits; the signatures are those of before.
        case manifests
        /// The manifests and both signatures, by the key that the verifier trusts.
        case trusted
        /// The manifests and both signatures, by another key.
        case other
    }

    mutating func reseal(_ seal: Seal) throws {
        switch seal {
        case .none: return
        case .manifests: renewManifests()
        case .trusted:
            renewManifests()
            try sign(with: TestKeys.trusted)
        case .other:
            renewManifests()
            try sign(with: TestKeys.other)
        }
    }

    mutating func renewManifests() {
        let payload = files.filter { $0.key.hasPrefix("data/") }
        let oxum = "Payload-Oxum: \(payload.values.reduce(0) { $0 + $1.count }).\(payload.count)"
        if let info = files[BundlePath.bagInfo] {
            let lines = String(decoding: info, as: UTF8.self).split(separator: "\n").map(String.init)
            write(lines: lines.map { $0.hasPrefix("Payload-Oxum:") ? oxum : $0 }, to: BundlePath.bagInfo)
        }
        files[BundlePath.manifest] = BagFiles.manifest(payload.map(EditableBundle.entry))
        renewTagManifest()
    }

    mutating func renewTagManifest() {
        let tagged = files.filter { BundlePath.taggedFiles.contains($0.key) }
        files[BundlePath.tagManifest] = BagFiles.manifest(tagged.map(EditableBundle.entry))
    }

    private static func entry(_ file: (key: String, value: [UInt8])) -> BagFiles.ManifestEntry {
        BagFiles.ManifestEntry(path: file.key, sha256: ContentDigest.hexadecimal(of: file.value))
    }

    /// Makes both signatures again.
    mutating func sign(with key: PrivateKey) throws {
        try signAnchor(with: key)
        try signStatement(with: key)
    }

    mutating func signAnchor(
        with key: PrivateKey, namespace: String = SignatureNames.bundleNamespace, hash: MessageHash = .sha512
    ) throws {
        let anchor = try bytes(BundlePath.tagManifest)
        files[BundlePath.signature] =
            try SSHSignature(signing: anchor, namespace: namespace, with: key, hash: hash).armored
    }

    mutating func signStatement(with key: PrivateKey, type: String = SignatureNames.payloadType) throws {
        let anchor = ContentDigest.hexadecimal(of: try bytes(BundlePath.tagManifest))
        guard let description = try? json(BundlePath.bundle) else { return }
        let statement = BundleDescription.statement(anchorSHA256: anchor, bundle: description)
        files[BundlePath.statement] = try DSSE.Envelope(signing: statement, payloadType: type, with: [key]).encoded()
    }

    // MARK: - Packing

    /// The archive in the format's own profile.
    func packed() throws -> [UInt8] {
        try packed(repeating: [], times: 0, in: "")
    }

    /// The archive with one file whose content is a chunk again and again: far larger than memory; its CRC-32 is wrong.
    func packed(repeating chunk: [UInt8], times: Int, in large: String) throws -> [UInt8] {
        var layout = ZipLayout()
        var output: [UInt8] = []
        for (path, content) in files.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            if path == large {
                let one = Deflater.compress(chunk)
                let data = (0..<times).flatMap { _ in one } + Deflater.end
                let entry = try layout.append(
                    name: "\(name)/\(path)", crc32: 0, compressedSize: UInt64(data.count),
                    uncompressedSize: UInt64(chunk.count * times))
                output += ZipStructure.localHeader(for: entry) + data
                continue
            }
            let data = content.isEmpty ? [] : Deflater.compress(content) + Deflater.end
            let entry = try layout.append(
                name: "\(name)/\(path)", crc32: Deflater.crc32(content), compressedSize: UInt64(data.count),
                uncompressedSize: UInt64(content.count))
            output += ZipStructure.localHeader(for: entry)
            output += data
        }
        return output + (try layout.centralDirectory())
    }
}
