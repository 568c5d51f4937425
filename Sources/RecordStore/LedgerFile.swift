import FileSystem
import GRDB

/// A ledger's file: the only door to SQLite.
///
/// Log tables are only ever appended to; the tables `deployment`, `activity`, `tally` and `block` are caches that can be
/// made again from the entries (docs/ledger.md). Everything of one run is written in one transaction.
package final class LedgerFile: Sendable {
    package let path: String
    private let queue: DatabaseQueue

    package enum Mode: Sendable {
        /// For reading; there must be a ledger.
        case read
        /// For appending; a ledger that is not there is made. The caller holds the ``LedgerLock``.
        case append
    }

    /// Opens a ledger.
    ///
    /// - Throws: `FileSystemError` for what is no regular file; `missing`, `unreadable` for a file of another kind or of a newer program, `broken` or `io`.
    package init(_ path: String, _ mode: Mode) throws {
        self.path = path
        guard !path.isEmpty else { throw LedgerError(.unreadable, "the ledger's path is empty, expected a file") }
        try LedgerFile.checkFile(path, mode)
        queue = try LedgerFile.translating(path) {
            let queue = try DatabaseQueue(path: LedgerFile.plain(path), configuration: LedgerFile.configuration)
            try queue.read { try LedgerFile.checkKind($0, path) }
            if mode == .append {
                try LedgerSchema.migrator.migrate(queue)
                if try queue.read({ try LedgerReader($0).lastRun() }) != nil { try LedgerFile.letReadersGoOn(queue) }
            }
            return queue
        }
    }

    /// SQLite would wait for a FIFO, and say of a directory only that it cannot open it.
    private static func checkFile(_ path: String, _ mode: Mode) throws {
        if mode == .read, !FileStatus.exists(path) { throw LedgerError(.missing, "no ledger at \"\(path)\"") }
        for file in ["", "-journal", "-wal", "-shm"].map({ path + $0 }) {
            guard let kind = (try? FileStatus(file))?.kind, kind != .regular else { continue }
            throw FileSystemError(.open, file, reason: .notRegularFile(kind))
        }
    }

    /// Makes the file a WAL one, which lets readers go on while a run is written.
    ///
    /// The first run is written before that: there is nothing to read yet, and a WAL would write all of it twice. EXTRA makes a
    /// commit last through a power cut, and the deletion of the journal with which the file becomes a WAL one: put back, it
    /// would undo what came since.
    private static func letReadersGoOn(_ queue: DatabaseQueue) throws {
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
    }

    /// A path that SQLite takes for a file's name, and for nothing else such as `:memory:` or a URI.
    private static func plain(_ path: String) -> String { path.hasPrefix("/") ? path : "./" + path }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        configuration.prepareDatabase { database in
            // Of a new file: with records of half a kilobyte, pages of 4 KiB take more time and room.
            try database.execute(sql: "PRAGMA page_size = 8192")
            try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
            try database.execute(sql: "PRAGMA synchronous = EXTRA; PRAGMA cache_size = -65536")
        }
        return configuration
    }

    private static func checkKind(_ database: Database, _ path: String) throws {
        // A first run that was killed may have left the table of migrations, and nothing in it.
        let isEmpty =
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'") == 0
        let id = try Int32.fetchOne(database, sql: "PRAGMA application_id")
        guard isEmpty || id == LedgerSchema.applicationID else {
            throw LedgerError(.unreadable, "\"\(path)\" is a database of another program, expected a ledger")
        }
        guard try !LedgerSchema.migrator.hasBeenSuperseded(database) else {
            throw LedgerError(.unreadable, "ledger \"\(path)\" was written by a newer version of cartulary")
        }
    }

    /// Reads; what is read belongs to one moment.
    package func read<Result>(_ body: (LedgerReader) throws -> Result) throws -> Result {
        try LedgerFile.translating(path) { try queue.read { try body(LedgerReader($0)) } }
    }

    /// Writes in one transaction, which leaves nothing behind if `body` throws.
    package func write<Result>(_ body: (LedgerWriter) throws -> Result) throws -> Result {
        try LedgerFile.translating(path) {
            let result = try queue.write { database in
                let writer = try LedgerWriter(database)
                let result = try body(writer)
                try writer.flush()
                return result
            }
            try LedgerFile.letReadersGoOn(queue)
            return result
        }
    }

    /// Lets go of the pages that are held in memory; they are read again where they are wanted.
    package func releaseMemory() { queue.releaseMemory() }

    /// Copies the ledger, as it is at one moment, into a file that is not there yet; the copy is not synced.
    package func copy(to target: String) throws {
        try LedgerFile.translating(target) {
            try queue.inDatabase { try $0.execute(sql: "VACUUM INTO ?", arguments: [LedgerFile.plain(target)]) }
        }
    }

    /// What is wrong with the structure of the file: SQLite's own look at it, and a schema other than the ledger's.
    package func structureProblems() throws -> [String] {
        try LedgerFile.translating(path) {
            try queue.read { database in
                var problems = try String.fetchAll(database, sql: "PRAGMA integrity_check(100)").filter { $0 != "ok" }
                if try !LedgerSchema.isOwn(database) { problems.append(LedgerSchema.otherSchema) }
                return problems
            }
        }
    }

    /// Names the ledger in SQLite's errors; those of the caller pass through as they are.
    private static func translating<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw LedgerError(
                kind(error.resultCode),
                "ledger \"\(path)\": \(error.message ?? "no message") (SQLite \(error.resultCode.rawValue))")
        } catch is RowDecodingError {
            throw LedgerError(.broken, "ledger \"\(path)\": a column holds a value of another type than its table says")
        }
    }

    private static func kind(_ code: ResultCode) -> LedgerError.Kind {
        switch code {
        case .SQLITE_NOTADB: .unreadable
        case .SQLITE_CORRUPT, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_ERROR: .broken
        case .SQLITE_BUSY, .SQLITE_LOCKED: .locked
        default: .io
        }
    }
}
