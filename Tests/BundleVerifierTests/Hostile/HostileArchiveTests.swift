import ArchiveFormat
import BundleFormat
import BundleVerifier
import Signing
import Testing

/// The same in the files that describe an archive.
@Suite("hostile values in archives")
struct HostileArchiveTests {
    /// A change to a file of the folder: the file as it is to be.
    private struct Change {
        let path: String
        let name: String
        let bytes: [UInt8]
        /// Whether the archive must not be valid then.
        let isNeverValid: Bool
    }

    @Test("a verdict is reached on every hostile number and type in catalogues, checkpoint and tombstones")
    func archives() async throws {
        let archive = try SmallArchive(try await TestBundles.series.value)
        let good = try await archive.verify(isWhole: true)
        #expect(good.status == 0 && good.verdict == .valid, "\(good.problems)")
        var generator = SeededGenerator(seed: 2)
        let all = try Self.changes(archive)
        let chosen = HostileSweepTests.isFull ? all : Array(all.shuffled(using: &generator).prefix(300))
        for change in chosen {
            try archive.write(change.bytes, to: change.path)
            let report = try await archive.verify()
            try archive.write(archive.files[change.path] ?? [], to: change.path)
            #expect(report.verdict?.exitStatus == report.status, "\(change.name)")
            if change.isNeverValid { #expect(report.status != 0, "valid: \(change.name)") }
        }
        let again = try await archive.verify()
        #expect(again.status == 0, "\(again.problems)")
        print("hostile values: \(chosen.count) of \(all.count) changes to the files of an archive tried")
    }

    private static func changes(_ archive: SmallArchive) throws -> [Change] {
        var changes: [Change] = []
        for path in [Catalogue.file, CatalogueYear.path("2026")] {
            let text = archive.files[path] ?? []
            let places = try JSONPlaces(text)
            changes += (places.numbers + places.types).map { mutation in
                Change(
                    path: path, name: "\(path): \(mutation.name)", bytes: mutation.applied(to: text),
                    isNeverValid: true)
            }.filter { $0.bytes != text }
        }
        for size in HostileValue.numbers where size != "-0" {
            guard let bytes = try? archive.checkpoint(size: size) else { continue }
            changes.append(
                Change(path: Catalogue.checkpoint, name: "checkpoint of \(size)", bytes: bytes, isNeverValid: true))
        }
        return changes + (try tombstones(archive))
    }

    /// Changes to the one tombstone, with the signature of before and signed again.
    private static func tombstones(_ archive: SmallArchive) throws -> [Change] {
        let note = try SignedNote(parsing: archive.files[Tombstones.file] ?? [])
        let head = Array(note.text.prefix { $0 != 0x0A }) + [0x0A]
        let line = Array(note.text.dropFirst(head.count))
        let places = try JSONPlaces(line)
        let signatures = (archive.files[Tombstones.file] ?? []).dropFirst(note.text.count)
        return try (places.numbers + places.types).flatMap { mutation -> [Change] in
            let text = head + mutation.applied(to: line)
            guard text != note.text else { return [] }
            let isCount = ["0", "2147483648", "9007199254740991"].contains(mutation.value)
            return [
                Change(
                    path: Tombstones.file, name: "tombstones: \(mutation.name)", bytes: text + signatures,
                    isNeverValid: true),
                Change(
                    path: Tombstones.file, name: "tombstones, signed again: \(mutation.name)",
                    bytes: try archive.signed(text, as: Tombstones.origin(archive.name)),
                    isNeverValid: mutation.value.map { HostileValue.numbers.contains($0) && !isCount } ?? true),
            ]
        }
    }

    @Test("a checkpoint of more bundles than a series can have is named")
    func checkpoint() async throws {
        let archive = try SmallArchive(try await TestBundles.series.value)
        for size in ["100001", "18446744073709551615"] {
            try archive.write(try archive.checkpoint(size: size), to: Catalogue.checkpoint)
            let report = try await archive.verify()
            #expect(report.status == 13)
            #expect(report.problems.contains("the checkpoint is of \(size) bundles, expected at most 100000"))
        }
    }
}
