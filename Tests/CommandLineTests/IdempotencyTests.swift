import Foundation
import StrictJSON
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

    @Test("an export that fails does not use the key up, whatever it fails of")
    func failuresBindNothing() throws {
        let place = try ledger()
        let ask = { (name: String, more: [String]) in
            try place.run(
                ["export", "--ledger", "l", "--idempotency-key", "k", "--network", "x", "--name", name] + more)
        }
        let sound = ["--key", "key", "--out", "out"]
        #expect(try place.run("keygen", "--out", "other", "--algorithm", "ecdsa-p256").status == 0)
        #expect(try ask("a", ["--key", "other", "--out", "out"]).status == 77)
        #expect(try ask("b", ["--key", "key", "--out", "nowhere"]).status == 73)
        #expect(try ask("c", sound + ["--network", "y", "--status", "Completed"]).status == 64, "it holds nothing")
        _ = try place.write("something else", to: "out/d-partial.zip")
        let taken = try ask("d", sound)
        #expect(taken.status == 73 && taken.messages.contains("a file with other content is there"))
        let full = try place.shell(
            "ulimit -f 4; trap '' XFSZ; cartulary export --ledger l --idempotency-key k --network x --name f --key key --out out"
        )
        #expect(full.status == 74, "\(full.messages)")
        #expect(try place.shell("ls l.*.answering").status != 0, "nothing is left")
        let given = try ask("e", sound)
        #expect(given.status == 0 && given.output == "out/e-partial.zip\n", "\(given.messages)")
        #expect(try ask("d", sound).status == 64, "now it is bound")
    }

    /// A ledger whose program was killed when its answer had got its name, and the key was not bound to it yet.
    private func killed() throws -> CommandFolder {
        let place = try ledger()
        #expect(try place.shell("mkdir before && cp l l.* before").status == 0)
        #expect(try ask(place, "x").status == 0)
        let line = try #require(try place.read("l.journal").split(separator: "\n").last)
        let entry = try #require(try JSONValue(parsing: Array(line.utf8))["entry"])
        let restored = try place.shell("rm l l.*; cp before/* . && printf k | sha256sum | cut -c 1-16")
        let pending = JSONValue.object(["directory": .string(place.path + "/out"), "entry": entry])
        let digest = restored.output.trimmingCharacters(in: .newlines)
        _ = try place.write(String(decoding: pending.bytes, as: UTF8.self), to: "l.\(digest).answering")
        let late = #"{"id":"z","deploymentId":"d0","status":"Submitted","timestamp":"2026-02-11T10:00:00Z"}"#
        _ = try place.write(late + "\n", to: "late.ndjson")
        #expect(try place.run("ingest", "late.ndjson", "--ledger", "l", "--key", "key").status == 0)
        return place
    }

    @Test("an answer that stands binds its key, though the program was killed before it could say so")
    func killedBehindTheName() throws {
        let place = try killed()
        let bytes = try place.bytes(place.path + "/out/answer-partial.zip")
        let other = try ask(place, "y")
        #expect(other.status == 64 && other.messages.contains("was used for another request"), "\(other.messages)")
        #expect(try ask(place, "x").status == 0)
        #expect(try place.bytes(place.path + "/out/answer-partial.zip") == bytes)
        #expect(try place.shell("ls l.*.answering").status != 0)
    }

    @Test("an answer that got no name binds nothing, though the program was killed when it was about to get it")
    func killedBeforeTheName() throws {
        let place = try killed()
        #expect(try place.shell("rm out/answer-partial.zip").status == 0)
        #expect(try ask(place, "y").status == 0)
        #expect(try ask(place, "x").status == 64)
    }
}

@Suite("Names of answers")
struct AnswerNameTests {
    @Test("requests that differ have names that differ, and the name holds the reference")
    func references() throws {
        let place = try CommandFolder.withKey()
        let records = try place.write(
            #"{"deploymentId":"d","network":"n","statusHistory":[{"id":"1","status":"Queued","timestamp":"2026-02-10T10:00:00Z"}]}"#
                + "\n", to: "r.ndjson")
        #expect(try place.run("ingest", records, "--ledger", "l", "--key", "key").status == 0)
        let requests: [(words: [String], name: String)] = [
            (["--response"], "response-2026-02"), (["--request-ref", "l12"], "response-2026-02-l12"),
            (["--request-ref", "Letter 12"], "response-2026-02-letter-12-*"),
            (["--request-ref", "letter/12"], "response-2026-02-letter-12-*"),
            (["--request-ref", "Ä"], "response-2026-02-*"), (["--request-ref", "…/…"], "response-2026-02-*"),
            (["--request-ref", String(repeating: "a9-", count: 60)], "response-2026-02-a9-*"),
            (["--idempotency-key", "case-7"], "response-2026-02-case-7"),
            (["--idempotency-key", "case-7b", "--request-ref", "l12"], "response-2026-02-l12-*"),
            (["--response", "--network", "n"], "response-2026-02-*-partial"),
            (["--response", "--network", "N"], "response-2026-02-*-partial"),
            (["--deployment", "d"], "response-2026-02-*-partial"),
            (["--request-ref", "l12", "--deployment", "d"], "response-2026-02-l12-*-partial"),
            (["--request-ref", "l12", "--network", "n"], "response-2026-02-l12-*-partial"),
        ]
        var names: Set<String> = []
        for (words, name) in requests {
            let command =
                ["export", "--ledger", "l", "--period", "2026-02", "--key", "key", "--out", "out", "-q"] + words
            let ran = try place.run(command)
            #expect(ran.status == 0, "\(words): \(ran.messages)")
            #expect(try place.run(command).output == ran.output, "the same request has the same name")
            names.insert(ran.output)
            let parts = "out/\(name).zip\n".split(separator: "*", omittingEmptySubsequences: false)
            #expect(ran.output.hasPrefix(parts[0]) && ran.output.hasSuffix(parts[parts.count - 1]), "\(ran.output)")
        }
        #expect(names.count == requests.count)
    }
}
