import FileSystem
import Foundation
import Spools
import StrictJSON
import Testing

@testable import Schedule

@Suite("A FIFO in the place of a file of the archive")
struct PipeTests {
    /// What a scheduled run opens, besides the ledger and its neighbours.
    private static func places(_ schedule: TestSchedule) -> [String] {
        let series = ContentDigest.hexadecimal(of: Array(schedule.plan.archives[0].series.utf8)).prefix(16)
        let archive = schedule.folder.path + "/archive"
        return ["\(archive)/catalogue.json", "\(archive)/tombstones", "\(schedule.plan.ledger).\(series).sealing"]
    }

    @Test("ends the archive's part of a run at once, with the name", arguments: 0..<3)
    func archive(_ place: Int) async throws {
        let schedule = try TestSchedule()
        try schedule.feed("2026-01")
        try schedule.cover("2026-01")
        #expect(try await schedule.run("2026-02-01").sealed == 1)
        let path = Self.places(schedule)[place]
        try? FileManager.default.removeItem(atPath: path)
        try #require(mkfifo(path, 0o644) == 0)
        try schedule.feed("2026-02")
        try schedule.cover("2026-02")
        let result = try await schedule.run("2026-03-01")
        #expect(result.sealed == 0)
        let message = try #require(result.failures.map(\.message).first { $0.contains("FIFO") }, "\(result.failures)")
        #expect(message.contains("\"\(path)\"") && message.contains("FIFO"), "\(message)")
    }

    @Test("ends a run at once where it is the note of what sources cover")
    func coverage() async throws {
        let schedule = try TestSchedule()
        try #require(mkfifo(schedule.plan.ledger + ".coverage.json", 0o644) == 0)
        let error = await #expect(throws: FileSystemError.self) { try await schedule.run("2026-02-01") }
        #expect(error?.reason == .notRegularFile(.pipe))
    }

    @Test("directories that lead to each other are no fault of a source, and are read once")
    func loops() async throws {
        let schedule = try TestSchedule()
        schedule.plan.sources[0].location = .files([schedule.folder.path + "/in"])
        try schedule.feed("2026-01")
        try FileManager.default.createSymbolicLink(
            atPath: schedule.folder.path + "/in/self", withDestinationPath: ".")
        try schedule.cover("2026-01")
        let result = try await schedule.run("2026-02-01")
        #expect(result.isComplete && result.accepted == 1 && result.sealed == 1)
    }
}
