import Foundation
import Testing

/// A record that is accepted fits into every file of a bundle and of a ledger, however deep it is nested.
@Suite("Nesting of records")
struct NestingTests {
    private static func record(_ id: String, message: String, depth: Int) -> String {
        let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        return
            #"{"deploymentId":"d1","id":"\#(id)","status":0,"timestamp":"2026-02-01T00:00:00Z","message":"\#(message)","x":\#(nested)}"#
            + "\n"
    }

    @Test(
        "one at the limit is sealed, in conflict too, and verifies; one beyond it is rejected",
        arguments: [110, 111, 112, 126])
    func limits(depth: Int) throws {
        let folder = try CommandFolder.withKey()
        let conflict = Self.record("t", message: "1", depth: depth) + Self.record("t", message: "2", depth: depth)
        _ = try folder.write(
            conflict + Self.record("u", message: "3", depth: depth) + Self.record("v", message: "4", depth: 1),
            to: "r.ndjson")
        let ingest = ["ingest", "r.ndjson", "--ledger", "l", "--key", "key", "--received", "2026-03-01T00:00:00Z"]
        #expect(try folder.run(ingest).status == 0)
        #expect(try folder.run("ledger", "check", "--full", "--ledger", "l").status == 0)
        let exports = [
            ["export", "r.ndjson", "--name", "files"], ["export", "--ledger", "l", "--response", "--name", "answer"],
            ["export", "--ledger", "l", "--period", "2026-02", "--now", "2026-03-01T00:00:00Z"],
        ]
        for words in exports {
            let made = try folder.run(words + ["--key", "key", "--out", "out"])
            #expect(made.status == 0, "\(made.messages)")
            let bundle = made.output.split(separator: "\n").map(String.init).last ?? ""
            let verified = try folder.run([bundle, "--trust", "key.pub"], program: "cartulary-verify")
            #expect(verified.status == 0, "\(verified.output)")
        }
        let validated = try folder.run("validate", "r.ndjson", "--json")
        #expect(validated.output.contains("112 in a record") == (depth > 111))
    }
}
