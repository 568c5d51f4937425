import Foundation
import Testing

/// Each column of each table of a ledger is changed once, and each table loses a row, by somebody without the key who puts the
/// triggers back.
///
/// What is sealed and answered then is what the untouched ledger gives, byte for byte, or nothing.
@Suite("A ledger that somebody edited")
struct EditedLedgerTests {
    /// Takes the triggers away, changes one value or row, and puts them back, in a copy for each change.
    private static let editor = """
        import sqlite3, shutil, sys
        source = sys.argv[1]
        sys.path.insert(0, sys.argv[2])
        import entry_packs
        def edit(name, sql):
            for suffix in ["", ".checkpoint", ".journal"]:
                shutil.copy(source + suffix, name + suffix)
            connection = sqlite3.connect(name)
            triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
            for trigger, _ in triggers:
                connection.execute(f"DROP TRIGGER {trigger}")
            entries = entry_packs.entries(connection) if " entry " in sql else None
            changed = connection.execute(sql).rowcount
            entry_packs.put_back(connection, entries)
            for _, text in triggers:
                connection.execute(text)
            connection.commit()
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.close()
            return changed
        connection = sqlite3.connect(source)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        tables = [row[0] for row in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'grdb%' AND name NOT LIKE 'sqlite%' ORDER BY 1")]
        columns = {table: connection.execute(f"PRAGMA table_info({table})").fetchall() for table in tables}
        # A row for each entry of the packs, and what is changed there is written into them, with checksums that fit.
        columns["entry"] = [(0, name, kind) for name, kind in zip(
            entry_packs.COLUMNS.split(", "), ["INTEGER", "BLOB", "INTEGER", "INTEGER", "BLOB", "BLOB", "BLOB"])]
        connection.close()
        for table in tables + ["entry"]:
            key = {"activity": "(day, deployment)", "holding": "(deployment, first)"}.get(table, "rowid")
            chosen = key.strip("()")
            middle = f"(SELECT {chosen} FROM {table} ORDER BY {chosen} LIMIT 1 OFFSET (SELECT count(*) / 2 FROM {table}))"
            changes = [("row", f"DELETE FROM {table} WHERE {key} = {middle}")]
            for column in columns[table]:
                name, kind = column[1], column[2]
                value = {"INTEGER": f"coalesce({name}, 0) + 3000", "TEXT": f"{name} || 'x'",
                         "BLOB": f"CAST(coalesce({name}, x'') || x'30' AS BLOB)"}[kind]
                # What a pack has room for: four kinds, and digests of 32 bytes.
                value = {"entry.kind": "kind % 3 + 1", "entry.sha256": "zeroblob(32)", "entry.leaf": "zeroblob(32)"}.get(
                    f"{table}.{name}", value)
                changes.append((name, f"UPDATE {table} SET {name} = {value} WHERE {key} = {middle}"))
            for name, sql in changes:
                file = f"edited-{table}-{name}.ledger"
                print(file, edit(file, sql))
        """

    /// The folder of the code that reads and writes packs.
    private static let interop = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "scripts/interop").path

    private let folder: CommandFolder

    init() throws {
        folder = try CommandFolder()
        #expect(try folder.run(["keygen", "--out", "key"]).status == 0)
    }

    private static func transition(_ id: String, _ deployment: String, at time: String, status: String = "Queued")
        -> String
    {
        #"{"id":"\#(id)","deploymentId":"\#(deployment)","status":"\#(status)","timestamp":"\#(time)"}"# + "\n"
    }

    /// Two blocks of entries, a rejected record, a conflict that is settled and one that is not, an answer under a key, a
    /// sealed January with a late record, and a February that is to be sealed.
    private func makeLedger() throws {
        var january =
            #"{"deploymentId":"j0","network":"n","createdAt":"2026-01-05T00:00:00Z","statusHistory":[]}"# + "\n"
        for number in 0..<1100 {
            january += Self.transition("a\(number)", "j\(number % 30)", at: "2026-01-05T10:\(10 + number % 50):00Z")
        }
        january += Self.transition("f0", "f0", at: "2026-02-02T10:00:00Z") + "nothing that is a record\n"
        let february = (0..<20).map {
            Self.transition("b\($0)", "f\($0 % 7)", at: "2026-02-10T10:00:00Z", status: "Submitted")
        }
        .joined()
        let contradicting =
            Self.transition("b1", "f1", at: "2026-02-11T10:00:00Z")
            + Self.transition("b2", "f2", at: "2026-02-11T10:00:00Z")
        try ingest(january, "2026-02-01T00:00:00Z")
        #expect(
            try export(["--period", "2026-01", "--now", "2026-02-01T01:00:00Z", "--out", try directory("sealed")])
                .status == 0)
        try ingest(february, "2026-03-01T00:00:00Z")
        try ingest(contradicting + Self.transition("l1", "j2", at: "2026-01-20T00:00:00Z"), "2026-03-02T00:00:00Z")
        let resolved = try folder.run([
            "ledger", "resolve", "2", "--ledger", "ledger", "--accept", "2", "--reason", "so it is", "--by", "N. N.",
            "--key", "key",
            "--received", "2026-03-03T00:00:00Z",
        ])
        #expect(resolved.status == 0, "\(resolved.messages)")
        #expect(try keyed("ledger", try directory("keyed"), now: "2026-03-04T00:00:00Z").status == 0)
    }

    private func directory(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
        return name
    }

    private func ingest(_ text: String, _ received: String) throws {
        let name = UUID().uuidString + ".ndjson"
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
        let ran = try folder.run(["ingest", name, "--ledger", "ledger", "--key", "key", "--received", received])
        #expect([0, 1].contains(ran.status), "\(ran.messages)")
    }

    private func export(_ words: [String], _ ledger: String = "ledger") throws -> Ran {
        try folder.run(["export", "--ledger", ledger, "--key", "key", "--quiet"] + words)
    }

    private func keyed(_ ledger: String, _ out: String, now: String = "2026-03-10T00:00:00Z") throws -> Ran {
        try export(["--period", "2026-01", "--idempotency-key", "letter", "--now", now, "--out", out], ledger)
    }

    /// Seals February, and what has changed in January, answers with all that is there, and answers a key again.
    private func use(_ ledger: String, _ out: String) throws -> [Ran] {
        try [
            export(["--period", "2026-02", "--now", "2026-03-10T00:00:00Z", "--out", try directory(out)], ledger),
            export(["--response", "--out", try directory(out)], ledger),
            keyed(ledger, try directory(out)),
        ]
    }

    private func bundles(_ out: String) throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(out)")
        return Dictionary(
            uniqueKeysWithValues: try names.map {
                ($0, try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(out)/\($0)")))
            })
    }

    @Test("whatever row or column was changed, no other bundle is made, and no signal ends the program")
    func everyColumn() throws {
        try makeLedger()
        let python = Process()
        python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        python.arguments = [
            "python3", "-B", "-c", Self.editor, "ledger", Self.interop,
        ]
        python.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        let pipe = Pipe()
        python.standardOutput = pipe
        try python.run()
        let printed = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        python.waitUntilExit()
        let edits = printed.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(edits.count > 80)
        for suffix in ["", ".checkpoint", ".journal"] {
            try FileManager.default.copyItem(
                atPath: "\(folder.path)/ledger\(suffix)", toPath: "\(folder.path)/untouched.ledger\(suffix)")
        }
        let sound = try use("untouched.ledger", "untouched-out")
        #expect(sound.map(\.status) == [0, 0, 0], "\(sound.map(\.messages))")
        let expected = try bundles("untouched-out")
        #expect(expected.count == 4)
        var refused = 0
        var unnoticed: [String] = []
        for edit in edits {
            #expect(edit[1] == "1", "\(edit[0]): changed \(edit[1]) rows")
            let ran = try use(edit[0], edit[0] + "-out")
            for (number, one) in ran.enumerated() {
                #expect([0, 13, 64, 65].contains(one.status), "\(edit[0]), \(number): \(one.status) \(one.messages)")
            }
            if ran.contains(where: { $0.status == 13 }) { refused += 1 } else { unnoticed.append(edit[0]) }
            for (name, bytes) in try bundles(edit[0] + "-out") {
                #expect(bytes == expected[name], "\(edit[0]): \(name) is another bundle")
            }
        }
        print("\(edits.count) edits, \(refused) refused with 13; without a trace in any bundle: \(unnoticed)")
        #expect(refused > edits.count / 2)
    }
}
