import Foundation
import StrictJSON
import Testing

@Suite("Filters by deployment, asset, transaction and token")
struct SingleFilterTests {
    private static let retried = #"""
        {"deploymentId":"d-1","network":"Mainnet-v1.0","tokenType":"ASA_FT","tokenName":"Gold","assetIdentifier":"77","currentStatus":"Queued","createdAt":"2026-02-01T00:00:00Z","statusHistory":[{"id":"1","status":"Queued","timestamp":"2026-02-01T00:00:00Z"},{"id":"2","status":"Submitted","timestamp":"2026-02-01T00:01:00Z","transactionHash":"0xAA"}]}
        {"deploymentId":"d-2","network":"mainnet-v1.0","tokenType":"ASA_FT","tokenName":"Silver","assetIdentifier":"78","currentStatus":"Queued","createdAt":"2026-02-02T00:00:00Z","statusHistory":[{"id":"3","status":"Queued","timestamp":"2026-02-02T00:00:00Z"}]}

        """#

    private static let filters = [
        ("--deployment", "d-1", "deploymentId", "leftOutByDeployment"),
        ("--asset", "77", "assetIdentifier", "leftOutByAsset"),
        ("--transaction", "0xaa", "transactionHash", "leftOutByTransaction"),
        ("--token", "GOLD", "token", "leftOutByToken"),
    ]

    private static func verify(_ place: CommandFolder, _ path: String) throws -> Ran {
        try place.run("verify", path, "--trust", "key.allowed_signers", "--json")
    }

    @Test("a bundle says in filters, command, scope and reconciliation what it was chosen by, and is valid")
    func oneShot() throws {
        let place = try CommandFolder.withKey()
        let records = try place.write(Self.retried, to: "records.ndjson")
        for (option, value, member, destination) in Self.filters {
            let ran = try place.run(
                "export", records, "--key", "key", "--out", "out", "--name", member.lowercased(), option, value, "-q")
            #expect(ran.status == 0, "\(option): \(ran.messages)")
            let bundle = try Unpacked(place, ran.output)
            let description = try bundle.json("bundle.json")
            #expect(description["scope"]?.string == "filtered")
            #expect(description["filters"]?[member]?.array == [.string(value)])
            #expect(
                description["command"]?.array?.compactMap(\.string).suffix(4) == [
                    option, value, "--name", member.lowercased(),
                ])
            #expect(description["reconciliation"]?["transitions"]?[destination]?.integer == 1)
            #expect(description["reconciliation"]?["transitions"]?["inBundle"]?.integer == 2)
            #expect(try bundle.text("report.html").contains("PARTIAL"))
            #expect(try Self.verify(place, ran.output.trimmingCharacters(in: .newlines)).status == 0)
            let metrics = try place.run("metrics", records, option, value, "--json")
            #expect(metrics.json["totalDeployments"]?.integer == 1)
            let wrong = try place.run("metrics", records, option, "nothing like it")
            #expect(wrong.status == 64)
            #expect(wrong.messages.contains("\(option) \"nothing like it\" matches nothing"))
            #expect(!wrong.messages.contains("--allow-empty"), "metrics has no such option")
        }
    }

    @Test("network and token type match in upper and lower case, wherever they are asked for")
    func caseOfNames() throws {
        let place = try CommandFolder.withKey()
        let records = try place.write(Self.retried, to: "records.ndjson")
        let options = ["--network", "MAINNET-V1.0", "--token-type", "asa_ft"]
        #expect(try place.run(["metrics", records, "--json"] + options).json["totalDeployments"]?.integer == 2)
        let export = try place.run(["export", records, "--key", "key", "--out", "out", "-q"] + options)
        #expect(export.output == "out/audit-all-partial.zip\n")
        #expect(try Self.verify(place, "out/audit-all-partial.zip").status == 0)
        _ = try place.run("ingest", records, "--ledger", "records.ledger", "--key", "key", "-q")
        let answer = try place.run(
            ["export", "--ledger", "records.ledger", "--key", "key", "--out", "out", "-q"] + options)
        let path = answer.output.trimmingCharacters(in: .newlines)
        #expect(path.hasPrefix("out/response-all-") && path.hasSuffix("-partial.zip"))
        #expect(try Self.verify(place, path).json["verdict"]?.string == "valid")
        #expect(
            try Unpacked(place, answer.output).json("bundle.json")["sums"]?["inBundleTransitions"]?.integer == 3)
        let sealed = try place.run(
            ["export", "--ledger", "records.ledger", "--period", "2026-02", "--key", "key", "--out", "out", "-q"]
                + options)
        #expect(sealed.status == 0, "\(sealed.messages)")
        #expect(try Self.verify(place, sealed.output.trimmingCharacters(in: .newlines)).status == 0)
    }

    @Test("from a ledger such a filter makes an answer outside the series, although the period could be sealed")
    func ledger() throws {
        let place = try CommandFolder.withKey()
        let records = try place.write(Self.retried, to: "records.ndjson")
        _ = try place.run("ingest", records, "--ledger", "records.ledger", "--key", "key", "-q")
        let export = [
            "export", "--ledger", "records.ledger", "--period", "2026-02", "--key", "key", "--out", "out", "-q",
        ]
        for (option, value, member, destination) in Self.filters {
            let ran = try place.run(
                export + [option, value, "--idempotency-key", member, "--name", member.lowercased()])
            #expect(ran.status == 0, "\(option): \(ran.messages)")
            let again = try place.run(
                export + [option, value, "--idempotency-key", member, "--name", member.lowercased()])
            #expect(again.status == 0 && again.output == ran.output)
            let description = try Unpacked(place, ran.output).json("bundle.json")
            #expect(description["kind"]?.string == "response")
            #expect(description["reconciliation"]?["deploymentRecords"]?[destination]?.integer == 1)
            #expect(try Self.verify(place, ran.output.trimmingCharacters(in: .newlines)).status == 0)
        }
        let plain = try place.run(export + ["--deployment", "d-2"])
        #expect(plain.output.hasPrefix("out/response-2026-02-") && plain.output.hasSuffix("-partial.zip\n"))
        #expect(try place.run(export + ["--deployment", "d-2", "--revision", "0"]).status == 64)
        #expect(
            try place.run("ledger", "status", "--ledger", "records.ledger", "--json").json["sealedBundles"]?.integer
                == 0)
        #expect(try place.run(export).output == "out/audit-2026-02.zip\n")
    }

    @Test("an archive of a configuration does not take such a filter")
    func configuration() throws {
        let place = try CommandFolder.withKey()
        #expect(try place.run("init", "site", "--begin", "2026-01").status == 0)
        let path = "\(place.path)/site/cartulary.yaml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for key in ["deployment", "asset", "transaction", "token"] {
            let changed = text.replacing(
                "    period: month", with: "    \(key): [x]\n    period: month", maxReplacements: 1)
            #expect(changed != text)
            try changed.write(toFile: path, atomically: true, encoding: .utf8)
            let ran = try place.run("config", "check", "--config", path)
            #expect(ran.status == 78 || ran.status == 64, "\(ran.status) \(ran.messages)")
            #expect(ran.messages.contains(key))
        }
    }

    @Test("metrics --as-source prints the source's reading, with the value here wherever it differs")
    func asSource() throws {
        let place = try CommandFolder()
        let text = #"""
            {"deploymentId":"d","currentStatus":"Completed","createdAt":"2026-02-01T00:00:00Z","statusHistory":[{"id":"1","status":"Queued","timestamp":"2026-02-01T00:00:00Z"},{"id":"2","status":"Submitted","timestamp":"2026-02-01T00:00:01Z"},{"id":"3","status":"Completed","timestamp":"2026-02-01T00:00:05Z"}]}
            """#
        let records = try place.write(text, to: "records.ndjson")
        let ran = try place.run("metrics", records, "--as-source", "-q")
        #expect(ran.status == 0)
        let lines = ran.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(lines.contains("Deployments 1"))
        #expect(lines.contains("Completed 1 (here 0)"))
        #expect(lines.contains("Mean 5.0 s (here 0 ms)"))
        #expect(lines.contains("Submitted->Completed 4000 (here none)"))
        let json = try place.run("metrics", records, "--as-source", "--json").json
        let whole = try place.run("metrics", records, "--json").json
        #expect(json["successfulDeployments"]?.integer == 1 && json["successRate"] == .integer(100))
        var members = try #require(json.object)
        #expect(members.removeValue(forKey: "format")?.string == "cartulary-answer/1")
        #expect(whole["asSource"]?.object == members)
        #expect(members.count == 20)
    }

    /// The files of a bundle that was made.
    private struct Unpacked {
        private let directory: String

        init(_ place: CommandFolder, _ output: String) throws {
            let path = output.trimmingCharacters(in: .newlines)
            let target = "\(place.path)/\(UUID().uuidString)"
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/unzip")
            process.arguments = ["-q", "\(place.path)/\(path)", "-d", target]
            try process.run()
            process.waitUntilExit()
            let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
            directory = "\(target)/\(name)/data"
        }

        func text(_ name: String) throws -> String {
            try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
        }

        func json(_ name: String) throws -> JSONValue { try JSONValue(parsing: Array(try text(name).utf8)) }
    }
}
