import BundleFormat
import BundleVerifier
import Foundation
import Signing
import StrictJSON
import Testing
import ZipFormat

/// Values that no writer of bundles writes, in every number and every member: always a verdict, never a crash.
///
/// A seeded sample; with `CARTULARY_FULL_SWEEP` (scripts/sweep) every value in every place.
@Suite("hostile values")
struct HostileSweepTests {
    static let isFull = ProcessInfo.processInfo.environment["CARTULARY_FULL_SWEEP"] != nil

    @Test("a verdict is reached on every hostile number, type and size", arguments: SmallBundle.allCases)
    func bundles(_ small: SmallBundle) async throws {
        let archive = try await small.archive
        let good = try await verify(archive, fileName: "\(small.rawValue).zip")
        #expect(good.verdict == .valid, "\(good.faults)")
        let mutations = try BundleMutation.chosen(archive, perFile: Self.isFull ? nil : 14, seed: 1)
        let half = mutations.count / 2
        async let first = Self.tried(mutations[..<half], archive, of: small)
        async let second = Self.tried(mutations[half...], archive, of: small)
        let counts = [try await first, try await second]
        let tried = counts.map(\.tried).reduce(0, +)
        print(
            "hostile values: \(tried) changes to \(small.rawValue).zip tried,"
                + " \(counts.map(\.valid).reduce(0, +)) of them signed again and valid")
        #expect(tried > mutations.count / 2)
    }

    private static func tried(
        _ mutations: some Sequence<BundleMutation>, _ archive: [UInt8], of small: SmallBundle
    ) async throws -> (tried: Int, valid: Int) {
        var counts = (tried: 0, valid: 0)
        for mutation in mutations {
            guard let changed = try mutation.applied(to: archive) else { continue }
            let report = try await verify(changed, fileName: "\(small.rawValue).zip")
            counts.tried += 1
            #expect(!report.checks.isEmpty, "\(mutation.name)")
            guard report.verdict == .valid else { continue }
            counts.valid += 1
            #expect(!mutation.isNeverValid, "valid: \(mutation.name)")
        }
        return counts
    }

    @Test("a position in a series beyond the limit is named, and what depends on it is skipped with that reason")
    func sequence() async throws {
        for (number, seal) in [
            ("9007199254740992", EditableBundle.Seal.manifests), ("100001", .trusted), ("0", .trusted),
        ] {
            var bundle = try EditableBundle(try await SmallBundle.revision.archive)
            try bundle.replace("\"sequence\":2,", by: "\"sequence\":\(number),", in: BundlePath.bundle)
            try bundle.reseal(seal)
            let report = try await verify(try bundle.packed(), fileName: "audit-2026-01-r1.zip")
            #expect(report.verdict == .tampered, "\(report.faults)")
            #expect(report.detail("description").contains("series: expected"))
            for name in ["series", "log"] {
                let check = try #require(report.checks.first { $0.name == name })
                #expect(check.status == .skipped && check.detail.contains("bundle.json: series: expected"))
            }
        }
    }

    @Test("an entry of a size that no entry has is named, and its file is not read")
    func size() async throws {
        let archive = try await SmallBundle.oneShot.archive
        let mutations = try ZipMutation.all(archive, paths: [BundlePath.metricTable])
        for mutation in mutations where mutation.place == "size of \(BundlePath.metricTable)" {
            let report = try await verify(try mutation.applied(to: archive), fileName: "small.zip")
            #expect(report.verdict == .tampered, "\(mutation.name)")
            guard mutation.value > ZipEntry.maximumSize else { continue }
            #expect(report.detail("container").contains("size \"\(mutation.value)\" bytes, expected at most"))
            #expect(report.detail("files-present").contains("\(BundlePath.metricTable) cannot be read: its entry"))
        }
    }

    @Test("counts of sources whose sum is beyond every count are named")
    func sourceSums() async throws {
        var bundle = try EditableBundle(try await SmallBundle.oneShot.archive)
        let file = try bundle.json(BundlePath.sources)
        let source = try #require(file["sources"]?.array?.first)
        try bundle.set(
            ["sources"], to: .array([JSONValue](repeating: source, count: 1200)), in: BundlePath.sources)
        bundle.write(
            try bundle.text(BundlePath.sources).replacing(
                /"duplicates":1/, with: "\"duplicates\":\(NumberLimits.maximumCount)"), to: BundlePath.sources)
        try bundle.reseal(.trusted)
        let report = try await verify(try bundle.packed(), fileName: "small.zip")
        #expect(report.detail("sources").contains("duplicates of the sources is no count"), "\(report.faults)")
    }
}
