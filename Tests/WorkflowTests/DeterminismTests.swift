import AuditModel
import BundleExport
import BundleFormat
import RecordAnalysis
import Testing

/// Random records of a few deployments: duplicates, conflicts, rows, records in other words, and broken lines.
struct RandomRecords {
    var lines: [String] = []
    var rows: [String] = []

    init(seed: UInt64, hasBroken: Bool = true) {
        var generator = SeededGenerator(seed: seed)
        let statuses = ["Queued", "Submitted", "Pending", "Confirmed", "Completed", "Failed", "Cancelled", "Indexed"]
        for number in 0..<12 {
            let id = "d\(number)"
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                let network = generator.pick(["n", "n", "n", "m"])
                let time = generator.pick(["2026-02-10T00:00:00Z", "2026-02-20T00:00:00Z"])
                lines.append(
                    Text.deployment(
                        id,
                        #","network":"\#(network)","tokenName":"\#(Int.random(in: 0...2, using: &generator))","updatedAt":"\#(time)""#
                    ))
            }
            for place in 0..<Int.random(in: 0...8, using: &generator) {
                let status = generator.pick([statuses[place % 5], generator.pick(statuses)])
                let time = "2026-02-10T10:00:0\(generator.pick([place, place, place / 3]))"
                let zone = generator.pick(["Z", ".0Z", "+00:00", ".0000000Z", ""])
                let own = generator.pick(["t\(place)-\(id)", "t\(place)-\(id)", "t\(place)"])
                let text = Text.transition(
                    own, id, status, time + zone, generator.pick(["", #","message":null"#, #","message":"m""#]))
                lines.append(text)
                if Int.random(in: 0..<3, using: &generator) == 0 { lines.append(text) }
                if Int.random(in: 0..<3, using: &generator) == 0 { rows.append(Text.row(id, status, time + "Z")) }
            }
        }
        guard hasBroken else { return }
        lines += [
            "{", #"{"deploymentId":"d1","status":"Odd","timestamp":"2026-02-10T10:00:00Z"}"#, #"{"deploymentId":""}"#,
        ]
        rows += ["\"bad\n", Text.row("d2", "Odd", "2026-02-10T10:00:00Z")]
    }

    /// The records as files, in an order and a split that the generator chooses.
    func files(_ generator: inout SeededGenerator) -> [String] {
        var files: [String] = []
        var rest = lines.shuffled(using: &generator)
        // The first line tells the shape, so a broken one does not begin a file here.
        while !rest.isEmpty {
            let count = Int.random(in: 1...rest.count, using: &generator)
            let part = rest.prefix(count).sorted {
                !$0.hasSuffix("}") && $1.hasSuffix("}") ? false : $0.hasSuffix("}") && !$1.hasSuffix("}")
            }
            files.append(part.map { $0 + "\n" }.joined())
            rest.removeFirst(count)
        }
        var others = rows.shuffled(using: &generator)
        while !others.isEmpty {
            let count = Int.random(in: 1...others.count, using: &generator)
            files.append(Text.header + others.prefix(count).joined())
            others.removeFirst(count)
        }
        return files.shuffled(using: &generator)
    }
}

@Suite("The same records give the same content")
struct DeterminismTests {
    @Test("every record that was read is accepted, a duplicate, a conflict or rejected", arguments: 0..<25)
    func sums(_ seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let records = RandomRecords(seed: UInt64(seed))
        let result = try await Analysed.texts(records.files(&generator))
        let sums = result.sums
        #expect(sums.read == records.lines.count + records.rows.count)
        #expect(sums.read == sums.accepted + sums.duplicates + sums.conflicts + sums.rejected)
        #expect(sums.accepted == sums.acceptedDeploymentRecords + sums.acceptedTransitions)
        #expect(sums.acceptedTransitions == sums.inHistory + sums.repeats + sums.refused)
        #expect(sums.rejected == 5)
        #expect(result.sources.map(\.read).reduce(0, +) == sums.read)
        #expect(result.sources.map(\.accepted).reduce(0, +) == sums.accepted)
        let places = result.reconciliation
        #expect(places.transitions.reduce(0, +) == sums.acceptedTransitions)
        #expect(places.deploymentRecords.reduce(0, +) == sums.acceptedDeploymentRecords)
    }

    @Test("records in another order, split otherwise and repeated give identical content", arguments: 0..<8)
    func order(_ seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed) + 77)
        let records = RandomRecords(seed: UInt64(seed) + 500)
        let first = try await MadeBundle.make(texts: records.files(&generator))
        for round in 0..<4 {
            var files = records.files(&generator)
            if round == 3 { files += files.shuffled(using: &generator) }
            let other = try await MadeBundle.make(texts: files)
            #expect(first.content.keys.sorted() == other.content.keys.sorted())
            for (name, bytes) in first.content {
                #expect(other.content[name] == bytes, "\(name) of round \(round)")
            }
            #expect(first.result.contentRoot == other.result.contentRoot)
        }
    }

    @Test("the order in which inputs are named changes no byte of the bundle")
    func namedOrder() async throws {
        let files = Repository.records("deployments.ndjson", "transitions.ndjson", "list-response.json")
        let first = try await MadeBundle.make(files)
        let second = try await MadeBundle.make(files.reversed())
        #expect(first.bytes == second.bytes)
    }

    @Test("the number of threads changes no byte of the bundle", arguments: [2, 5])
    func threads(_ threads: Int) async throws {
        let folder = try Folder()
        // Over 512 deployments, so that there are several ranges, and several stretches of lines.
        let lines = (0..<1_400).map { number in
            Text.lines(
                Text.deployment("d\(number)", #","network":"n\#(number % 7)""#),
                Text.transition("q\(number)", "d\(number)"),
                Text.transition("s\(number)", "d\(number)", "Submitted", "2026-02-10T11:00:00Z"))
        }
        let path = try folder.write(lines.joined(), to: "many.ndjson")
        let files = [path] + Repository.records("audit-trail-bulk.csv", "bulk-response-json.json")
        let one = try await MadeBundle.make(files) { $0.analysis.threads = 1 }
        let many = try await MadeBundle.make(files) { $0.analysis.threads = threads }
        #expect(one.bytes == many.bytes)
    }

    @Test("a bundle made again is the same, and is left as it is")
    func again() async throws {
        let folder = try Folder()
        var options = ExportOptions(key: try MadeBundle.key(), toolVersion: "0.0.0-test")
        options.analysis.inputs = Repository.records("audit-trail-bulk.json")
        options.directory = folder.path
        let first = try await Export.run(options)
        let second = try await Export.run(options)
        #expect(!first.wasThere)
        #expect(second.wasThere)
        #expect(first.path == second.path)
        options.analysis.inputs = Repository.records("audit-trail.json")
        await #expect(throws: (any Error).self) { try await Export.run(options) }
    }
}
