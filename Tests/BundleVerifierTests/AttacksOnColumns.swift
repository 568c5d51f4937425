import AuditModel
import BundleFormat
import MerkleTree
import StrictJSON

extension EditableBundle {
    /// Changes the entry of columns of a deployment.
    fileprivate mutating func changeColumns(
        of id: String = "c", _ change: (inout LogRow, inout LogRecord) throws -> Void
    )
        throws
    {
        try relog { rows in
            for place in rows.indices {
                guard case .record(var record) = rows[place].entry, record.kind == .columns,
                    record.deploymentID.elementsEqual(id.utf8)
                else { continue }
                try change(&rows[place], &record)
                if case .record = rows[place].entry { rows[place].entry = .record(record) }
                return
            }
            throw Unexpected(what: "columns of \(id)")
        }
    }

    /// Changes a text of the trail wherever it stands, and in the table that is made from it.
    fileprivate mutating func changeTrail(_ old: String, to new: String) async throws {
        let lines = try trailLines()
        let changed = lines.map { $0.replacing("\"tokenSymbol\":\"\(old)\"", with: "\"tokenSymbol\":\"\(new)\"") }
        guard changed != lines else { throw Unexpected(what: old) }
        try writeTrail(changed)
        let table = try text(BundlePath.deployments)
        write(table.replacing(",\(old),", with: ",\(new),"), to: BundlePath.deployments)
        try await rederive()
    }

    /// The row in which a deployment stands.
    fileprivate func row(of id: String) throws -> Int {
        guard let row = try trailLines().firstIndex(where: { $0.contains("\"deploymentId\":\"\(id)\"") }) else {
            throw Unexpected(what: id)
        }
        return row
    }
}

extension Attack {
    /// What a signer may try with the columns of CSV rows: `c` has them alone, `r` beside a record, `s` from several rows.
    static let onColumns: [Attack] = [
        Attack("columns of a row changed in the trail", check: "log", on: .rows) {
            try await $0.changeTrail("T0", to: "T9")
        },
        Attack("columns of a row beside a record changed in the trail", check: "log", on: .rows) {
            try await $0.changeTrail("R0", to: "R9")
        },
        Attack("columns of a row taken out of the log", check: "log", on: .rows) { bundle in
            try bundle.relog { rows in
                rows.removeAll { row in
                    guard case .record(let record) = row.entry else { return false }
                    return record.kind == .columns && record.deploymentID.elementsEqual("c".utf8)
                }
            }
        },
        Attack("columns of several rows taken out of the log", check: "log", on: .rows) { bundle in
            try bundle.relog { rows in
                rows.removeAll { row in
                    guard case .record(let record) = row.entry else { return false }
                    return record.kind == .columns && record.deploymentID.elementsEqual("s".utf8)
                }
            }
        },
        Attack("columns of another deployment", check: "log", on: .rows) { bundle in
            let row = try bundle.row(of: "r")
            try bundle.changeColumns { line, record in
                record.deploymentID = Array("r".utf8)[...]
                line.row = row
            }
        },
        Attack("columns in the row of another deployment", check: "log", on: .rows) { bundle in
            let row = try bundle.row(of: "r")
            try bundle.changeColumns { line, _ in line.row = row }
        },
        Attack("columns of several rows, one in the row of another deployment", check: "log", on: .rows) { bundle in
            let row = try bundle.row(of: "r")
            try bundle.changeColumns(of: "s") { line, _ in line.row = row }
        },
        Attack("columns in a row that does not exist", check: "log", on: .rows) { bundle in
            try bundle.changeColumns(of: "s") { line, _ in line.row = 77 }
        },
        Attack("columns with a time", check: "log", on: .rows) { bundle in
            try bundle.changeColumns(of: "s") { $1.time = try Timestamp.parse("2031-05-05T00:00:00Z").time }
        },
        Attack("columns with the text of a time", check: "log", on: .rows) { bundle in
            try bundle.changeColumns(of: "s") { $1.timestampAsReceived = Array("no time at all".utf8)[...] }
        },
        Attack("columns with another digest", check: "log", on: .rows) { bundle in
            try bundle.changeColumns { $1.contentSHA256 = MerkleHash.emptyRoot }
        },
        Attack("columns said to be of after the period", check: "log-complete", on: .rows) { bundle in
            try bundle.changeColumns(of: "s") { line, _ in
                line.destination = .after
                line.row = nil
            }
        },
        Attack("columns said to be superseded", check: "log-complete", on: .rows) { bundle in
            try bundle.changeColumns(of: "s") { line, _ in
                line.destination = .superseded
                line.row = nil
            }
        },
        Attack("a transition without a time in the log", check: "log", on: .revised) { bundle in
            try bundle.relog { rows in
                for place in rows.indices {
                    guard case .record(var record) = rows[place].entry, record.kind == .transition,
                        rows[place].destination != .inBundle
                    else { continue }
                    record.time = nil
                    rows[place].entry = .record(record)
                    return
                }
                throw EditableBundle.Unexpected(what: "a transition that is not in the bundle")
            }
        },
    ]
}
