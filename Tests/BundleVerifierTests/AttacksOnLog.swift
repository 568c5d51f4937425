import AuditModel
import BundleFormat
import MerkleTree
import StrictJSON

extension EditableBundle {
    /// Changes the lines of the log, and makes indices of what came since the previous position, leaves and root fit.
    mutating func relog(_ change: (inout [LogRow]) throws -> Void) throws {
        var rows = try lines(BundlePath.log).dropFirst().compactMap { LogRow(line: Array($0.utf8)) }
        let start = Int(try json(BundlePath.bundle)["series"]?["log"]?["from"]?.integer ?? 0)
        try change(&rows)
        var next = start
        for place in rows.indices {
            if rows[place].index >= start {
                rows[place].index = next
                next += 1
            }
            switch rows[place].entry {
            case .record(let record): rows[place].leaf = record.leaf
            case .other(let body): rows[place].leaf = MerkleHash.leaf(body)
            case .hidden, .withheld: break
            }
        }
        var text = CSV.row(LogRow.columns)
        for row in rows { row.write(into: &text) }
        files[BundlePath.log] = text
        try rerootLog()
    }

    /// Changes the first entry of a kind that is no record.
    mutating func changeEntry(_ type: String, _ change: (inout [String: JSONValue]) -> Void) throws {
        var isFirst = true
        try changeEntries(type) { members in
            if isFirst { change(&members) }
            isFirst = false
        }
    }

    /// Puts entries that are no records before the end of the last run.
    mutating func addEntries(_ entries: [JSONValue]) throws {
        try relog { rows in
            let index = rows[rows.count - 1].index
            for entry in entries {
                rows.insert(
                    LogRow(
                        index: index, leaf: MerkleHash.emptyRoot, entry: .other(entry.bytes), destination: nil, row: nil
                    ), at: rows.count - 1)
            }
        }
    }

    /// Hides a transition of January behind a decision, and counts it everywhere that the log is compared with.
    mutating func hideTransition(behind change: (inout [String: JSONValue]) -> Void) throws {
        var received = Timestamp.unset
        var replaced = 0
        try relog { rows in
            let own = rows.first { $0.destination == .inBundle }
            guard case .record(var record)? = own?.entry else { throw Unexpected(what: "a record") }
            received = record.received
            record.contentSHA256 = MerkleHash.emptyRoot
            record.time = try Timestamp.parse("2026-01-07T00:00:00Z").time
            replaced = rows[rows.count - 1].index
            rows.insert(
                LogRow(
                    index: replaced, leaf: MerkleHash.emptyRoot, entry: .record(record), destination: .superseded,
                    row: nil), at: rows.count - 1)
        }
        for names in [["sums", "acceptedTransitions"], ["sums", "accepted"], ["sums", "read"]] {
            try add(1, to: names[0], names[1])
        }
        for name in ["accepted", "superseded"] { try add(1, to: "reconciliation", "transitions", name) }
        let digest = JSONValue.string(MerkleHash.emptyRoot.hexadecimal)
        var members: [String: JSONValue] = [
            "accepted": digest, "by": .string("O. Operator"), "deploymentId": .string("a"),
            "reason": .string("hidden"), "received": .string(received.text),
            "replaces": .array([.integer(Int64(replaced))]), "settles": .array([.integer(1)]),
            "transitionId": .string("a1"), "type": .string("decision"),
        ]
        change(&members)
        try addEntries([.object(members)])
    }

    /// A seal of the series in the log.
    fileprivate func seal(of sequence: Int64) throws -> JSONValue {
        let series = try json(BundlePath.series)
        let name = JSONValue.object([
            "archive": series["archive"] ?? .null, "basis": series["basis"] ?? .null,
            "filters": series["filters"] ?? .null,
        ])
        return .object([
            "digest": .string(MerkleHash.emptyRoot.hexadecimal), "from": .string("2026-01-01T00:00:00.0000000Z"),
            "name": .string("audit-2026-01"), "received": .string("2026-04-01T00:00:00.0000000Z"),
            "request": .object([:]), "revision": .integer(0), "sequence": .integer(sequence),
            "series": .string(String(decoding: name.bytes, as: UTF8.self)), "size": .integer(0),
            "to": .string("2026-02-01T00:00:00.0000000Z"), "type": .string("seal"),
        ])
    }
}

extension Attack {
    /// What a signer, who has the key and signs everything again, may try with the entries of the log that are no records.
    static let onLog: [Attack] = [
        Attack("a record hidden by a decision on another deployment", check: "log", on: .first) {
            try $0.hideTransition { $0["deploymentId"] = .string("somebody-else") }
        },
        Attack("a record hidden by a decision on another kind of record", check: "log", on: .first) {
            try $0.hideTransition { $0["transitionId"] = nil }
        },
        Attack("a record hidden by a decision whose record does not follow", check: "log", on: .first) {
            try $0.hideTransition { _ in }
        },
        Attack("a record hidden by a decision without a deployment", check: "log-complete", on: .first) {
            try $0.hideTransition { $0["deploymentId"] = nil }
        },
        Attack("a record hidden by a decision without reason, person and time", check: "log-complete", on: .first) {
            try $0.hideTransition { for name in ["by", "reason", "received"] { $0[name] = nil } }
        },
        Attack("a dispute settled by a decision on another record", check: "rejected", on: .columns) { bundle in
            var lines = try bundle.trailLines()
            lines = lines.map { $0.replacing("\"disputed\":true", with: "\"disputed\":false") }
            try bundle.writeTrail(lines)
            try bundle.addEntries([
                .object([
                    "accepted": .string(MerkleHash.emptyRoot.hexadecimal), "by": .string("O. Operator"),
                    "deploymentId": .string("d"), "reason": .string("none"),
                    "received": .string("2026-04-01T00:00:00.0000000Z"), "replaces": .array([]),
                    "settles": .array([.integer(1)]), "transitionId": .string("x"), "type": .string("decision"),
                ])
            ])
        },
        Attack("a key of another log", check: "log", on: .first) {
            try $0.changeEntry("key") { $0["origin"] = .string("another") }
        },
        Attack("a key that is none", check: "log", on: .first) {
            try $0.changeEntry("key") { $0["publicKey"] = .string("nobody") }
        },
        Attack("no key at the beginning of the log", check: "log", on: .first) {
            try $0.relog { $0.removeFirst() }
        },
        Attack("no end of the run", check: "log", on: .first) { try $0.relog { $0.removeLast() } },
        Attack("a record in the end of a run", check: "log", on: .first) {
            try $0.changeEntry("run") { $0["records"] = .array([.object(["deploymentId": .string("a")])]) }
        },
        Attack("an end of a run that does not follow the one before", check: "log", on: .revised) {
            try $0.changeEntry("run") { $0["run"] = .integer(1) }
        },
        Attack("a record accepted at another time than its run", check: "log", on: .first) {
            try $0.relog { rows in
                for place in rows.indices {
                    guard case .record(var record) = rows[place].entry else { continue }
                    record.received = try Timestamp.parse("1971-01-01T00:00:00Z").time
                    rows[place].entry = .record(record)
                    return
                }
            }
        },
        Attack("a run accepted before the one before it", check: "log", on: .revised) {
            try $0.relog { rows in
                for place in rows.indices {
                    guard case .other(let body) = rows[place].entry else { continue }
                    let text = String(decoding: body, as: UTF8.self).replacing(
                        "\"received\":\"2026-04", with: "\"received\":\"2026-03")
                    rows[place].entry = .other(Array(text.utf8))
                }
            }
        },
        Attack("a seal of the position that the bundle has", check: "log", on: .first) {
            try $0.addEntries([try $0.seal(of: 1)])
        },
        Attack("a seal of a position that does not exist", check: "log", on: .first) {
            try $0.addEntries([try $0.seal(of: 77)])
        },
        Attack("a seal of another digest than the previous position", check: "log", on: .revised) {
            try $0.changeEntry("seal") { $0["digest"] = .string(MerkleHash.emptyRoot.hexadecimal) }
        },
        Attack("a seal of before its period ended", check: "log", on: .revised) {
            try $0.relog { rows in
                for place in rows.indices {
                    guard case .other(let body) = rows[place].entry else { continue }
                    let text = String(decoding: body, as: UTF8.self).replacing(
                        "\"received\":\"2026-04", with: "\"received\":\"2026-01")
                    rows[place].entry = .other(Array(text.utf8))
                }
            }
        },
        Attack("records of before a log that is whole", check: "log", on: .first) { bundle in
            for name in ["accepted", "before"] { try bundle.add(5000, to: "reconciliation", "transitions", name) }
            try bundle.add(5000, to: "ledger", "earlier", "transitions")
        },
        Attack("more records before the position than entries", check: "log", on: .sealed) { bundle in
            for name in ["accepted", "before"] { try bundle.add(5000, to: "reconciliation", "transitions", name) }
            try bundle.add(5000, to: "ledger", "earlier", "transitions")
        },
        Attack("places that are not those of the log", check: "log", on: .columns) { bundle in
            try bundle.add(-1, to: "reconciliation", "transitions", "inBundle")
            try bundle.add(1, to: "reconciliation", "transitions", "before")
        },
        Attack("more deployments than the log has", check: "log", on: .first) {
            try $0.add(1, to: "sums", "deployments")
        },
        Attack("more deployments than there are records", check: "log", on: .sealed) {
            try $0.add(999_999, to: "sums", "deployments")
        },
        Attack("a break that the log does not declare", check: "log", on: .first) {
            try $0.set(
                ["ledger", "breaks"],
                to: .array([
                    .object([
                        "by": .string("Board"), "origin": .string("other"), "reason": .string("lost"),
                        "received": .string("2024-01-01T00:00:00.0000000Z"),
                        "root": .string(MerkleHash.emptyRoot.hexadecimal), "size": .integer(9),
                    ])
                ]))
        },
        Attack("a source of another name than the run read", check: "log", on: .first) {
            try $0.replace("records-0", by: "records-9", in: BundlePath.sources)
        },
        Attack("a sealed period without a name", check: "series", on: .sealed) {
            try $0.set(["period", "label"], to: .null)
        },
        Attack("a sealed period with the name of another", check: "series", on: .sealed) {
            try $0.set(["period", "label"], to: .string("2026-03"))
        },
        Attack("a sealed bundle with the name of another period", check: "series", on: .sealed) {
            try $0.renameEverywhere("audit-2031-12")
        },
        Attack("a sealed bundle with the name of a revision", check: "series", on: .sealed) {
            try $0.renameEverywhere("audit-2026-02-r7")
        },
        Attack("a sealed bundle as of another time", check: "as-of", on: .sealed) {
            try $0.set(["asOf", "source"], to: .string("option"))
            try $0.set(["asOf", "time"], to: .string("2026-02-10T00:00:00.0000000Z"))
        },
    ]
}
