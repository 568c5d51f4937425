import BundleFormat
import FileSystem
import MerkleTree
import RecordIngest
import RecordStore
import StrictJSON

/// Tells, before they are parsed, which inputs a ledger has read already.
package enum KnownSources {
    /// How many inputs a ledger has not read yet.
    package static func countFresh(_ inputs: [String], in path: String) throws -> Int {
        try LedgerFailure.translating(path) { try split(inputs, LedgerFile(path, .read)).fresh.count }
    }

    /// Only an input as long as a source of the ledger is digested first.
    static func split(
        _ inputs: [String], _ ledger: LedgerFile
    ) throws -> (known: [(name: String, summary: SourceSummary)], fresh: [String]) {
        var known: [(name: String, summary: SourceSummary)] = []
        var fresh: [String] = []
        var runs: Set<Int> = []
        for path in inputs {
            let size = FileStatus.size(ofRegularFile: path) ?? 0
            if size > 0, try ledger.read({ try $0.hasSource(bytes: size) }) {
                let input = try InputFile(path)
                let digest = MerkleDigest(hexadecimal: try input.digestRest())
                if let digest, let source = try find(digest, bytes: input.size, in: ledger) {
                    known.append((input.name, source.summary))
                    runs.insert(source.run)
                    continue
                }
            }
            fresh.append(path)
        }
        try ledger.read { try $0.requireRows(ofRuns: runs) }
        return (known, fresh)
    }

    /// What the ledger noted of the source with a digest, and in which run; nil if it has not read it.
    ///
    /// The columns by which a source is found are in no digest of the log, what was noted is: a file that has never been read
    /// is not left out for an edited column.
    static func find(
        _ digest: MerkleDigest, bytes: Int, in ledger: LedgerFile
    ) throws -> (run: Int, summary: SourceSummary)? {
        guard let found = try ledger.read({ try $0.source(bytes: bytes, sha256: digest) }) else { return nil }
        guard let value = try? JSONValue(parsing: found.body), let summary = IntakeFiles.source(value),
            summary.sha256 == digest.hexadecimal, summary.size == bytes
        else {
            throw LedgerError(.broken, "run \(found.run): a row of table source has another digest than its body")
        }
        return (found.run, summary)
    }
}
