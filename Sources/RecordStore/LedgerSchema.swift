import GRDB

/// The tables of a ledger (docs/ledger.md), by named steps that are only ever added to.
enum LedgerSchema {
    /// "Cart" in ASCII: tells a ledger from any other SQLite file.
    static let applicationID: Int32 = 0x4361_7274

    /// Tables that are only ever appended to, as the first version had them.
    static let appendOnlyTables = [
        "entry", "run", "source", "finding", "quarantine", "signer", "seal", "decision", "replaced", "request",
    ]

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("2026-11 log, caches, seals") { database in
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: tables)
            for table in appendOnlyTables { try database.execute(sql: appendOnly(table)) }
        }
        migrator.registerMigration("2026-11 times of sealing by the machine's clock") { database in
            try database.execute(
                sql: "CREATE TABLE sealing (idx INTEGER PRIMARY KEY, clock INTEGER NOT NULL) STRICT")
            try database.execute(sql: appendOnly("sealing"))
        }
        migrator.registerMigration("2026-11 no row in the place of another") { database in
            for (table, taken) in keys { try database.execute(sql: irreplaceable(table, taken)) }
        }
        migrator.registerMigration("2026-12 entries in packs") { database in
            try database.execute(sql: packs)
            try EntryRows(of: database)?.move()
            try database.execute(sql: "DROP TABLE entry")
            try database.execute(sql: appendOnly("pack"))
            // A pack stands behind all others, so none takes the place of another or of a part of it.
            try database.execute(sql: irreplaceable("pack", "first >= NEW.first"))
        }
        return migrator
    }

    /// What is said of a file with another schema.
    static let otherSchema = "tables, indices or triggers are not those of a ledger"

    /// Whether tables, indices and triggers are those of a ledger.
    ///
    /// Of a file that an earlier version wrote, those of then: the next run that writes adds what is new.
    static func isOwn(_ database: Database) throws -> Bool {
        let schema = "SELECT coalesce(sql, name) FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations' ORDER BY 1"
        let expected = try DatabaseQueue()
        let steps = try migrator.appliedMigrations(database)
        if let last = steps.last { try migrator.migrate(expected, upTo: last) }
        let own = try expected.read { try String.fetchAll($0, sql: schema) }
        return try String.fetchAll(database, sql: schema) == own
    }

    /// The form of the file: the number counts the steps.
    static var format: String { "cartulary-ledger/\(migrator.migrations.count)" }

    /// What a log holds is never changed; a program that tries to is refused by the file itself.
    private static func appendOnly(_ table: String) -> String {
        """
        CREATE TRIGGER \(table)_no_update BEFORE UPDATE ON \(table)
            BEGIN SELECT RAISE(ABORT, 'table \(table) is append-only'); END;
        CREATE TRIGGER \(table)_no_delete BEFORE DELETE ON \(table)
            BEGIN SELECT RAISE(ABORT, 'table \(table) is append-only'); END;
        """
    }

    /// By table the condition under which a row has the key of a new one.
    private static let keys = [
        ("entry", "idx = NEW.idx"), ("run", "number = NEW.number"), ("source", "number = NEW.number"),
        ("finding", "number = NEW.number"), ("quarantine", "number = NEW.number"), ("signer", "number = NEW.number"),
        ("seal", "number = NEW.number OR (series = NEW.series AND sequence = NEW.sequence)"),
        ("decision", "quarantine = NEW.quarantine"), ("replaced", "idx = NEW.idx"),
        ("request", "number = NEW.number OR key = NEW.key"), ("sealing", "idx = NEW.idx"),
    ]

    /// `INSERT OR REPLACE` deletes the row whose key it takes without asking the trigger against that.
    private static func irreplaceable(_ table: String, _ taken: String) -> String {
        """
        CREATE TRIGGER \(table)_no_replace BEFORE INSERT ON \(table)
            WHEN EXISTS (SELECT 1 FROM \(table) WHERE \(taken))
            BEGIN SELECT RAISE(ABORT, 'table \(table) is append-only'); END;
        """
    }

    private static let packs = """
        CREATE TABLE pack (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, leaves BLOB NOT NULL,
            body BLOB NOT NULL) STRICT;
        CREATE TABLE holding (deployment INTEGER NOT NULL, first INTEGER NOT NULL, PRIMARY KEY (deployment, first))
            STRICT, WITHOUT ROWID;
        """

    private static let tables = """
        CREATE TABLE entry (idx INTEGER PRIMARY KEY, leaf BLOB NOT NULL, kind INTEGER NOT NULL, deployment INTEGER,
            sha256 BLOB, asReceived BLOB, content BLOB NOT NULL) STRICT;
        CREATE INDEX entry_deployment ON entry (deployment) WHERE deployment IS NOT NULL;
        CREATE TABLE signer (number INTEGER PRIMARY KEY, idx INTEGER NOT NULL, origin TEXT NOT NULL,
            publicKey TEXT NOT NULL) STRICT;
        CREATE TABLE run (number INTEGER PRIMARY KEY, received INTEGER NOT NULL, size INTEGER NOT NULL,
            root BLOB NOT NULL, keepsRaw INTEGER NOT NULL, note BLOB NOT NULL) STRICT;
        CREATE INDEX run_size ON run (size);
        CREATE TABLE source (number INTEGER PRIMARY KEY, run INTEGER NOT NULL, sha256 BLOB NOT NULL,
            bytes INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE INDEX source_bytes ON source (bytes);
        CREATE INDEX source_run ON source (run);
        CREATE TABLE finding (number INTEGER PRIMARY KEY, run INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE INDEX finding_run ON finding (run);
        CREATE TABLE quarantine (number INTEGER PRIMARY KEY, run INTEGER NOT NULL, kind TEXT NOT NULL,
            deployment BLOB, digest BLOB NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE INDEX quarantine_digest ON quarantine (digest);
        CREATE INDEX quarantine_run ON quarantine (run);
        CREATE INDEX quarantine_conflict ON quarantine (deployment) WHERE kind = 'conflict';
        CREATE TABLE seal (number INTEGER PRIMARY KEY, idx INTEGER NOT NULL, series TEXT NOT NULL,
            sequence INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
        CREATE UNIQUE INDEX seal_place ON seal (series, sequence);
        CREATE TABLE decision (quarantine INTEGER PRIMARY KEY, idx INTEGER NOT NULL) STRICT;
        CREATE TABLE replaced (idx INTEGER PRIMARY KEY, successor INTEGER NOT NULL) STRICT;
        CREATE TABLE request (number INTEGER PRIMARY KEY, idx INTEGER NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL)
            STRICT;
        CREATE UNIQUE INDEX request_key ON request (key);
        CREATE TABLE block (number INTEGER PRIMARY KEY, digest BLOB NOT NULL) STRICT;
        CREATE TABLE deployment (number INTEGER PRIMARY KEY, id BLOB NOT NULL, hash INTEGER NOT NULL,
            day INTEGER, isOdd INTEGER NOT NULL, records INTEGER NOT NULL, transitions INTEGER NOT NULL,
            superseded INTEGER NOT NULL, network BLOB, tokenType BLOB, deployedBy BLOB) STRICT;
        CREATE INDEX deployment_hash ON deployment (hash);
        CREATE INDEX deployment_odd ON deployment (number) WHERE isOdd = 1;
        CREATE TABLE activity (day INTEGER NOT NULL, deployment INTEGER NOT NULL, transitions INTEGER NOT NULL,
            PRIMARY KEY (day, deployment)) STRICT, WITHOUT ROWID;
        CREATE INDEX activity_deployment ON activity (deployment);
        CREATE TABLE tally (day INTEGER PRIMARY KEY, deployments INTEGER NOT NULL, records INTEGER NOT NULL,
            superseded INTEGER NOT NULL, transitions INTEGER NOT NULL) STRICT;
        """
}

extension LedgerFile {
    /// The form of a ledger's file, and its version.
    package static var format: String { LedgerSchema.format }
}
