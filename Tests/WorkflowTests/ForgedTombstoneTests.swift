import AuditModel
import BundleFormat
import Foundation
import Schedule
import StrictJSON
import Testing

@testable import Archive
@testable import ArchiveFormat

@Suite("Tombstones that a signer forges")
struct ForgedTombstoneTests {
    struct Forgery: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let message: String
        let change: @Sendable (TestSchedule) throws -> Void

        static let all = [
            Forgery(testDescription: "no tombstones", message: "position 1 is missing: 2026/audit-2026.zip") {
                try FileManager.default.removeItem(atPath: $0.directory + "/tombstones")
            },
            Forgery(testDescription: "signed by another key", message: "tombstones is not signed by a trusted key") {
                try $0.tombstones({ _ in }, seed: 9)
            },
            Forgery(testDescription: "removed too early", message: "years were over") {
                try $0.tombstones { list in
                    list[0].entry.removed = list[0].entry.sealed
                }
            },
            Forgery(testDescription: "a tombstone of another bundle", message: "it lists another bundle at position 1")
            {
                try $0.tombstones { $0[0].entry.position.digest = String(repeating: "0", count: 64) }
            },
            Forgery(testDescription: "removed before its own years were over", message: "before 99 years were over") {
                try $0.tombstones { $0[0].keptYears = 99 }
            },
            Forgery(testDescription: "kept beyond the calendar", message: "years were over, 9999-") {
                try $0.tombstones { $0[0].keptYears = 1 << 40 }
            },
            Forgery(testDescription: "a tombstone of another period", message: "tombstones cannot be read") {
                try $0.tombstones { $0[0].entry.position.to = Timestamp(unixSeconds: 1_500_000_000) }
            },
            Forgery(
                testDescription: "a tombstone sealed at another time", message: "the signed log of a later bundle says"
            ) {
                try $0.tombstones { $0[0].entry.sealed = Timestamp(unixSeconds: 1_500_000_000) }
            },
            Forgery(testDescription: "a tombstone that promises another period", message: "comes next, expected") {
                try $0.tombstones { list in
                    var next = list[0].next.object ?? [:]
                    next["to"] = .string(Timestamp(unixSeconds: 1_900_000_000).text)
                    list[0].next = .object(next)
                }
            },
            Forgery(testDescription: "a tombstone that stands twice", message: "tombstones names a position twice") {
                try $0.tombstones { $0.append($0[0]) }
            },
            Forgery(testDescription: "another bundle taken away", message: "position 3 is missing") {
                try FileManager.default.removeItem(atPath: $0.directory + "/2028/audit-2028.zip")
            },
            Forgery(testDescription: "the last bundle buried", message: "though nothing later vouches for it") {
                let last = try #require(try $0.entries.last)
                try FileManager.default.removeItem(atPath: $0.directory + "/" + last.path)
                try $0.tombstones { list in
                    list.append(list[0])
                    list[1].entry = last
                    list[1].entry.removed = last.sealed.adding(years: 9)
                }
            },
            Forgery(testDescription: "promised in the year 9999", message: "more than 3660 days after its period") {
                try $0.tombstones { $0[0].entry.due = Timestamp(unixSeconds: 253_402_300_799) }
            },
            Forgery(testDescription: "a sha256 that is none", message: "has a sha256 that is no digest") {
                try $0.tombstones { $0[0].sha256 = "zz" }
            },
            Forgery(testDescription: "kept four years", message: "was kept 4 years, expected at least 5") {
                try $0.tombstones { $0[0].keptYears = 4 }
            },
            Forgery(testDescription: "a key with more lines", message: "names a key that is no fingerprint") {
                try $0.tombstones { $0[0].entry.key = "SHA256:x\nnext: audited" }
            },
            Forgery(testDescription: "a reason of several lines", message: "in one line") {
                try $0.tombstones { $0[0].entry.uncovered = "x\n  expected 9 bundles\u{1B}[2J" }
            },
            Forgery(testDescription: "a reason of 201 bytes", message: "not 1 to 200 bytes") {
                try $0.tombstones { $0[0].entry.uncovered = String(repeating: "x", count: 201) }
            },
            Forgery(testDescription: "the name of another period", message: "is not the name of its period") {
                try $0.tombstones { $0[0].entry.label = "2018-01" }
            },
            Forgery(testDescription: "more outcomes than deployments", message: "completed and") {
                try $0.tombstones { $0[0].entry.failed = $0[0].entry.deployments + 1 }
            },
            Forgery(testDescription: "a path of several lines", message: "has a path that is not 2026/audit-2026.zip") {
                try $0.tombstones { $0[0].entry.path = "2026/audit-2026.zip\nArchive: valid" }
            },
            Forgery(testDescription: "a log that ends before it begins", message: "has a log from") {
                try $0.tombstones { $0[0].logStart = $0[0].logSize + 1 }
            },
            Forgery(
                testDescription: "a first position whose log begins later",
                message: "says that the log of position 1 begins at 1"
            ) {
                try $0.tombstones { $0[0].logStart = 1 }
            },
            Forgery(testDescription: "logs of two tombstones that do not touch", message: "says that its log begins at")
            {
                try $0.buryMore()
                try $0.tombstones { $0[2].logStart -= 1 }
            },
            Forgery(
                testDescription: "a log that does not begin where that of a bundle ends",
                message: "that of audit-2027 ends"
            ) {
                try $0.buryMore()
                try $0.tombstones { $0[1].logStart -= 1 }
            },
            Forgery(testDescription: "sealed before the period's end", message: "was sealed before its period ended") {
                try $0.buryMore()
                try $0.tombstones { $0[1].entry.sealed = $0[1].entry.position.from }
            },
            Forgery(testDescription: "sealed behind a later position", message: "which has an earlier position") {
                try $0.buryMore()
                try $0.tombstones { $0[1].entry.sealed = $0[2].entry.sealed.adding(seconds: 1) }
            },
            Forgery(testDescription: "promised for another time", message: "another time of promise than") {
                try $0.buryMore()
                try $0.tombstones { $0[2].entry.due = $0[2].entry.position.to.adding(seconds: 1) }
            },
            Forgery(testDescription: "a line of a million values", message: "tombstones cannot be read") {
                try $0.tombstones { list in
                    list[0].series = .array(Array(repeating: .integer(0), count: 1_000_000))
                }
            },
            Forgery(testDescription: "a line that is no tombstone", message: "tombstones cannot be read") {
                try Data("cartulary/tombstones/audit\nx\n\n\u{2014} a AAAA\n".utf8).write(
                    to: URL(fileURLWithPath: $0.directory + "/tombstones"))
            },
        ]
    }

    @Test("tombstones whose positions follow each other agree, as they were signed")
    func neighbours() async throws {
        let schedule = try await Decade.copy()
        _ = try schedule.prune("2036-01-02")
        try schedule.buryMore()
        let (status, text) = try await schedule.verify()
        #expect(status == 0 && text.contains("tombstones"), "\(text)")
    }

    @Test("what is wrong with tombstones is named, and the series is broken", arguments: Forgery.all)
    func refuses(_ forgery: Forgery) async throws {
        let schedule = try await Decade.copy()
        _ = try schedule.prune("2036-01-02")
        try forgery.change(schedule)
        let (status, text) = try await schedule.verify()
        #expect(status == 13 && text.contains(forgery.message), "\(text)")
    }
}
