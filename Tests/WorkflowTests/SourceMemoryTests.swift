import AuditModel
import Foundation
import Spools
import Testing

@testable import Schedule

/// What is kept of sources beside the ledger decides what may be sealed: it must neither mix listings nor forget what is missing.
@Suite("What a schedule remembers of its sources")
struct SourceMemoryTests {
    private static func schedule() throws -> TestSchedule {
        let schedule = try TestSchedule()
        schedule.plan.sources[0].location = .spool(schedule.folder.path + "/spool")
        return schedule
    }

    private static func page(_ number: Int, of pages: Int, month: String, generated: String?) -> String {
        let time = generated.map { #""generatedAt":"\#($0)","# } ?? ""
        let id = "p\(number)-\(month)"
        return
            #"{"success":true,\#(time)"totalCount":\#(pages),"page":\#(number),"pageSize":1,"totalPages":\#(pages),"deployments":["#
            + #"{"deploymentId":"\#(id)","statusHistory":["#
            + Text.transition("t-\(id)", id, "Queued", "\(month)-0\(number)T10:00:00Z") + "]}]}"
    }

    @Test("a page of an old listing completes no new one that looks alike", arguments: [true, false])
    func twoListings(hasTimes: Bool) async throws {
        let schedule = try Self.schedule()
        for number in 1...2 {
            let text = Self.page(number, of: 2, month: "2026-01", generated: hasTimes ? "2026-02-01T00:00:00Z" : nil)
            _ = try schedule.folder.write(text, to: "spool/j\(number).json")
        }
        try schedule.cover("2026-01")
        #expect(try await schedule.run("2026-02-02").sealed == 1)
        let first = Self.page(1, of: 2, month: "2026-02", generated: hasTimes ? "2026-03-01T00:00:00Z" : nil)
        _ = try schedule.folder.write(first, to: "spool/f1.json")
        try schedule.cover("2026-02")
        let open = try await schedule.run("2026-03-02")
        #expect(open.sealed == 0 && open.waiting == 1, "\(schedule.reports)")
        let second = Self.page(2, of: 2, month: "2026-02", generated: hasTimes ? "2026-03-01T00:00:01Z" : nil)
        _ = try schedule.folder.write(second, to: "spool/f2.json")
        #expect(try await schedule.run("2026-03-02").sealed == 1, "\(schedule.reports)")
    }

    @Test("pages that are missing stay missing when the note of them is gone, or older", arguments: [true, false])
    func forgotten(isGone: Bool) async throws {
        let schedule = try Self.schedule()
        let note = schedule.plan.ledger + ".coverage.json"
        try schedule.feed("2026-01", to: "spool")
        try schedule.cover("2026-01")
        #expect(try await schedule.run("2026-02-02").sealed == 1)
        let older = try Data(contentsOf: URL(fileURLWithPath: note))
        let page = Self.page(1, of: 2, month: "2026-02", generated: "2026-03-01T00:00:00Z")
        _ = try schedule.folder.write(page, to: "spool/f1.json")
        try schedule.cover("2026-02")
        #expect(try await schedule.run("2026-03-02").sealed == 0)
        try FileManager.default.removeItem(atPath: note)
        if !isGone { try older.write(to: URL(fileURLWithPath: note)) }
        #expect(try await schedule.run("2026-03-03").sealed == 0, "\(schedule.reports)")
        let second = Self.page(2, of: 2, month: "2026-02", generated: "2026-03-01T00:00:01Z")
        _ = try schedule.folder.write(second, to: "spool/f2.json")
        #expect(try await schedule.run("2026-03-03").sealed == 1, "\(schedule.reports)")
    }

    @Test("another folder in the place of a spool, an empty file, and a link in it seal nothing")
    func otherFolder() async throws {
        let schedule = try Self.schedule()
        let spool = schedule.folder.path + "/spool"
        try schedule.feed("2026-01", to: "spool")
        try schedule.cover("2026-01")
        #expect(try await schedule.run("2026-02-02").sealed == 1)
        try schedule.cover("2026-02")
        try FileManager.default.moveItem(atPath: spool, toPath: spool + ".mounted")
        try FileManager.default.createDirectory(atPath: spool, withIntermediateDirectories: true)
        #expect(try await schedule.run("2026-03-02").sealed == 0, "\(schedule.reports)")
        try FileManager.default.removeItem(atPath: spool)
        try FileManager.default.moveItem(atPath: spool + ".mounted", toPath: spool)
        _ = try schedule.folder.write("", to: "spool/empty.ndjson")
        #expect(try await schedule.run("2026-03-02").sealed == 0, "\(schedule.reports)")
        #expect(try schedule.files("spool").contains("failed/empty.ndjson"))
        for name in ["empty.ndjson", "empty.ndjson.reason.txt"] {
            try FileManager.default.removeItem(atPath: "\(spool)/failed/\(name)")
        }
        try schedule.feed("2026-02", to: "in")
        try FileManager.default.createSymbolicLink(
            atPath: spool + "/link.ndjson", withDestinationPath: "../in/t-2026-02.ndjson")
        #expect(try await schedule.run("2026-03-02").sealed == 0, "\(schedule.reports)")
        #expect(try schedule.files("spool").contains("link.ndjson"))
        try FileManager.default.removeItem(atPath: spool + "/link.ndjson")
        #expect(try await schedule.run("2026-03-02").sealed == 1, "\(schedule.reports)")
    }

    @Test("where nothing was taken in nothing is sealed, for whatever reason", arguments: [false, true])
    func nothing(isOverridden: Bool) async throws {
        let schedule = try Self.schedule()
        try schedule.cover("2026-01")
        let result = try await schedule.run("2026-02-02") { options in
            if isOverridden { options.uncovered = [.init("audit", "2026-01", reason: "no records")] }
        }
        #expect(result.sealed == 0 && result.waiting == 1 && result.failures.isEmpty, "\(schedule.reports)")
    }
}
