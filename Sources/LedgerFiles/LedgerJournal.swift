package import AuditModel
package import FileSystem
import MerkleTree
package import RecordStore
package import StrictJSON

/// A run as the journal tells of it: enough to make it again from its sources.
package struct JournaledIngest: Sendable {
    /// A file that the run read.
    package struct Source: Sendable {
        package var name: String
        package var bytes: Int
        /// In hexadecimal.
        package var sha256: String
    }

    package var number: Int
    package var received: Timestamp
    package var keepsRaw: Bool
    package var signer: LedgerSigner
    package var size: Int
    package var root: String
    package var sources: [Source]
    /// The entry of a run that read nothing: a seal, a decision or an answer.
    package var entry: JSONValue?

    /// The line of the journal.
    package var line: [UInt8] {
        let list = sources.map { source in
            JSONValue.object([
                "bytes": .integer(Int64(source.bytes)), "name": .string(source.name), "sha256": .string(source.sha256),
            ])
        }
        var members: [String: JSONValue] = [
            "entries": .integer(Int64(size)), "origin": .string(signer.origin), "publicKey": .string(signer.publicKey),
            "received": .string(received.text), "rejected": .string(keepsRaw ? "bytes" : "digest-only"),
            "root": .string(root), "run": .integer(Int64(number)), "sources": .array(list),
        ]
        members["entry"] = entry
        return JSONValue.object(members).file
    }

    /// Reads a line; nil if it is none.
    package init?(line: [UInt8]) {
        guard let value = try? JSONValue(parsing: line), let number = value["run"]?.integer,
            let received = value["received"]?.string.flatMap({ try? Timestamp.parse($0).time }),
            let origin = value["origin"]?.string, let key = value["publicKey"]?.string,
            let size = value["entries"]?.integer, let root = value["root"]?.string, let list = value["sources"]?.array
        else { return nil }
        self.number = Int(number)
        self.received = received
        self.size = Int(size)
        self.root = root
        keepsRaw = value["rejected"]?.string == "bytes"
        entry = value["entry"]
        signer = LedgerSigner(origin: origin, publicKey: key)
        sources = list.compactMap { source in
            guard let name = source["name"]?.string, let bytes = source["bytes"]?.integer,
                let sha256 = source["sha256"]?.string
            else { return nil }
            return Source(name: name, bytes: Int(bytes), sha256: sha256)
        }
        guard sources.count == list.count, self.line.dropLast().elementsEqual(line) else { return nil }
    }

    fileprivate init(
        _ run: (run: LedgerReader.Run, received: Timestamp, keepsRaw: Bool), _ signer: LedgerSigner,
        sources: [[UInt8]], entry: [UInt8]?
    ) {
        self.entry = entry.flatMap { try? JSONValue(parsing: $0) }
        number = run.run.number
        size = run.run.size
        root = run.run.root.hexadecimal
        received = run.received
        keepsRaw = run.keepsRaw
        self.signer = signer
        self.sources = sources.compactMap { body in
            guard let value = try? JSONValue(parsing: body) else { return nil }
            return Source(
                name: value["name"]?.string ?? "", bytes: Int(value["bytes"]?.integer ?? 0),
                sha256: value["sha256"]?.string ?? "")
        }
    }
}

/// The journal beside a ledger: a line for each run, which with the sources gives the same ledger again.
package enum LedgerJournal {
    /// Where a ledger's journal stands.
    package static func path(of ledger: String) -> String { ledger + ".journal" }

    /// Appends the runs that the journal does not have yet, synced before the checkpoint that covers them.
    ///
    /// A line that a killed run left unfinished is cut off first.
    package static func extend(_ ledger: String, _ reader: LedgerReader) throws {
        let path = path(of: ledger)
        let (last, length, isWhole) = try end(path)
        let known = last?.number ?? 0
        var lines: [UInt8] = []
        for run in try reader.runs(after: known) {
            guard let signer = try reader.signer(size: run.run.size) else { continue }
            lines +=
                JournaledIngest(
                    run, signer, sources: try reader.sources(ofRun: run.run.number),
                    entry: try reader.ownEntry(ofRun: run.run.number)
                ).line
        }
        guard !lines.isEmpty || !isWhole else { return }
        try DurableFile.append(lines, to: path, at: length)
    }

    /// The last run of a journal, the length of its whole lines, and whether nothing stands behind them.
    ///
    /// Reads the end alone: a journal is a line longer after each run, and a run must not take longer for it.
    package static func end(_ path: String) throws -> (last: JournaledIngest?, length: Int, isWhole: Bool) {
        let size = FileStatus.size(ofRegularFile: path) ?? 0
        var count = 64 << 10
        while count < size {
            let tail = try contents(path, from: size - count)
            // Behind the first line end of the tail lines are whole; two are needed to have one between them.
            if let last = tail.lastIndex(of: 0x0A), let before = tail[..<last].lastIndex(of: 0x0A) {
                guard let run = JournaledIngest(line: Array(tail[(before + 1)..<last])) else { break }
                return (run, size - count + last + 1, last + 1 == tail.count)
            }
            count *= 4
        }
        let (runs, length, isWhole) = try read(path)
        return (runs.last, length, isWhole)
    }

    /// The public key, in one line, that signed the last run of a journal; nil if it cannot be read, or has none.
    package static func lastKey(_ path: String) -> String? { (try? read(path))?.runs.last?.signer.publicKey }

    /// The runs of a journal, the length of its whole lines, and whether nothing stands behind them.
    package static func read(_ path: String) throws -> (runs: [JournaledIngest], length: Int, isWhole: Bool) {
        let bytes = try contents(path)
        var runs: [JournaledIngest] = []
        var start: Int = 0
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            guard let run = JournaledIngest(line: Array(bytes[start..<end])), run.number == (runs.last?.number ?? 0) + 1
            else {
                throw EnvironmentError(
                    .brokenChain, "journal \"\(path)\" has a line \(runs.count + 1) that is not the next run",
                    hint: "\(ShellCommand("mv", .file(path), .file(path + ".old"))); the next ingest writes it anew")
            }
            runs.append(run)
            start = end + 1
        }
        return (runs, start, start == bytes.count)
    }

    /// Refuses to begin a new ledger in the place of one that is gone: its journal and checkpoint lead back to it.
    package static func checkNotOrphaned(_ ledger: String) throws {
        guard !FileStatus.exists(ledger) else { return }
        for left in [path(of: ledger), CheckpointFile.path(of: ledger)]
        where FileStatus.size(ofRegularFile: left) ?? 0 > 0 {
            throw EnvironmentError(
                .brokenChain, "ledger \"\(ledger)\" is gone, and \"\(left)\" is there",
                hint: LedgerFailure.wayBack(to: ledger))
        }
    }

    /// Requires that a ledger is not older than its journal, nor went on from an older copy.
    ///
    /// A run is in the journal before it is acknowledged, so that a journal is never ahead of its own ledger. `way` says how to go on;
    /// nil stands for what is true of every ledger.
    ///
    /// - Throws: ``EnvironmentError``, `brokenChain`.
    package static func requireFit(_ ledger: String, _ reader: LedgerReader, way: Hint? = nil) throws {
        let path = path(of: ledger)
        // One that cannot be read tells nothing; whoever writes is told before anything is stored (``extend``).
        guard FileStatus.exists(path), let last = try? end(path).last else { return }
        let own = try reader.lastRun()?.number ?? 0
        guard last.number <= own else {
            throw EnvironmentError(
                .brokenChain,
                "journal \"\(path)\" tells of \(CountedNoun.text(last.number, "ingest and seal", plural: "ingests and seals")), "
                    + "ledger \"\(ledger)\" has \(own) of them: the ledger is an older copy; nothing is changed",
                hint: way ?? LedgerFailure.wayBack(to: ledger))
        }
        guard let run = try reader.runs(after: last.number - 1).first?.run, run.root.hexadecimal != last.root else {
            return
        }
        throw EnvironmentError(
            .brokenChain,
            "line \(last.number) of journal \"\(path)\" tells of another ingest or seal than ledger \"\(ledger)\" has: the ledger went on "
                + "from an older copy, or is another one; nothing is changed",
            hint: way ?? LedgerFailure.wayBack(to: ledger))
    }

    /// What a journal holds from an offset on; nothing without the file.
    private static func contents(_ path: String, from offset: Int = 0) throws -> [UInt8] {
        try ReadOnlyFile.contentsIfPresent(path, from: offset, limit: .max) ?? []
    }
}
