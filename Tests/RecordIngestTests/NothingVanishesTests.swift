import AuditModel
import RecordIngest
import Testing

/// Whatever stands around a record, it is accepted, rejected, or named by a finding.
@Suite("Nothing vanishes")
struct NothingVanishesTests {
    /// The generator of Numerical Recipes: the same numbers everywhere.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ (state >> 29)) &* 0x9E37_79B9_7F4A_7C15
        }
    }

    private struct Maker {
        var numbers: Numbers
        /// Records that were written, each with an identifier of its own.
        var identifiers: [String] = []

        mutating func one<T>(of choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &numbers)] }

        mutating func record() -> String {
            let id = "id-\(identifiers.count)-x"
            identifiers.append(id)
            return one(of: [
                Text.transition("t-\(id)", id), Text.deployment(id),
                Text.deployment(id, history: [Text.transition("u", id)]),
                #"{"jobId":"\#(id)","status":"Queued"}"#, #"{"deploymentId":"\#(id)","history":[{"status":0}]}"#,
                #"{"deployment_id":"\#(id)","status":"Queued"}"#, #"{"deploymentId":"\#(id)","currentStatus":8}"#,
            ])
        }

        mutating func value(_ depth: Int) -> String {
            if depth == 0 || Int.random(in: 0..<3, using: &numbers) == 0 { return record() }
            let inner = value(depth - 1)
            switch Int.random(in: 0..<9, using: &numbers) {
            case 0: return "[\(inner)]"
            case 1: return "[\(inner),\(value(depth - 1))]"
            case 2: return "{\"\(one(of: ["items", "data", "x", "statusHistory", "page"]))\":\(inner)}"
            case 3: return Text.quoted(inner)
            case 4: return Text.quoted("\u{FEFF}" + inner)
            case 5: return Text.quoted(String(inner.dropLast(1)))
            case 6: return envelope(depth - 1)
            case 7: return Text.quoted(" [" + inner + "]")
            default:
                return #"{"deploymentId":"k","currentStatus":0,"\#(one(of: ["more", "data", "metadata"]))":\#(inner)}"#
            }
        }

        mutating func envelope(_ depth: Int) -> String {
            let names = [
                "data", "deployments", "deployment", "items", "result", "metrics", "history", "error", "message",
                "status",
                "statusHistory", "d\\u0061ta", "snapshots", "correlationId",
            ].shuffled(using: &numbers)
            let count = Int.random(in: 1...3, using: &numbers)
            let members = names.prefix(count).map { "\"\($0)\":\(value(depth))" }
            let success = one(of: [#""success":true"#, #""success":false"#, #""total":1"#, #""success":null"#])
            return "{" + ([success] + members).shuffled(using: &numbers).joined(separator: ",") + "}"
        }
    }

    /// Everything that is kept or told of a source.
    private static func told(_ seen: SeenSource) -> String {
        var parts = seen.contents + seen.records.map(\.deploymentID)
        parts += seen.rejections.map { String(decoding: $0.raw, as: UTF8.self) }
        parts += seen.notes.map { ($0.actual ?? "") + ($0.deploymentID ?? "") }
        return parts.joined(separator: "\n")
    }

    @Test("each record of a generated envelope is accepted, rejected or told", arguments: 0..<12)
    func generated(_ seed: Int) throws {
        for number in 0..<50 {
            var maker = Maker(numbers: Numbers(state: UInt64(seed * 1_000 + number)))
            let text = maker.envelope(4)
            let seen = try Source.read(text)
            let told = Self.told(seen)
            // A failed request is told as a whole: its reasons are not looked through for records.
            let hasFailed = text.contains("\"error\":") && seen.envelopes.contains { $0.failure != nil }
            for id in maker.identifiers where text.contains(id) && !told.contains(id) {
                #expect(hasFailed, "\(id) of seed \(seed), \(number) vanished: \(text)")
            }
        }
    }
}
