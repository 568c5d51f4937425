import Testing

@Suite("cartulary export --idempotency-key")
struct IdempotencyTests {
    /// A ledger with one network of an awkward name, as a source may have it.
    private func ledger() throws -> CommandFolder {
        let place = try CommandFolder.withKey()
        let records = ["x", "y", "x --network y"].enumerated().map { number, network in
            #"{"deploymentId":"d\#(number)","network":"\#(network)","#
                + #""statusHistory":[{"id":"\#(number)","status":"Queued","timestamp":"2026-02-10T10:00:00Z"}]}"#
        }
        _ = try place.write(records.joined(separator: "\n") + "\n", to: "r.ndjson")
        #expect(try place.run("ingest", "r.ndjson", "--ledger", "l", "--key", "key").status == 0)
        return place
    }

    private func ask(_ place: CommandFolder, _ filters: String...) throws -> Ran {
        try place.run(
            ["export", "--ledger", "l", "--key", "key", "--out", "out", "--name", "answer", "--idempotency-key", "k"]
                + filters.flatMap { ["--network", $0] })
    }

    @Test("a key names one request word by word, whatever the words look like when they are joined")
    func wordByWord() throws {
        let place = try ledger()
        #expect(try ask(place, "x --network y").status == 0)
        let other = try ask(place, "x", "y")
        #expect(other.status == 64)
        #expect(other.messages.contains("was used for another request"))
        #expect(other.messages.contains("--network 'x --network y'"), "the words can be told apart in the message")
        #expect(try ask(place, "x --network y").status == 0, "the same request has the same answer")
    }
}
