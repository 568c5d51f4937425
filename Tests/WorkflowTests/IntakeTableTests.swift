import AuditModel
import Foundation
import Spools
import Testing

@testable import Schedule

/// The table of docs/exit-codes.md says what each finding of an intake does to a run; this holds both to it.
@Suite("Findings of a run's intake")
struct IntakeTableTests {
    private struct Row {
        var code: String
        var status: Int
        var blocks: Bool
    }

    /// The rows between the marks, one for each code that a row names.
    private static func rows() throws -> [Row] {
        let text = try Repository.text("docs/exit-codes.md")
        let table = text.split(separator: "<!-- intake: begin -->")[1].split(separator: "<!-- intake: end -->")[0]
        return table.split(separator: "\n").filter { $0.contains("`") }.flatMap { line -> [Row] in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let status = Int(cells[1].prefix { $0.isNumber }) ?? -1
            return cells[0].matches(of: /`([a-z-]+)`/).map {
                Row(code: String($0.output.1), status: status, blocks: cells[2].hasPrefix("yes"))
            }
        }
    }

    /// The statuses of docs/exit-codes.md that follow from what a run took in.
    private static func status(_ result: ScheduleResult) -> Int {
        if !result.refusals.isEmpty { return 65 }
        return result.doubtful + result.flaws > 0 ? 1 : 0
    }

    private static func run(_ texts: [String]) async throws -> (result: ScheduleResult, reports: [String]) {
        let schedule = try TestSchedule()
        schedule.plan.sources[0].location = .files([schedule.folder.path + "/in"])
        try schedule.cover("2026-02")
        for (number, text) in texts.enumerated() {
            _ = try schedule.folder.write(text, to: "in/\(number).json")
        }
        return (try await schedule.run("2026-03-02"), schedule.reports)
    }

    @Test("every finding of an intake has its row, and the errors no other")
    func isWhole() throws {
        let codes = try Self.rows().map(\.code)
        #expect(Set(codes) == Set(FindingCode.allCases.filter { !$0.isDerived }.map(\.rawValue)))
        // One that is judged by what the claim is has two rows.
        let twice = codes.filter { code in codes.count { $0 == code } > 1 }
        #expect(Set(twice) == ["unreadable-member", "source-incomplete"])
    }

    @Test("what a run does with each finding is what its row says", arguments: IntakeFindingTests.cases.indices)
    func does(_ number: Int) async throws {
        let example = IntakeFindingTests.cases[number]
        // Judged against another time, or when a bundle is made.
        guard ![.timestampInFuture, .statedMetricMismatch].contains(example.code) else { return }
        let rows = try Self.rows().filter { $0.code == example.code.rawValue }
        let (result, reports) = try await Self.run(example.hit)
        let isMatch = rows.contains { $0.status == Self.status(result) && $0.blocks == (result.sealed == 0) }
        #expect(isMatch, "\(example.code.rawValue): status \(Self.status(result)), \(reports)")
    }

    @Test("no finding at error level leaves the status at 0, and a claim of another type blocks")
    func errors() async throws {
        for row in try Self.rows() where FindingCode(rawValue: row.code)?.severity == .error {
            #expect(row.status != 0, "\(row.code)")
        }
        for (value, status, isSealed) in [("8", 1, true), ("{}", 65, false)] {
            let text = Text.deployment("d", #","currentStatus":\#(value)"#) + "\n" + Text.transition("q")
            let (result, reports) = try await Self.run([text])
            #expect(Self.status(result) == status && (result.sealed > 0) == isSealed, "\(reports)")
        }
        let future = try await Self.run([
            IntakeFindingTests.base, Text.transition("f", "e", "Queued", "2026-03-09T10:00:00Z"),
        ])
        #expect(Self.status(future.result) == 1 && future.result.sealed > 0, "\(future.reports)")
        let failed = try await Self.run([IntakeFindingTests.base, #"{"success":false}"#]).result
        #expect(Self.status(failed) == 65 && failed.sealed == 0)
    }
}
