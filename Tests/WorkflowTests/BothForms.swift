import Foundation

/// Random histories that the service may have kept, and what its JSON and its own CSV export say of them.
///
/// Transitions have identifiers or not, members that a CSV cannot carry, empty texts, line breaks and numbers; several have
/// one time and status. No two records contradict each other.
struct BothForms {
    /// A transition as the service keeps it: members as JSON text, and the cells that its export writes.
    private struct Entry {
        var members: [String]
        var cells: [String]
    }

    /// The histories as JSON, in two files of which the second may be empty.
    private(set) var json = ["", ""]
    /// The service's own CSV of all of them.
    private(set) var csv = ""
    private var generator: SeededGenerator

    /// A time that lies after every other, and after the clock of the tests.
    static let future = "2031-01-01T00:00:00.0000000Z"

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed &* 0xD1B5_4A32 &+ 5)
        csv = Text.header
        for number in 0..<Int.random(in: 1...4, using: &generator) { addDeployment("d\(number)", seed: seed) }
    }

    private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &generator) == 0 }

    // MARK: Values

    /// A value as JSON text, and the cell that the service's export makes of it; nil for an absent member.
    private typealias Value = (json: String, cell: String)?

    private static let texts: [(json: String, cell: String)] = [
        (#""""#, ""), (#""a b""#, "a b"), (#""a\nb""#, "a b"), (#""a\r\nb""#, "a b"), (#""\r""#, ""), (#""\n""#, " "),
        (#""a\\nb""#, #"a\nb"#), (#""\"q\"""#, #""q""#), ("12", "12"), (#""12""#, "12"), ("null", ""),
        (#""x, y""#, "x, y"),
    ]

    private mutating func text() -> Value { chance(2) ? nil : generator.pick(Self.texts) }

    private mutating func number() -> Value {
        generator.pick([
            nil, nil, ("5", "5"), (#""5""#, "5"), ("5.0", "5"), ("18446744073709551615", "18446744073709551615"),
        ])
    }

    private mutating func further() -> String {
        generator.pick([
            #""metadata":{"errorCategory":"NetworkError"}"#, #""metadata":{"errorCategory":2,"note":"a\nb"}"#,
            #""errorDetails":{"category":"InternalError","isRetryable":true}"#, #""metadata":{}"#,
            #""complianceChecks":[{"checkName":"kyc","passed":true}]"#, #""unknown":[1,"a"]"#,
        ])
    }

    private mutating func entry(_ status: String, _ time: String, id: String?) -> Entry {
        let values: [(name: String, value: Value)] = [
            ("transactionHash", text()), ("status", ("\"\(status)\"", status)), ("timestamp", ("\"\(time)\"", time)),
            ("message", text()), ("reasonCode", text()), ("actorAddress", text()), ("confirmedRound", number()),
            ("errorMessage", text()), ("durationFromPreviousStatusMs", number()),
        ]
        var members = values.compactMap { member in member.value.map { "\"\(member.name)\":\($0.json)" } }
        if let id { members.append("\"id\":\"\(id)\"") }
        if chance(2) { members.append(further()) }
        return Entry(members: members.shuffled(using: &generator), cells: values.map { $0.value?.cell ?? "" })
    }

    // MARK: Histories

    private static let paths = [
        ["Queued", "Submitted", "Pending", "Confirmed", "Completed"], ["Queued", "Failed", "Queued", "Submitted"],
        ["Queued", "Submitted", "Failed"], ["Queued", "Queued", "Failed", "Failed"], ["Failed"],
        ["Queued", "Cancelled"],
    ]

    private mutating func addDeployment(_ id: String, seed: UInt64) {
        var entries: [Entry] = []
        for (place, status) in generator.pick(Self.paths).enumerated() {
            // Of one time and status there may be several.
            for twin in 0..<generator.pick([1, 1, 1, 2, 3]) {
                let own = "\(id)-\(place)-\(twin)"
                let name = seed % 3 == 0 ? nil : seed % 3 == 1 ? own : chance(2) ? own : nil
                entries.append(entry(status, "2026-02-1\(place)T10:00:00.0000000Z", id: name))
            }
        }
        if chance(4) { entries.append(entry("Queued", Self.future, id: chance(2) ? "\(id)-f" : nil)) }
        let columns: [(name: String, value: Value)] = [
            ("tokenType", ("\"t\"", "t")), ("tokenName", text()), ("tokenSymbol", text()), ("network", text()),
            ("deployedBy", text()), ("assetIdentifier", text()),
        ]
        let members = columns.compactMap { member in member.value.map { "\"\(member.name)\":\($0.json)" } }
        write(id, members, entries: entries)
        let own = columns.map { $0.value?.cell ?? "" }
        for entry in entries { addRow([id] + own + entry.cells) }
        // The export may be asked for twice.
        if chance(4), let entry = entries.last { addRow([id] + own + entry.cells) }
    }

    private mutating func write(_ id: String, _ members: [String], entries: [Entry]) {
        let objects = entries.map { "{" + $0.members.joined(separator: ",") + "}" }
        let record = ([#""deploymentId":"\#(id)""#, #""currentStatus":"Queued""#] + members).joined(separator: ",")
        guard chance(2) else {
            json[0] += "{\(record),\"statusHistory\":[\(objects.joined(separator: ","))]}\n"
            return
        }
        json[0] += "{\(record)}\n"
        let lines = objects.map { #"{"deploymentId":"\#(id)",\#($0.dropFirst())"# + "\n" }
        for line in lines { json[Int.random(in: 0...1, using: &generator)] += line }
    }

    private mutating func addRow(_ cells: [String]) {
        csv += cells.map { "\"\($0.replacingOccurrences(of: "\"", with: "\"\""))\"" }.joined(separator: ",") + "\n"
    }
}
