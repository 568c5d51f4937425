import BundleFormat
import BundleVerifier
import Foundation
import Testing
import ZipFormat

/// Every single bit flip of a small bundle, in slices; run by scripts/sweep, which adds the slices up.
///
/// `CARTULARY_SWEEP_FROM` and `CARTULARY_SWEEP_TO` are bit numbers, and the counts go to the file
/// `CARTULARY_SWEEP_OUT`. Without them there is nothing to do.
struct SweepTests {
    private static let environment = ProcessInfo.processInfo.environment

    @Test(
        "slice of the sweep",
        .enabled(if: environment["CARTULARY_SWEEP_OUT"] != nil, "scripts/sweep runs this, part bundle-bits"))
    func slice() async throws {
        let archive = try await TestBundles.tiny.value
        let from = Int(Self.environment["CARTULARY_SWEEP_FROM"] ?? "") ?? 0
        let to = min(Int(Self.environment["CARTULARY_SWEEP_TO"] ?? "") ?? 0, archive.count * 8)
        var sweep = try Sweep(archive)
        for bit in from..<max(from, to) { try await sweep.flip(bit) }
        #expect(sweep.undetected.isEmpty)
        var lines = sweep.counts.map { "\($0.key)\t\($0.value)\n" }.sorted()
        lines.append("bits\tof the bundle\t\(archive.count * 8)\n")
        let file = try #require(Self.environment["CARTULARY_SWEEP_OUT"])
        try lines.joined().write(toFile: file, atomically: true, encoding: .utf8)
    }
}

/// Flips bits and counts what becomes of each, by the part of the archive.
///
/// A flip that breaks the ZIP rules, or after which the entry around it does not inflate to its size and checksum,
/// fails the checks `container` or `files-readable`; that is found without the other checks. Every other flip, and one
/// in 256 of all, goes through the whole verifier.
struct Sweep {
    private var archive: [UInt8]
    private let entries: [ZipEntry]
    private let content: [String: [UInt8]]
    /// By part of the archive and outcome, with a tab between.
    private(set) var counts: [String: Int] = [:]
    private(set) var undetected: [Int] = []

    init(_ archive: [UInt8]) throws {
        self.archive = archive
        entries = try ZipArchive(bytes: archive).entries
        content = try FlipCount.contents(archive)
    }

    mutating func flip(_ bit: Int) async throws {
        archive[bit / 8] ^= 1 << UInt8(bit % 8)
        let outcome = try await outcome(bit)
        archive[bit / 8] ^= 1 << UInt8(bit % 8)
        counts["\(part(bit / 8))\t\(outcome)", default: 0] += 1
        if outcome == "valid, content changed" { undetected.append(bit) }
    }

    private func outcome(_ bit: Int) async throws -> String {
        var early = try refusal(bit / 8)
        if early == nil || bit % 256 == 0 {
            let report = try await verify(archive, fileName: "tiny.zip")
            guard report.verdict != .valid else {
                // A flip that the first look refuses must not be valid.
                let isUnchanged = try early == nil && FlipCount.contents(archive) == content
                return isUnchanged ? "valid, content unchanged" : "valid, content changed"
            }
            early = early ?? "refused by a later check"
        }
        return early ?? ""
    }

    private func refusal(_ offset: Int) throws -> String? {
        let zip = try ZipArchive(bytes: archive)
        guard zip.problems.isEmpty else { return "refused by the ZIP rules" }
        let hit = zip.entries.first { Int($0.dataOffset)..<Int($0.endOffset) ~= offset }
        guard let entry = hit else { return nil }
        return (try? EditableBundle.content(entry, zip)) == nil ? "refused by size or checksum" : nil
    }

    private func part(_ offset: Int) -> String {
        for entry in entries where offset < Int(entry.endOffset) {
            return offset < Int(entry.dataOffset) ? "local headers" : "compressed data"
        }
        return offset < archive.count - 22 ? "central directory" : "end record"
    }
}
