import BundleExport
import BundleFormat
import FileSystem
import RecordStore
import StrictJSON

/// A file that names an answer under an idempotency key between the moment when its bundle gets its name and the moment
/// when the log binds the key to it.
///
/// A program that is killed between the two leaves this file, and the next request under the key decides: an answer that
/// somebody may have is the one that the key stands for, and one that has no name is forgotten.
struct PendingAnswer {
    private let path: String

    /// The file of a key; the ledger is in use by this writer alone.
    init(ledger: String, key: String) {
        path = "\(ledger).\(ContentDigest.hexadecimal(of: Array(key.utf8)).prefix(16)).answering"
    }

    /// Names the answer before its bundle gets its name in a directory.
    func write(_ entry: RequestEntry, directory: String) throws {
        let value = JSONValue.object([
            "directory": .string(FileName.resolved(directory) ?? directory),
            "entry": try JSONValue(parsing: entry.body),
        ])
        try DurableFile.replace(path, with: value.bytes)
    }

    /// The answer, if its bundle stands where it was to be; nil without one.
    func published() throws -> RequestEntry? {
        guard let bytes = try ReadOnlyFile.contentsIfPresent(path, limit: 1 << 20),
            let value = try? JSONValue(parsing: bytes), let directory = value["directory"]?.string,
            let entry = value["entry"].flatMap(RequestEntry.init),
            PublishedBundle.digest(ofFile: "\(directory)/\(entry.name).zip") == entry.digest
        else { return nil }
        return entry
    }

    func remove() throws { try FileName.remove(path) }
}
