import BundleFormat
import FileSystem
import Signing
import StrictJSON
import ZipFormat

/// A file of an archive's folder, or of a copy of it, that should be a sealed bundle; compared with the digest that was sealed.
struct SealedBundle {
    private let archive: ZipArchive
    private let path: String
    private let repair: ShellCommand
    let size: Int

    /// Opens a bundle; `repair` is the command that puts back what can be made again, for a hint.
    init(_ path: String, repair: ShellCommand) throws {
        archive = try ZipArchive(path: path)
        self.path = path
        self.repair = repair.adding(["--full"])
        size = FileStatus.size(ofRegularFile: path) ?? 0
    }

    /// What a bundle says of itself.
    struct Claims {
        let description: DescriptionClaims
        /// nil if they are not in form.
        let metrics: MetricCounts?
    }

    /// What a catalogue lists of a bundle.
    struct Outline {
        let claims: Claims
        let bytes: Int
    }

    /// What a catalogue lists of the bundle, if it is the one with a digest; nil if not.
    func outline(sealedAs digest: String) throws -> Outline? {
        try claims(sealedAs: digest).map { Outline(claims: $0, bytes: size) }
    }

    /// What the bundle says of itself, if it is the one with a digest, and its manifests list these files; nil if not.
    ///
    /// Throws ``EnvironmentError``, `unreadableInput`, if the file is damaged.
    func claims(sealedAs digest: String) throws -> Claims? {
        do {
            return try readClaims(sealedAs: digest)
        } catch ZipReadError.problem(let problem) {
            throw EnvironmentError(
                .unreadableInput, "\"\(path)\" is damaged: \(problem.description)", hint: Hint(repair))
        }
    }

    private func readClaims(sealedAs digest: String) throws -> Claims? {
        let anchor = try content(BundlePath.tagManifest)
        let manifest = try content(BundlePath.manifest)
        let description = try content(BundlePath.bundle)
        let metrics = try content(BundlePath.metrics)
        guard ContentDigest.hexadecimal(of: anchor) == digest, isListed(manifest, BundlePath.manifest, in: anchor),
            isListed(description, BundlePath.bundle, in: manifest), isListed(metrics, BundlePath.metrics, in: manifest)
        else { return nil }
        return Claims(
            description: try DescriptionClaims.decode(description).get(), metrics: MetricCounts.decode(metrics).value)
    }

    /// Why the file is not the whole bundle that was sealed with a digest; nil if it is.
    ///
    /// Every byte of it is read.
    ///
    /// The signatures are not part of the digest: of these only the CRC-32 is compared.
    func problem(sealedAs digest: String) throws -> String? {
        if let problem = archive.problems.first { return problem.description }
        do {
            guard ContentDigest.hexadecimal(of: try content(BundlePath.tagManifest)) == digest else {
                return "it is another bundle than the one that was sealed"
            }
            var listed = lines(try content(BundlePath.tagManifest))
            listed.merge(lines(try content(BundlePath.manifest))) { own, _ in own }
            for entry in archive.entries {
                let name = SealedBundle.inner(entry.name)
                let found = try self.digest(of: entry)
                if name == BundlePath.tagManifest || SealedBundle.signatures.contains(name) { continue }
                guard listed.removeValue(forKey: name) == found else {
                    return "\(name) in it is not what its manifests list"
                }
            }
            return listed.keys.sorted().first.map { "\($0) is not in it" }
        } catch ZipReadError.problem(let problem) {
            return problem.description
        } catch let error as EnvironmentError where error.kind == .unreadableInput {
            return error.message
        }
    }

    /// The digest and the archive of a sealed bundle that one of some keys signed; nil for anything else.
    func signedOrigin(by keys: [PublicKey]) -> (digest: String, archive: String)? {
        guard let anchor = try? content(BundlePath.tagManifest), let armored = try? content(BundlePath.signature),
            let signature = try? SSHSignature(armored: armored), keys.contains(signature.publicKey),
            (try? signature.verify(message: anchor, namespace: SignatureNames.bundleNamespace)) != nil,
            let stated = statedOrigin(), let archive = stated.archive
        else { return nil }
        return (stated.digest, archive)
    }

    /// The digest of a bundle, and the archive of whose series it says that it is; that is nil outside of any series, and all is for
    /// a file that does not tell, such as a damaged one.
    ///
    /// No signature is looked at.
    func statedOrigin() -> (digest: String, archive: String?)? {
        guard let anchor = try? content(BundlePath.tagManifest), let manifest = try? content(BundlePath.manifest),
            let bytes = try? content(BundlePath.bundle), isListed(manifest, BundlePath.manifest, in: anchor),
            isListed(bytes, BundlePath.bundle, in: manifest),
            let description = try? DescriptionClaims.decode(bytes).get(), let series = description.series.value
        else { return nil }
        return (ContentDigest.hexadecimal(of: anchor), series?.archive)
    }

    private static let signatures: Set = [BundlePath.signature, BundlePath.statement]

    /// The name of an entry inside the bundle's own folder.
    private static func inner(_ name: String) -> String {
        String(name.drop { $0 != "/" }.dropFirst())
    }

    /// The digests in a manifest, by path.
    private func lines(_ manifest: [UInt8]) -> [String: String] {
        let lines = manifest.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
        return Dictionary(
            lines.map { (String($0.dropFirst(66)), String($0.prefix(64))) }, uniquingKeysWith: { own, _ in own })
    }

    private func digest(of entry: ZipEntry) throws -> String {
        var digest = ContentDigest()
        var reader = try archive.reader(for: entry)
        try reader.forEachBlock { digest.update($0) }
        return digest.hexadecimal()
    }

    /// Whether a manifest has a line for a file of these bytes.
    private func isListed(_ content: [UInt8], _ path: String, in manifest: [UInt8]) -> Bool {
        let line = Array("\(ContentDigest.hexadecimal(of: content))  \(path)".utf8)
        return manifest.split(separator: 0x0A).contains { $0.elementsEqual(line) }
    }

    private func content(_ name: String) throws -> [UInt8] {
        guard let entry = archive.entries.first(where: { SealedBundle.inner($0.name) == name }) else {
            throw EnvironmentError(.unreadableInput, "\"\(path)\" has no \(name)", hint: Hint(repair))
        }
        var bytes: [UInt8] = []
        var reader = try archive.reader(for: entry)
        try reader.forEachBlock { bytes.append(contentsOf: $0) }
        return bytes
    }
}
