import BundleFormat
import ReceivedFiles
import StrictJSON
import Synchronization
import ZipFormat

/// What the manifests of a bundle list, and the digests of its files, each computed once.
///
/// A file whose digest is not the listed one is never parsed: what altered a bundle on its way, without a key, reaches no
/// parser. Comparing its bytes with what was computed again stays possible.
package final class ListedDigests: Sendable {
    /// SHA-256 in hexadecimal by path; of the payload nothing, if the payload manifest is not the listed one.
    private let listed: [String: String]
    private let computed: Mutex<[String: Result<String, ReadProblem>]>

    private init(listed: [String: String], computed: [String: Result<String, ReadProblem>]) {
        self.listed = listed
        self.computed = Mutex(computed)
    }

    /// Reads both manifests; `read` gives the bytes of a file up to the limit of its kind.
    static func read(_ read: (String) throws(ReadProblem) -> [UInt8]?) -> ListedDigests {
        var listed: [String: String] = [:]
        var computed: [String: Result<String, ReadProblem>] = [:]
        func add(_ path: String, _ bytes: [UInt8]) {
            for entry in BagFiles.parseManifest(bytes) ?? []
            where entry.path.hasPrefix("data/") == (path == BundlePath.manifest) {
                listed[entry.path] = entry.sha256
            }
        }
        if let anchor = try? read(BundlePath.tagManifest) { add(BundlePath.tagManifest, anchor) }
        if listed[BundlePath.manifest] != nil, let manifest = try? read(BundlePath.manifest) {
            let digest = ContentDigest.hexadecimal(of: manifest)
            computed[BundlePath.manifest] = .success(digest)
            if digest == listed[BundlePath.manifest] { add(BundlePath.manifest, manifest) }
        }
        return ListedDigests(listed: listed, computed: computed)
    }

    /// The listed digest of a file; nil if it is not listed.
    package func listed(_ path: String) -> String? { listed[path] }

    /// The digest of a file, computed by `make` the first time.
    fileprivate func digest(
        _ path: String, _ make: () throws(ReadProblem) -> String
    ) throws(ReadProblem) -> String {
        if let known = computed.withLock({ $0[path] }) { return try known.get() }
        let result = Result { () throws(ReadProblem) in try make() }
        computed.withLock { $0[path] = result }
        return try result.get()
    }
}

extension UnverifiedBundle {
    /// SHA-256 of a file, in hexadecimal.
    ///
    /// Throws ``ReadProblem`` if it is missing, broken, or longer than files of its kind are; then nothing is inflated.
    package func digest(_ path: String) throws(ReadProblem) -> String {
        try digests.digest(path) { () throws(ReadProblem) in
            guard let entry = entries[path] else { throw ReadProblem.broken(path, "missing") }
            guard entry.uncompressedSize <= UInt64(VerifierLimits.hashedBytes(of: path)) else {
                throw ReadProblem.tooLong(path)
            }
            var digest = ContentDigest()
            do {
                var reader = try archive.reader(for: entry)
                try reader.forEachBlock { digest.update($0) }
            } catch {
                throw ReadProblem.broken(path, "\(error)")
            }
            return digest.hexadecimal()
        }
    }

    /// Whether nothing but a signature stands for a file: the anchor, and what is in `signatures/`.
    package static func isOutsideManifests(_ path: String) -> Bool {
        path == BundlePath.tagManifest || path.hasPrefix(BundlePath.signatureFolder)
    }

    /// Throws ``ReadProblem`` if a file is not what the manifests list, so that it must not be parsed.
    package func requireListed(_ path: String) throws(ReadProblem) {
        guard !UnverifiedBundle.isOutsideManifests(path) else { return }
        guard entries[path] == nil || digests.listed(path) != nil else { throw ReadProblem.altered(path) }
        guard try digest(path) == digests.listed(path) else { throw ReadProblem.altered(path) }
    }

    /// Why a file must not be parsed; nil if it is what the manifests list.
    package func problem(of path: String) -> ReadProblem? {
        do throws(ReadProblem) {
            try requireListed(path)
            return nil
        } catch {
            return error
        }
    }
}
