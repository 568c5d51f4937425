import AuditModel
import Foundation
import Ledger
import LedgerUpkeep
import Signing

/// A ledger in a folder of its own.
final class TestLedger {
    let folder: Folder
    let path: String
    /// How many files were taken in; their names are in the log.
    var inputs = 0
    /// Bytes of memory that an ingest may take; nil for no limit.
    var memory: Int?
    var threads = 2

    init() throws {
        folder = try Folder()
        path = folder.path + "/ledger"
    }

    /// Takes texts in, each a file of its own.
    @discardableResult
    func ingest(_ texts: String..., seed: UInt8 = 7) async throws -> IngestResult {
        try await ingest(
            files: texts.map { text in
                inputs += 1
                return try folder.write(text, to: "input-\(inputs)")
            }, seed: seed)
    }

    @discardableResult
    func ingest(files: [String], seed: UInt8 = 7) async throws -> IngestResult {
        let key = try PrivateKey(ed25519Seed: [UInt8](repeating: seed, count: 32), comment: "test")
        // What is accepted is never older than what was.
        let last = FileManager.default.fileExists(atPath: path) ? try? LedgerView.lastReceived(path) : nil
        let received = max(Timestamp(unixSeconds: 1_772_323_200), (last ?? nil) ?? .unset)
        var options = IngestOptions(key: key, received: received)
        (options.inputs, options.ledger) = (files, path)
        options.memory = memory
        options.threads = threads
        return try await LedgerIngest.run(options)
    }

    func problems() throws -> [String] { try LedgerCheck.run(path, isFull: true).problems }

    /// Runs SQL with the system's own SQLite, as whoever has access to the file can.
    ///
    /// Table `entry` has a row for each entry; what is changed there is written into the packs of the file.
    @discardableResult
    func sql(_ statements: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let script = """
            import sqlite3, sys
            sys.path.insert(0, sys.argv[3])
            import entry_packs
            connection = sqlite3.connect(sys.argv[1])
            rows = []
            entries = entry_packs.entries(connection) if " entry" in sys.argv[2] else None
            for statement in sys.argv[2].split(";"):
                rows += connection.execute(statement).fetchall()
            entry_packs.put_back(connection, entries)
            connection.commit()
            connection.close()
            print("\\n".join("|".join(str(cell) for cell in row) for row in rows))
            """
        process.arguments = [
            "python3", "-B", "-c", script, path, statements, Repository.root.appending(path: "scripts/interop").path,
        ]
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        let problem = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw SQLFailure(text: String(decoding: problem, as: UTF8.self))
        }
        return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    struct SQLFailure: Error { var text: String }

    func copy(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: name)) }

    func put(_ data: Data, at name: String) throws {
        for suffix in ["", "-wal", "-shm"] where name == path {
            try? FileManager.default.removeItem(atPath: path + suffix)
        }
        guard FileManager.default.createFile(atPath: name, contents: data) else { throw CocoaError(.fileWriteUnknown) }
    }
}
