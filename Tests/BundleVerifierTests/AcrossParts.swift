import AuditModel
import BundleFormat
import RecordAnalysis
import StrictJSON

extension EditableBundle {
    /// Takes the first of two records of deployment `a` out of its line, as if it were of after the period, and counts it so.
    ///
    /// - Returns: the line before and after.
    mutating func dropRecord() throws -> (before: JSONValue, after: JSONValue) {
        var lines = try trailLines()
        guard let place = lines.firstIndex(where: { $0.contains("\"deploymentId\":\"a\"") && $0.contains("snapshots") })
        else { throw Unexpected(what: "two records of a") }
        let before = try JSONValue(parsing: Array(lines[place].utf8))
        guard var members = before.object, var derived = members["derived"]?.object else {
            throw Unexpected(what: "an object")
        }
        members["snapshots"] = nil
        derived["recordCount"] = .integer(1)
        members["derived"] = .object(derived)
        let after = JSONValue.object(members)
        lines[place] = String(decoding: after.bytes, as: UTF8.self)
        try writeTrail(lines)
        try add(-1, to: "reconciliation", "deploymentRecords", "inBundle")
        try add(1, to: "reconciliation", "deploymentRecords", "after")
        return (before, after)
    }

    /// The entry of the first record of deployment `a` of a kind; of several that with the lowest index.
    private static func isFirst(_ kind: LogRecord.Kind, _ row: LogRow, in rows: [LogRow]) -> Bool {
        func isOne(_ row: LogRow) -> Bool {
            guard case .record(let record) = row.entry else { return false }
            return record.kind == kind && record.deploymentID.elementsEqual("a".utf8)
        }
        return rows.first(where: isOne)?.index == row.index
    }

    /// Says of the first deployment record of `a` that it is of after the period; hidden if `hides`.
    mutating func placeAfter(hides: Bool = false) throws {
        try relog { rows in
            let all = rows
            guard let place = rows.firstIndex(where: { Self.isFirst(.deployment, $0, in: all) }) else {
                throw Unexpected(what: "a deployment record")
            }
            rows[place].destination = .after
            rows[place].row = nil
            if hides { rows[place].entry = .hidden(kind: .deployment) }
        }
    }

    /// Takes the first entry of a kind of deployment `a` out of what stands before the position.
    mutating func dropEarlier(_ kind: LogRecord.Kind) throws {
        try relog { rows in
            let all = rows
            rows.removeAll { Self.isFirst(kind, $0, in: all) }
            if rows.count == all.count { throw Unexpected(what: "an earlier entry of a") }
        }
    }

    /// Adds a correction of deployment `a`, which comes before all others.
    mutating func correct(_ line: (before: JSONValue, after: JSONValue)) throws {
        let own = JSONValue.object(["after": line.after, "before": line.before, "deploymentId": .string("a")])
        let known = try lines(BundlePath.corrections).dropFirst().dropLast()
        let all = [String(decoding: own.bytes, as: UTF8.self) + ","] + known
        write("[\n" + all.joined(separator: "\n") + "\n]\n", to: BundlePath.corrections)
    }
}

/// What is made from a ledger that holds two deployment records and the columns of a row of deployment `a`.
struct AcrossParts: Sendable {
    /// January, January again with a deployment that came late, February.
    var sealed: [NamedBundle]
    /// January in another archive, without and with a filter.
    var second: NamedBundle
    var filtered: NamedBundle
    var answer: NamedBundle

    static func make(basis: Basis = .activity) async throws -> AcrossParts {
        var ledger = try AcrossLedger(basis: basis)
        try await ledger.ingest(
            AcrossLedger.transition("a", "a1", is: "Queued", on: "2026-01-05"),
            AcrossLedger.deployment("a", created: "2026-01-05", updated: "2026-01-05"),
            AcrossLedger.deployment("a", created: "2026-01-05", updated: "2026-01-08"))
        try await ledger.ingest("DeploymentId,Network,Status,Timestamp", "a,n,Queued,2026-01-05T00:00:00Z")
        var sealed = try await ledger.seal("2026-01")
        try await ledger.ingest(
            AcrossLedger.transition("z", "z1", is: "Queued", on: "2026-01-20"),
            AcrossLedger.deployment("z", created: "2026-01-20", updated: "2026-01-20"))
        try await ledger.ingest(
            AcrossLedger.transition("a", "a2", is: "Submitted", on: "2026-02-03"),
            AcrossLedger.deployment("a", created: "2026-01-05", updated: "2026-02-03"))
        sealed += try await ledger.seal("2026-02")
        return AcrossParts(
            sealed: sealed, second: try await ledger.seal("2026-01", archive: "second")[0],
            filtered: try await ledger.seal("2026-01", archive: "filtered") { $0.networks = ["n"] }[0],
            answer: try await ledger.answer("answer"))
    }

    static let honest = Task { try await make() }

    /// January, and its correction without a record that January has.
    static func correctionWithout(_ kind: LogRecord.Kind) async throws -> [NamedBundle] {
        let honest = try await honest.value
        return [
            honest.sealed[0],
            try await honest.sealed[1].changed { bundle in
                if kind == .deployment { try bundle.correct(try bundle.dropRecord()) }
                try bundle.dropEarlier(kind)
            },
        ]
    }

    /// A bundle of January that says that one of the records is of after it.
    static func placingAfter(_ bundle: NamedBundle, hides: Bool = false) async throws -> NamedBundle {
        try await bundle.changed { bundle in
            _ = try bundle.dropRecord()
            try bundle.placeAfter(hides: hides)
        }
    }
}

extension AttackAcross {
    private static let words = "a deployment record that another bundle shows as one of before the period's end"

    /// What a signer may try with records that say no time in the log.
    static let onParts: [AttackAcross] = [
        AttackAcross("a deployment record that a correction drops", words) { _, _ in
            try await AcrossParts.correctionWithout(.deployment)
        },
        AttackAcross("columns that a correction drops", "columns of CSV rows of a deployment that is here") { _, _ in
            try await AcrossParts.correctionWithout(.columns)
        },
        AttackAcross("a deployment record said to be of after January, beside another archive", words) { _, _ in
            let honest = try await AcrossParts.honest.value
            return [try await AcrossParts.placingAfter(honest.sealed[0]), honest.second]
        },
        AttackAcross("a deployment record said to be of after January, beside an answer", words) { _, _ in
            let honest = try await AcrossParts.honest.value
            return [honest.answer, try await AcrossParts.placingAfter(honest.second)]
        },
        AttackAcross("a deployment record hidden as of after January in a filtered bundle", words) { _, _ in
            let honest = try await AcrossParts.honest.value
            return [honest.sealed[0], try await AcrossParts.placingAfter(honest.filtered, hides: true)]
        },
    ]
}
