import Foundation
import Testing

@Suite("A ledger of which one bit is flipped")
struct BitFlipTests {
    /// How many bits are flipped, one at a time: a seeded sample, or as many as asked for.
    static let flips = ProcessInfo.processInfo.environment["CARTULARY_BIT_FLIPS"].flatMap(Int.init) ?? 100

    @Test("every flip that changes content is reported, with its place")
    func flips() async throws {
        let ledger = try TestLedger()
        for number in 0...PowerCutTests.inputs.count { try await PowerCutTests.step(number, ledger) }
        let tables = try ledger.sql("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        let dump = tables.split(separator: "\n").map { "SELECT * FROM \($0)" }.joined(separator: "; ")
        let (sound, content) = (try ledger.copy(ledger.path), try ledger.sql(dump))
        var generator = SeededGenerator(seed: 10_000)
        var (found, unlocated, unnoticed): (Int, [String], [String]) = (0, [], [])
        for _ in 0..<Self.flips {
            let bit = Int.random(in: 0..<sound.count * 8, using: &generator)
            var changed = sound
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            try ledger.put(changed, at: ledger.path)
            let problems = Self.problems(ledger)
            if problems.isEmpty {
                let now = try ledger.sql(dump)
                if now != content { unnoticed.append("bit \(bit): \(Self.difference(content, now))") }
                continue
            }
            found += 1
            // A place is a row, a page of the file, a column, or what the file is refused for as a whole.
            let place = /[0-9]|tables, indices|tally|value in [a-z]+\.|not a database|another program/
            if !problems.contains(where: { $0.contains(place) }) {
                unlocated.append("bit \(bit): \(problems)")
            }
        }
        #expect(found > Self.flips / 10)
        #expect(unlocated == [])
        #expect(unnoticed == [])
    }

    private static func difference(_ before: String, _ after: String) -> [String] {
        let (old, new) = (before.split(separator: "\n"), after.split(separator: "\n"))
        return zip(old, new).filter { $0 != $1 }.map { String($1.prefix(200)) }
    }

    /// Damage that keeps the file from being opened is a problem as any other.
    private static func problems(_ ledger: TestLedger) -> [String] {
        do { return try ledger.problems() } catch { return ["\(error)"] }
    }
}
