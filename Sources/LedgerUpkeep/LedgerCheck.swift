import AuditModel
import FileSystem
import Ledger
import LedgerFiles
import LedgerReading
import MerkleTree
import RecordAnalysis
import RecordContent
import RecordIngest
import RecordStore
import Signing
import StrictJSON

/// Computes a ledger again from its entries up, and compares it with itself and with its checkpoint.
package struct LedgerCheck {
    /// What a check found.
    package struct Report: Sendable {
        /// Everything that is wrong, the first hundred of it; empty for a sound ledger.
        package fileprivate(set) var problems: [String] = []
        /// How many problems there are.
        package fileprivate(set) var problemCount = 0
        /// What was not looked at.
        package fileprivate(set) var unchecked: [String] = []
        /// What was compared.
        package fileprivate(set) var checks: [String] = []
        package fileprivate(set) var size = 0
        package fileprivate(set) var root = ""

        fileprivate mutating func add(_ problem: String) {
            problemCount += 1
            if problems.count < 100 { problems.append(problem) }
        }
    }

    private let reader: LedgerReader
    private var report = Report()
    private var tally = LedgerTally()

    /// Checks a ledger: every entry and every row if `isFull`, else the structure of the file, the root and the
    /// checkpoint.
    ///
    /// Throws ``EnvironmentError`` if the ledger cannot be read at all.
    package static func run(_ path: String, isFull: Bool) throws -> Report {
        try LedgerFailure.translating(path) { try check(path, isFull: isFull) }
    }

    private static func check(_ path: String, isFull: Bool) throws -> Report {
        let ledger = try LedgerFile(path, .read)
        var damage: Report?
        do {
            let structure = try ledger.structureProblems()
            return try ledger.read { reader in
                var check = LedgerCheck(reader: reader)
                for problem in structure { check.report.add("file structure: \(problem)") }
                check.report.checks.append("structure of the file")
                try check.checkCheckpoint(path, besideJournal: !isFull)
                damage = check.report
                if isFull {
                    try check.checkAll()
                    try check.checkJournal(path)
                } else {
                    check.report.unchecked = LedgerCheck.leftToFull
                }
                try check.checkTables()
                return check.report
            }
        } catch let error as LedgerError where error.kind == .broken {
            // Damage is what was asked about; what cannot be read any further is said, and ends the check.
            var report = damage ?? Report()
            report.add("file structure: \(error.message)")
            return report
        }
    }

    private init(reader: LedgerReader) { self.reader = reader }

    /// What only `--full` looks at.
    private static let leftToFull = [
        "contents of entries", "sources, findings and quarantine of each ingest", "records and days of each deployment",
        "digests of blocks of entries", "lines of the journal but the last",
    ]

    /// The tables that the last ingest binds, which sealing looks at too.
    private mutating func checkTables() throws {
        do {
            try reader.requireIntegrity()
            if try reader.bindsTables() {
                report.checks.append("tables that the log binds")
            } else {
                report.unchecked.append(
                    "tables of decisions, seals, answers and counts by day: the log binds them from the next ingest or seal on"
                )
            }
        } catch let error as LedgerError where error.kind == .broken {
            if report.problems.isEmpty { report.add(error.message) }
        }
    }

    private mutating func checkAll() throws {
        try checkEntries()
        try checkDeployments()
        try checkKeys()
        try checkTally()
        for stray in try reader.unreachableRows() { report.add("\(stray.count) rows: \(stray.what)") }
        report.checks.append("keys of sources and quarantine, and rows that nothing reaches")
    }

    /// The columns by which ingest finds sources and quarantined records again, against what they are made from.
    private mutating func checkKeys() throws {
        for (number, source) in try reader.sourceKeys().enumerated() {
            let value = try? JSONValue(parsing: source.body)
            if value?["sha256"]?.string != MerkleDigest(source.sha256)?.hexadecimal
                || value?["bytes"]?.integer != Int64(source.bytes)
            {
                report.add("source \(number): digest or size is not that of its summary")
            }
        }
        for entry in try reader.quarantineKeys() {
            let value = try? JSONValue(parsing: entry.body)
            let other = value?["others"]?.array?.first?["content"]
            let digest = other.map { ContentDigest.hexadecimal(of: $0.bytes) } ?? value?["sha256"]?.string
            if value?["kind"]?.string != entry.kind || digest != MerkleDigest(entry.digest)?.hexadecimal {
                report.add("quarantine \(entry.number): kind or digest is not that of its record")
            }
        }
    }

    private mutating func checkCheckpoint(_ path: String, besideJournal: Bool) throws {
        do {
            let run = try reader.lastRun()
            report.size = run?.size ?? 0
            report.root = (run?.root ?? MerkleHash.emptyRoot).hexadecimal
            let root = try reader.root(size: report.size)
            if root.hexadecimal != report.root {
                report.add("root: the leaves give \(root.hexadecimal), the last run says \(report.root)")
            }
            _ = try CheckpointFile.check(path, reader, besideJournal: besideJournal)
        } catch let error as EnvironmentError {
            report.add("checkpoint: \(error.message)")
        } catch let error as LedgerError {
            report.add("log: \(error.message)")
        } catch let error as FileSystemError {
            // What cannot be read was not checked.
            throw error
        } catch {
            report.add("checkpoint: \(error)")
        }
        report.checks.append("root and signed checkpoint")
    }

    /// Every line of the journal against the run that it tells of; lines that are missing at its end the next run appends.
    private mutating func checkJournal(_ path: String) throws {
        let lines: [JournaledIngest]
        do {
            lines = try LedgerJournal.read(LedgerJournal.path(of: path)).runs
        } catch let error as EnvironmentError {
            return report.add("journal: \(error.message)")
        }
        let runs = Dictionary(try reader.runs().map { ($0.run.number, $0.run) }, uniquingKeysWith: { $1 })
        let known = runs.keys.max() ?? 0
        for line in lines where line.number <= known {
            let run = runs[line.number]
            if run?.size == line.size, run?.root.hexadecimal == line.root { continue }
            report.add("journal: line \(line.number) tells of another run than the ledger has")
        }
        if let last = lines.last, last.number > known {
            let count = CountedNoun.text(last.number - known, "run")
            report.add("journal: tells of \(count) that the ledger does not have: the ledger is an older copy")
        }
        report.checks.append("\(lines.count) \(lines.count == 1 ? "line" : "lines") of the journal")
    }

    /// Every entry: number, form, leaf; every run: its root, and the rows that its last entry covers.
    private mutating func checkEntries() throws {
        var walk = LogWalk(runs: try reader.runs(), blocks: try reader.blocks())
        try reader.salvage { try walk.visit($0, reader) { report.add($0) } }
        try walk.finish(reader, size: report.size) { report.add($0) }
        report.checks += [
            CountedNoun.text(walk.range.size, "entry", plural: "entries"),
            "\(walk.runs.count) \(walk.runs.count == 1 ? "run with its" : "runs with their") sources, findings and quarantine",
        ]
    }

    /// Every cached row of a deployment, made again from the entries it holds.
    private mutating func checkDeployments() throws {
        var number = -1
        var count = 0
        while true {
            let stored = try reader.deployments(after: number, limit: 4096)
            guard let last = stored.last else { break }
            // Damage can put rows in another order than that of their numbers, and such reading would never end.
            for (row, before) in zip(stored, [number] + stored.map(\.number)) where row.number <= before {
                report.add("deployment \(row.number): stands behind deployment \(before)")
                return
            }
            try check(stored)
            number = last.number
            count += stored.count
        }
        report.checks.append(CountedNoun.text(count, "deployment"))
    }

    private mutating func checkTally() throws {
        let stored = try reader.tally()
        if stored.days != tally.counted { report.add("tally: its counts are not those of the deployments") }
        report.checks.append("counts by day")
    }

    private mutating func check(_ stored: [LedgerReader.StoredDeployment]) throws {
        var held = HeldRecords(batch: 0)
        var kept: [LedgerReader.StoredDeployment] = []
        var owners: [(transitions: [RecordReference], deployments: [RecordReference])] = []
        // Entries that stand together are read together; of a damaged log each deployment's alone, to name it.
        let records = try? reader.records(of: stored.map(\.number))
        for (place, deployment) in stored.enumerated() {
            if deployment.hash != LedgerHash.of(deployment.id) {
                report.add("deployment \(deployment.number): its hash is not that of its identifier")
            }
            do {
                owners.append(try held.load(records?[place] ?? reader.records(of: deployment.number)))
                kept.append(deployment)
            } catch let error as LedgerError where error.kind == .broken {
                report.add("deployment \(deployment.number): \(error.message)")
            }
        }
        let batch = held.finish()
        let groups = RecordGroups.of(owners, batch, number: 0)
        for (deployment, own) in zip(kept, owners) {
            do {
                try batch.requireOwner(deployment.id, of: own, deployment: deployment.number)
            } catch {
                report.add(error.message)
            }
        }
        compare(kept, RecordSet(held: batch, groups: groups))
    }

    private mutating func compare(_ stored: [LedgerReader.StoredDeployment], _ records: RecordSet) {
        var states = DeploymentStates(records)
        for (index, deployment) in stored.enumerated() {
            let state = states.derive(index)
            self.tally.add(state, by: 1)
            if state != deployment.state {
                report.add("deployment \(deployment.number): its cached state is not that of its entries")
            }
        }
    }
}
