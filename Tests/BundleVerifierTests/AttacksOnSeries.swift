import BundleFormat
import BundleVerifier
import MerkleTree
import Signing
import StrictJSON

extension EditableBundle {
    /// Changes the line of the log that holds a text, and nothing that follows from it.
    mutating func changeLog(_ text: String, _ change: (inout [String]) -> Void) throws {
        var lines = try lines(BundlePath.log)
        guard let index = lines.firstIndex(where: { $0.contains(text) }) else { throw Unexpected(what: text) }
        var cells = CSV.parse(Array((lines[index] + "\n").utf8))[0]
        change(&cells)
        let row = String(decoding: CSV.row(cells).dropLast(), as: UTF8.self)
        lines[index] = row
        write(lines: lines, to: BundlePath.log)
    }

    /// Makes root, checkpoint and compact range fit the leaves that the log now has, as a signer who lies would.
    mutating func rerootLog() throws {
        let series = try json(BundlePath.bundle)["series"]
        let start = series?["log"]?["from"]?.integer ?? 0
        let hashes = (series?["log"]?["range"]?.array ?? []).compactMap {
            $0.string.flatMap { MerkleDigest(hexadecimal: $0) }
        }
        guard let first = CompactRange(size: Int(start), hashes: hashes) else { throw Unexpected(what: "range") }
        let leaves = try lines(BundlePath.log).dropFirst().compactMap { line -> MerkleDigest? in
            let cells = line.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
            guard let index = Int64(cells[0]), index >= start else { return nil }
            return MerkleDigest(hexadecimal: String(cells[1]))
        }
        var range = first
        for leaf in leaves { range.append(leaf) }
        let path = start == 0 ? [] : ConsistencyProof(from: first, appending: leaves).path
        let proof = path.map { JSONValue.string($0.hexadecimal) }
        try set(["series", "log", "proof"], to: .array(proof))
        try set(["ledger", "size"], to: .integer(Int64(range.size)))
        try set(["ledger", "root"], to: .string(range.root.hexadecimal))
        let origin = try json(BundlePath.bundle)["ledger"]?["origin"]?.string ?? ""
        let text = Checkpoint(origin: origin, size: UInt64(range.size), root: range.root.bytes).text
        let note = try SignedNote(signing: text, name: origin, with: TestKeys.trusted)
        try set(["ledger", "checkpoint"], to: .string(String(decoding: note.bytes, as: UTF8.self)))
    }
}

extension EditableBundle {
    /// Adds a correction that is made from the line of deployment `z`: the lines after and before.
    mutating func addCorrection(before: Bool = false, _ make: (String) -> (after: String, before: String)) throws {
        guard let line = try trailLines().first(where: { $0.contains("\"deploymentId\":\"z\"") }) else {
            throw Unexpected(what: "deployment z")
        }
        let made = make(line)
        let id = try JSONValue(parsing: Array(made.after.utf8))["deploymentId"]?.string ?? ""
        let own = "{\"after\":\(made.after),\"before\":\(made.before),\"deploymentId\":\"\(id)\"}"
        let known = try lines(BundlePath.corrections).dropFirst().dropLast().map {
            $0.hasSuffix(",") ? String($0.dropLast()) : $0
        }
        let all = before ? [own] + known : known + [own]
        write("[\n" + all.joined(separator: ",\n") + "\n]\n", to: BundlePath.corrections)
    }
}

extension Attack {
    /// What a signer, who has the key and signs everything again, may try with the series and the log.
    static let onSeries: [Attack] = [
        Attack("a record of the period said to be later", check: "log-complete", on: .revised) {
            try $0.changeLog(",z,") { ($0[3], $0[4]) = ("after", "") }
        },
        Attack("a record of the period said to be superseded", check: "log-complete", on: .revised) {
            try $0.changeLog(",z,") { ($0[3], $0[4]) = ("superseded", "") }
        },
        Attack("a record of the period not assigned", check: "log-complete", on: .revised) {
            try $0.changeLog(",z,") { ($0[3], $0[4]) = ("notAssignable", "") }
        },
        Attack("a record hidden behind a filter that there is not", check: "log", on: .revised) {
            try $0.changeLog(",z,") { $0 = Array($0[..<3]) + ["leftOutByNetwork"] + Array(repeating: "", count: 8) }
        },
        Attack("a record said to stand in another row", check: "log", on: .revised) {
            try $0.changeLog(",z,") { $0[4] = $0[4] == "0" ? "1" : "0" }
        },
        Attack("a record moved to another time", check: "log", on: .revised) {
            try $0.changeLog(",z,") {
                $0[7] = "2026-03-20T00:00:00.0000000Z"
                ($0[3], $0[4]) = ("after", "")
            }
        },
        Attack("a record taken out of the log", check: "log", on: .revised) { bundle in
            bundle.write(
                lines: try bundle.lines(BundlePath.log).filter { !$0.contains(",z,") }, to: BundlePath.log)
            try bundle.rerootLog()
        },
        Attack("the last entry taken out of the log", check: "log", on: .revised) { bundle in
            let lines = try bundle.lines(BundlePath.log)
            guard let place = lines.lastIndex(where: { $0.contains(",transition,") }) else { return }
            bundle.write(lines: Array(lines[..<place]) + Array(lines[(place + 1)...]), to: BundlePath.log)
            try bundle.rerootLog()
        },
        Attack("an entry in another order", check: "log", on: .revised) { bundle in
            var lines = try bundle.lines(BundlePath.log)
            lines.swapAt(lines.count - 1, lines.count - 2)
            bundle.write(lines: lines, to: BundlePath.log)
        },
        Attack("a record disguised as an entry that is none", check: "log", on: .revised) { bundle in
            var body = ""
            try bundle.changeLog(",z,") { cells in
                let record = LogRow(line: Array(CSV.row(cells).dropLast()))
                if case .record(let record)? = record?.entry {
                    var bytes: [UInt8] = []
                    record.write(into: &bytes)
                    body = String(decoding: bytes, as: UTF8.self)
                }
                cells = Array(cells[..<2]) + Array(repeating: "", count: 9) + [body]
            }
            if body.isEmpty { throw EditableBundle.Unexpected(what: "a record") }
        },
        Attack("a transition of a deployment in the bundle said to be before", check: "log-complete", on: .sealed) {
            try $0.changeLog(",b,2026-02-03") { ($0[3], $0[4]) = ("before", "") }
        },
        Attack("a first place whose log begins later", check: "series", on: .revised) {
            try $0.set(["series", "sequence"], to: .integer(1))
        },
        Attack("another row", check: "log", on: .revised) { try $0.changeLog(",z,") { $0[4] = "0" } },
        Attack("a row of a record that is not in the bundle", check: "log", on: .revised) {
            try $0.changeLog(",b,2026-02-03") { ($0[3], $0[4]) = ("inBundle", "0") }
        },
        Attack("another digest of content", check: "log", on: .revised) {
            try $0.changeLog(",z,") { $0[8] = String(repeating: "0", count: 64) }
        },
        Attack("an altered entry that is no record", check: "log", on: .revised) {
            try $0.changeLog("\"\"type\"\":\"\"run\"\"") { $0[11] = $0[11].replacing("bytes", with: "digest-only") }
        },
        Attack("an earlier entry that is not in the bundle", check: "log", on: .sealed) {
            try $0.changeLog(",b,2026-02-03") { ($0[3], $0[4]) = ("after", "") }
        },
        Attack("records that the log does not have", check: "log", on: .sealed) { bundle in
            bundle.write(
                lines: try bundle.lines(BundlePath.log).filter { !$0.contains(",b,2026-02-03") }, to: BundlePath.log)
        },
        Attack("another root of the log", check: "log-root", on: .revised) {
            try $0.set(["ledger", "root"], to: .string(String(repeating: "0", count: 64)))
        },
        Attack("another compact range", check: "log-root", on: .revised) { bundle in
            let count = try bundle.json(BundlePath.bundle)["series"]?["log"]?["range"]?.array?.count ?? 0
            let digests = [JSONValue](repeating: .string(String(repeating: "0", count: 64)), count: count)
            try bundle.set(["series", "log", "range"], to: .array(digests))
        },
        Attack("a proof that does not hold", check: "log-root", on: .revised) {
            try $0.set(["series", "log", "proof"], to: .array([.string(String(repeating: "0", count: 64))]))
        },
        Attack("a log that begins elsewhere", check: "log-root", on: .revised) {
            try $0.set(["series", "log", "from"], to: .integer(0))
        },
        Attack("a checkpoint by another key", check: "checkpoint", on: .revised) { bundle in
            let part = try bundle.json(BundlePath.bundle)["ledger"]
            let note = try SignedNote(parsing: Array((part?["checkpoint"]?.string ?? "").utf8))
            let other = try SignedNote(signing: note.text, name: part?["origin"]?.string ?? "", with: TestKeys.other)
            try bundle.set(["ledger", "checkpoint"], to: .string(String(decoding: other.bytes, as: UTF8.self)))
        },
        Attack("a checkpoint of another size", check: "checkpoint", on: .revised) {
            try $0.set(["ledger", "size"], to: .integer(99))
        },
        Attack("another number", check: "series", on: .sealed) { try $0.set(["series", "sequence"], to: .integer(7)) },
        Attack("no bundle before", check: "series", on: .sealed) { try $0.set(["series", "previous"], to: .null) },
        Attack("another digest of the bundle before", check: "series", on: .sealed) {
            try $0.set(["series", "previous", "digest"], to: .string(String(repeating: "0", count: 64)))
        },
        Attack("an earlier position left out", check: "series", on: .sealed) { bundle in
            let places = try bundle.json(BundlePath.series)["places"]?.array ?? []
            try bundle.set(["places"], to: .array(Array(places.dropFirst())), in: BundlePath.series)
        },
        Attack("nothing superseded", check: "series", on: .revised) {
            try $0.set(["series", "supersedes"], to: .null)
        },
        Attack("a revision skipped", check: "series", on: .revised) {
            try $0.set(["series", "revision"], to: .integer(2))
        },
        Attack("another period promised", check: "series", on: .sealed) {
            try $0.set(["series", "next", "to"], to: .string("2027-04-01T00:00:00.0000000Z"))
        },
        Attack("another archive", check: "series", on: .sealed) {
            try $0.set(["series", "archive"], to: .string("other"))
        },
        Attack("no corrections", check: "corrections", on: .revised) { $0.write("[\n]\n", to: BundlePath.corrections) },
        Attack("a correction that corrects nothing", check: "corrections", on: .revised) {
            try $0.replace("\"before\":null", by: "\"before\":{}", in: BundlePath.corrections)
        },
        Attack("a correction with another line", check: "corrections", on: .revised) {
            try $0.replace("2026-01-20", by: "2026-01-21", in: BundlePath.corrections)
        },
        Attack("a correction of what is there said to be gone", check: "corrections", on: .revised) {
            $0.write(
                "[\n{\"after\":null,\"before\":{\"deploymentId\":\"z\",\"row\":1},\"deploymentId\":\"z\"}\n]\n",
                to: BundlePath.corrections)
        },
        Attack("a correction of a deployment that there never was", check: "corrections", on: .revised) {
            try $0.addCorrection {
                ($0.replacing("\"deploymentId\":\"z\"", with: "\"deploymentId\":\"zz\""), "null")
            }
        },
        Attack("a second correction of a row, with a false line", check: "corrections", on: .revised) { bundle in
            try bundle.addCorrection(before: true) {
                let other = $0.replacing("\"deploymentId\":\"z\"", with: "\"deploymentId\":\"a0\"")
                return (other, other.replacing("\"disputed\":false", with: "\"disputed\":true"))
            }
        },
        Attack("a correction of the row alone", check: "corrections", on: .revised) { bundle in
            bundle.write("[\n]\n", to: BundlePath.corrections)
            try bundle.addCorrection { line in
                (line, line.replacing(/"row":\d+/, with: "\"row\":77"))
            }
        },
        Attack("a sealed bundle said to be an answer", check: "description", on: .sealed) {
            try $0.set(["kind"], to: .string("response"))
        },
        Attack("a ledger in a bundle from files", check: "description") { try $0.set(["ledger"], to: .object([:])) },
        Attack("records of other sources than the log tells", check: "sums", on: .sealed) {
            try $0.set(["ledger", "earlier", "transitions"], to: .integer(1))
        },
        Attack("no log", check: "files-present", .trusted, .tampered, status: 10, on: .sealed) {
            try $0.remove(BundlePath.log)
        },
        Attack("a log in a bundle from files", check: "file-set") { $0.write("index\n", to: BundlePath.log) },
    ]
}
