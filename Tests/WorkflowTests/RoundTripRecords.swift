import Foundation

/// Random records of a few deployments: every member in every JSON type and form of number, names at their edges.
///
/// Each value is written in one of the forms that JSON allows. What is repeated is repeated in another form.
struct RoundTripRecords {
    /// One record, as JSON or as a row of CSV.
    enum Line {
        case json(String)
        case row(String)
    }

    private(set) var lines: [Line] = []
    /// Whether records may contradict each other or come with several texts of one time, where a ledger keeps the first of several runs.
    let hasConflicts: Bool
    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed &* 0x9E37_79B9 &+ 17)
        hasConflicts = seed % 3 == 0
        for number in 0..<Int.random(in: 1...9, using: &generator) { addDeployment(number) }
        for _ in 0..<Int.random(in: 0...3, using: &generator) { addBroken() }
    }

    private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &generator) == 0 }

    // MARK: Values

    static let numbers = [
        "0", "-0", "1", "7", "1.0", "3.00", "1e0", "3E0", "1e400", "-1e400", "1e-400", "5e-324", "0.1", "1E+2", "1e21",
        "1e20",
        "9007199254740991", "9007199254740993", "18446744073709551615", "18446744073709551616", "-9223372036854775808",
        "600000.0",
        "6e5", "-1", "-1.5", "100000000000000000000000000000000", "0.0000001", "123456789012345678901234567890e-10",
        "4.35", "255", "256",
    ]

    static let texts = [
        "", "a", "0", "5", "1.0", "1e400", "\\u0031", "\\u0031\\u0032", "\\u0033.0", "Queued", "NetworkError",
        "\\u004eetworkError",
        "true", "null", "0xAb12", "0xab12", "\\\"", "\\\\", "\\n", "\\r\\n", "\\u0000", "\\u001f", "\\u007f", "\\u0085",
        "\\u2028",
        "\\ud83d\\ude00", "é", "e\u{301}", "\u{feff}", "\u{202e}rtl", "=1+1", "@x", " a", "a ", "a,b", "a;b", "\\/",
        "/", "-partial",
        "NaN", "2026-02-14T09:30:00Z", "2026-02-14T10:30:00+01:00", "0001-01-01T00:00:00Z",
        "No compliance checks performed",
        "1 passed, 0 failed out of 1 checks", "None", "(none)", "constructor", "__proto__", "<b>x</b>", "&amp;", "]]>",
        "\\t",
    ]

    private mutating func string() -> String {
        if chance(40) { return "\"\(String(repeating: generator.pick(["x", "\\\"", "é", "\\u0001"]), count: 3_000))\"" }
        return "\"\(generator.pick(Self.texts))\""
    }

    private mutating func value(_ depth: Int = 0) -> String {
        switch Int.random(in: 0..<(depth > 2 ? 5 : 8), using: &generator) {
        case 0, 1: return generator.pick(Self.numbers)
        case 2: return string()
        case 3: return generator.pick(["true", "false"])
        case 4: return "null"
        case 5:
            let count = Int.random(in: 0...3, using: &generator)
            return "[" + (0..<count).map { _ in value(depth + 1) }.joined(separator: ",") + "]"
        case 6:
            return object(
                [
                    ("b", value(depth + 1)), ("a\\u0062", value(depth + 1)), ("\\ud83d\\ude00", value(depth + 1)),
                    ("ﬁ", value(depth + 1)),
                ])
        default: return nested()
        }
    }

    /// A value in as many containers as a record may have, or one more.
    private mutating func nested() -> String {
        guard chance(12) else { return "{}" }
        let depth = generator.pick([100, 108, 109, 110, 111, 112, 128])
        return String(repeating: "[", count: depth) + "1.0" + String(repeating: "]", count: depth)
    }

    /// An object of the members in an order of their own; some are left out.
    private mutating func object(_ members: [(String, String)]) -> String {
        var kept: [(String, String)] = []
        for member in members where !chance(3) { kept.append(member) }
        return written(kept.shuffled(using: &generator))
    }

    private func written(_ members: [(String, String)]) -> String {
        "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
    }

    static let statuses = [
        "Queued", "Submitted", "Pending", "Confirmed", "Completed", "Failed", "Indexed", "Cancelled",
    ]

    private mutating func status(_ place: Int) -> String {
        let number = chance(3) ? Int.random(in: 0..<8, using: &generator) : min(place, 4)
        let name = Self.statuses[number]
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: return "\(number)"
        case 1: return "\(number).0"
        case 2: return number == 0 ? "0e5" : "\(number)0e-1"
        case 3: return "\"\(name.replacingOccurrences(of: "e", with: "\\u0065"))\""
        default: return "\"\(name)\""
        }
    }

    /// A time of a place in a history, as a text; without zone rarely.
    private mutating func time(_ place: Int) -> String {
        if chance(30) {
            return generator.pick([
                "2016-12-31T23:59:60Z", "2017-01-01T00:59:60+01:00", "2009-01-01T00:00:00Z",
                "2008-12-31T23:59:59.9999999Z",
                "0001-01-01T00:00:00Z", "0001-01-02T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "2026-02-30T00:00:00Z",
                "2026-02-14T09:30:00.00000001Z", "2026-02-28T23:59:59.9999999Z", "2026-03-01T00:00:00Z",
                "2026-01-31T23:59:59Z",
            ])
        }
        let second = "\(chance(4) ? place / 2 : place)"
        let clock = "2026-02-1\(second.suffix(1))"
        return generator.pick([
            "\(clock)T10:00:00Z", "\(clock)T10:00:00Z", "\(clock)T10:00:00.5Z", "\(clock)T12:00:00+02:00",
            "\(clock)T10:00:00.1234567Z",
            "\(clock)t10:00:00z", "\(clock)T10:00:00.0000000000Z", "\(clock)T10:00:00", "\(clock)T10\\u003a00:00Z",
        ])
    }

    // MARK: Records

    private mutating func identifier(_ number: Int, _ prefix: String) -> String {
        switch Int.random(in: 0..<12, using: &generator) {
        case 0: "\(prefix)\\u0041\(number)"
        case 1: "\(prefix)\\\"\(number)\\\\"
        case 2: "é\(prefix)\(number)"
        case 3: "\(prefix)\(number)" + String(repeating: "y", count: 256 - "\(prefix)\(number)".count)
        case 4: "=\(prefix)\(number), b"
        default: "\(prefix)\(number)"
        }
    }

    private mutating func details() -> String {
        chance(5)
            ? value()
            : object([
                ("category", chance(2) ? "\(Int.random(in: 0...11, using: &generator))" : value()),
                ("context", value()),
                ("errorCode", value()), ("isRetryable", chance(2) ? "false" : value()),
                ("suggestedRetryDelaySeconds", value()),
                ("technicalMessage", value()), ("timestamp", chance(2) ? "\"\(time(3))\"" : value()),
                ("userMessage", value()),
                ("other", value()),
            ])
    }

    private mutating func checks() -> String {
        if chance(5) { return value() }
        let count = Int.random(in: 0...3, using: &generator)
        let checks = (0..<count).map { _ in
            chance(6)
                ? value()
                : object([
                    ("checkName", chance(2) ? "\"c\"" : value()), ("checkedAt", chance(2) ? "\"\(time(2))\"" : value()),
                    ("passed", chance(2) ? "true" : value()), ("message", value()), ("context", value()),
                ])
        }
        return "[" + checks.joined(separator: ",") + "]"
    }

    private mutating func metadata() -> String {
        chance(5)
            ? value()
            : object([
                ("errorCategory", chance(2) ? "\"\\u0033\"" : value()), ("isRetryable", value()),
                ("suggestedRetryDelaySeconds", value()), ("x", chance(4) ? held() : value()),
                ("isSimulated\\u0045vidence", chance(8) ? value() : "false"),
            ])
    }

    /// What is a record, or nearly one, inside another one: an object, a list or a text.
    private mutating func held() -> String {
        let record = object([
            ("deploymentId", chance(2) ? "null" : value()), ("st\\u0061tus", status(3)),
            ("timestamp", "\"\(time(2))\""),
            ("job_id", chance(2) ? "null" : "\"j\""), ("is_simulated", chance(3) ? value() : "null"),
        ])
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return "[\(record)]"
        case 1: return "\"\(record.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
        default: return record
        }
    }

    private mutating func transition(_ deployment: String, _ id: String?, place: Int) -> String {
        var members = [
            ("deploymentId", "\"\(deployment)\""), ("status", status(place)), ("timestamp", "\"\(time(place))\""),
        ]
        if let id { members.append(("id", "\"\(id)\"")) }
        for name in [
            "message", "reasonCode", "actorAddress", "transactionHash", "errorMessage", "unknown", "un\\u006bnown2",
        ]
        where chance(4) { members.append((name, value())) }
        for name in ["confirmedRound", "durationFromPreviousStatusMs"] where chance(2) {
            members.append((name, chance(2) ? generator.pick(Self.numbers) : value()))
        }
        if chance(3) { members.append(("errorDetails", details())) }
        if chance(3) { members.append(("complianceChecks", checks())) }
        if chance(3) { members.append(("metadata", metadata())) }
        if chance(30) { members.append(("statusHistory", value())) }
        if chance(8) { members.append((generator.pick(["held", "items", "\\u0068eld2"]), held())) }
        if chance(12) {
            members.append((generator.pick(["isSimulated", "Is\\u002dSimulated", "is_simulated"]), value()))
        }
        return written(members.shuffled(using: &generator))
    }

    private mutating func deployment(_ id: String) -> String {
        var members = [("deploymentId", "\"\(id)\""), ("currentStatus", chance(5) ? value() : status(4))]
        for name in [
            "tokenType", "network", "deployedBy", "tokenName", "tokenSymbol", "assetIdentifier", "transactionHash",
            "errorMessage",
            "correlationId", "complianceSummary", "totalDurationMs", "errorSummary", "unknown",
        ] where chance(2) { members.append((name, chance(2) ? "\"x\"" : value())) }
        for name in ["createdAt", "updatedAt"] where chance(2) { members.append((name, "\"\(time(3))\"")) }
        if chance(6) { members.append((chance(2) ? "held" : "isSimulatedEvidence", held())) }
        return written(members.shuffled(using: &generator))
    }

    /// A record again: in the same bytes, or with other white space and order.
    private mutating func again(_ text: String) -> String {
        chance(2) ? text : " " + text + "\t"
    }

    private mutating func addDeployment(_ number: Int) {
        let id = identifier(number, "d")
        for _ in 0..<(hasConflicts ? generator.pick([0, 1, 2, 3]) : generator.pick([0, 1])) {
            let record = deployment(id)
            lines.append(.json(record))
            if chance(4) { lines.append(.json(again(record))) }
        }
        for place in 0..<Int.random(in: 0...8, using: &generator) {
            let own =
                chance(6) ? nil : hasConflicts && chance(4) ? identifier(place, "t") : identifier(place, "t\(number)-")
            let record = transition(id, own, place: place)
            lines.append(.json(record))
            if chance(4) { lines.append(.json(again(record))) }
            if hasConflicts, chance(8) { lines.append(.json(transition(id, own, place: place))) }
        }
        guard chance(2), hasConflicts || !id.contains("\\") else { return }
        for place in 0..<Int.random(in: 1...3, using: &generator) { addRow(id, place) }
    }

    private mutating func addRow(_ id: String, _ place: Int) {
        func cell(_ text: String) -> String { "\"\(text.replacingOccurrences(of: "\"", with: "\"\""))\"" }
        let plain = id.replacingOccurrences(of: "\\u0041", with: "A")
        let words = ["", "", "x", "1.0", "1e400", "=1", "a,b", "-0", "007", " x ", "é", "\"", "null"]
        var cells = [plain]
        for _ in 0..<7 { cells.append(hasConflicts ? generator.pick(words) : "") }
        cells += [Self.statuses[min(place, 7)], "2026-02-1\(place)T11:00:00Z"]
        for _ in 0..<6 { cells.append(generator.pick(words)) }
        lines.append(.row(cells.map(cell).joined(separator: ",") + "\n"))
    }

    /// What is rejected, for one reason or another.
    private mutating func addBroken() {
        lines.append(
            .json(
                generator.pick([
                    #"{"deploymentId":"","status":"Queued","timestamp":"2026-02-10T10:00:00Z"}"#,
                    #"{"deploymentId":"d0","status":"Odd","timestamp":"2026-02-10T10:00:00Z"}"#,
                    #"{"deploymentId":"d0","id":7,"status":"Queued","timestamp":"2026-02-10T10:00:00Z"}"#,
                    #"{"deploymentId":"d0","id":"a","status":"Queued","timestamp":"10000-01-01T00:00:00Z"}"#,
                    #"{"deploymentId":"\#(String(repeating: "z", count: 300))","status":"Queued","timestamp":"2026-02-10T10:00:00Z"}"#,
                    #"{"deploymentId":"d0","currentStatus":"Queued","statusHistory":[{"deploymentId":"","status":0,"timestamp":"2026-02-10T10:00:00Z"}]}"#,
                    #"{"deploymentId":"d0","a":1,"a":2}"#, #"{"success":false,"errorMessage":"timeout"}"#,
                ])))
    }

    // MARK: Files

    /// The records as files, in an order and a split that the generator chooses.
    func files(_ generator: inout SeededGenerator) -> [String] {
        var files: [String] = []
        for isRow in [false, true] {
            var rest: [String] = lines.compactMap { line in
                switch line {
                case .json(let text): isRow ? nil : text + "\n"
                case .row(let text): isRow ? text : nil
                }
            }.shuffled(using: &generator)
            while !rest.isEmpty {
                let count = Int.random(in: 1...rest.count, using: &generator)
                files.append((isRow ? Text.header : "") + rest.prefix(count).joined())
                rest.removeFirst(count)
            }
        }
        return files.shuffled(using: &generator)
    }
}
