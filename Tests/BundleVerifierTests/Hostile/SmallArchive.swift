import ArchiveFormat
import ArchiveVerifier
import AuditModel
import BundleFormat
import BundleVerifier
import Foundation
import MerkleTree
import Signing
import StrictJSON
import Synchronization
import VerificationAnswers

/// An archive of three places in a folder of its own: the tombstone of a month, its correction, and the month behind it.
final class SmallArchive {
    /// At which its tombstone is old enough.
    static let time: Int64 = 2_000_000_000

    let folder: TemporaryDirectory
    /// The files that describe the archive, by path below the folder.
    private(set) var files: [String: [UInt8]] = [:]
    let name: String
    private let root: [UInt8]

    /// Makes the archive of all bundles of a series, which are in order of their positions.
    init(_ bundles: [[UInt8]]) throws {
        folder = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: "\(folder.path)/2026", withIntermediateDirectories: true)
        let members = try bundles.map(Member.init)
        let first = try members[0].sealed
        name = first.series.archive
        var catalogue = Catalogue(archive: name, basis: first.basis.rawValue, filters: first.filters.seriesValue)
        var year = CatalogueYear(archive: name, year: "2026")
        var tombstones: [Tombstone] = []
        for (number, member) in members.enumerated() {
            var entry = try member.entry(promised: number == 2 ? catalogue.next?.due : nil)
            if number == 0 {
                entry.removed = try Timestamp.parse("2032-01-01T00:00:00Z").time
                let tombstone = Tombstone(
                    entry, description: member.description, sha256: String(repeating: "0", count: 64), keptYears: 5)
                if let tombstone { tombstones.append(tombstone) }
            } else {
                try Data(bundles[number]).write(to: URL(fileURLWithPath: "\(folder.path)/\(entry.path)"))
            }
            year.put(entry)
            catalogue.append(entry, promising: try member.sealed.series.next)
        }
        catalogue.update(year)
        root = catalogue.tree.root.bytes
        files[Catalogue.file] = catalogue.value.file
        files[year.path] = year.value.file
        files[Tombstones.file] = try signed(
            Tombstones.text(tombstones, archive: name), as: Tombstones.origin(name))
        files[Catalogue.checkpoint] = try checkpoint(size: "\(members.count)")
        for (path, bytes) in files { try write(bytes, to: path) }
    }

    /// A bundle as it describes itself.
    private struct Member {
        let bundle: EditableBundle
        let description: DescriptionClaims
        let size: Int

        init(_ archive: [UInt8]) throws {
            bundle = try EditableBundle(archive)
            description = try DescriptionClaims.decode(try bundle.bytes(BundlePath.bundle)).get()
            size = archive.count
        }

        var sealed: SealedClaims {
            get throws {
                guard let sealed = try description.sealedClaims() else {
                    throw EditableBundle.Unexpected(what: bundle.name)
                }
                return sealed
            }
        }

        func entry(promised due: Timestamp?) throws -> CatalogueEntry {
            let digest = ContentDigest.hexadecimal(of: try bundle.bytes(BundlePath.tagManifest))
            var entry = CatalogueEntry(
                try sealed.position(digest: digest), path: "2026/\(bundle.name).zip", bytes: size,
                description: description, metrics: MetricCounts.decode(try bundle.bytes(BundlePath.metrics)).value)
            entry.sealed = try Timestamp.parse("2026-04-01T00:00:00Z").time
            entry.due = due
            return entry
        }
    }

    func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(folder.path)/\(path)"))
    }

    /// A note signed by the key that tests trust.
    func signed(_ text: [UInt8], as name: String) throws -> [UInt8] {
        try SignedNote(signing: text, name: name, with: TestKeys.trusted).bytes
    }

    /// A signed checkpoint that says a size.
    func checkpoint(size: String) throws -> [UInt8] {
        let origin = Catalogue.origin(name)
        return try signed(Array("\(origin)\n\(size)\n\(Base64.encode(root))\n".utf8), as: origin)
    }

    /// What the verification of the folder found: the verdict on the whole, and what is wrong with it.
    struct Result: Sendable {
        var status: Int32 = 0
        var verdict: VerificationReport.Verdict?
        var problems: [String] = []
    }

    /// Verifies the folder; of the bundles signature and place alone, unless they are to be verified as a whole.
    func verify(isWhole: Bool = false) async throws -> Result {
        let lines = Lines()
        let trust = try TestKeys.trust()
        let verifier = Verifier(trust: trust, time: Self.time, threads: 2)
        let run = Verification(verifier: verifier) { lines.add($0) }
        var verification = ArchiveVerification(run, trust: trust, time: Self.time)
        if !isWhole { verification.subset = ArchiveVerification.Subset("1000/1000") }
        let status = try await verification.verify(folder.path)
        var result = lines.result.withLock { $0 }
        result.status = status
        return result
    }

    private final class Lines: Sendable {
        let result = Mutex(Result())

        func add(_ line: VerificationLine) {
            switch line {
            case .archive(_, let verdict): result.withLock { $0.verdict = verdict }
            case .archiveProblem(let problem): result.withLock { $0.problems.append(problem) }
            default: break
            }
        }
    }
}
