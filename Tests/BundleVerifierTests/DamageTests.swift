import BundleFormat
import BundleVerifier
import Foundation
import Testing

/// Files that are no bundle, and bundles with damage that no one meant.
struct DamageTests {
    private static let end: [UInt8] = [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)

    @Test(
        "what is no bundle verifies nothing",
        arguments: [
            ("empty file", []), ("text", Array("this is not a bundle\n".utf8)), ("ZIP file without entries", end),
            ("zeros", [UInt8](repeating: 0, count: 4096)), ("start of a ZIP file", [0x50, 0x4B, 3, 4]),
        ] as [(String, [UInt8])])
    func noBundle(_ name: String, _ bytes: [UInt8]) async throws {
        let report = try await verify(bytes, fileName: "full.zip")
        #expect(report.verdict == .nothingVerified, "\(name)")
        #expect(report.verdict.exitStatus == 14)
        #expect(report.failures == ["container"])
    }

    @Test("a bundle cut short anywhere is not valid")
    func truncation() async throws {
        let archive = try await TestBundles.tiny.value
        var lengths = [1, 4, 29, 30, 100, archive.count / 2, archive.count - 22, archive.count - 21, archive.count - 1]
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<40 { lengths.append(Int.random(in: 0..<archive.count, using: &generator)) }
        for length in lengths {
            let report = try await verify(Array(archive.prefix(length)), fileName: "tiny.zip")
            #expect(report.verdict != .valid, "cut to \(length)")
            #expect(report.failures.contains("container"), "cut to \(length)")
        }
    }

    @Test("bytes before or after the archive are noticed")
    func bytesAround() async throws {
        let archive = try await TestBundles.tiny.value
        let around: [[UInt8]] = [
            archive + [0], archive + Array("\n".utf8), archive + archive, [0] + archive, archive + Self.end,
            Array("#!/bin/sh\n".utf8) + archive,
        ]
        for (index, bytes) in around.enumerated() {
            let report = try await verify(bytes, fileName: "tiny.zip")
            #expect(report.verdict != .valid, "case \(index)")
            #expect(report.failures.contains("container"), "case \(index): \(report.faults)")
        }
    }

    @Test("of 1,000 single bit flips each is noticed, or leaves every name and every byte of content as it was")
    func flips() async throws {
        let archive = try await TestBundles.tiny.value
        var generator = SeededGenerator(seed: 20_261_124)
        let bits = (0..<1000).map { _ in Int.random(in: 0..<archive.count * 8, using: &generator) }
        let half = bits.count / 2
        async let first = FlipCount.verifying(archive, bits[..<half])
        async let second = FlipCount.verifying(archive, bits[half...])
        let counts = [try await first, try await second]
        #expect(counts.flatMap(\.undetected).isEmpty, "bits that change content and are not noticed")
        #expect(counts.map(\.total).reduce(0, +) == 1000)
    }

    @Test("changes inside files, signed again, are noticed wherever every byte is computed again")
    func signedMutations() async throws {
        let original = try EditableBundle(try await TestBundles.tiny.value)
        let paths = [
            BundlePath.trail, BundlePath.deployments, BundlePath.transitions, BundlePath.findings,
            BundlePath.findingTable, BundlePath.metrics, BundlePath.metricTable, BundlePath.rules, BundlePath.rejected,
            BundlePath.dataPackage, BundlePath.verifyText, BundlePath.sourceTable, BundlePath.schema("sources"),
        ]
        var generator = SeededGenerator(seed: 7)
        for path in paths {
            for round in 0..<6 {
                var bundle = original
                var bytes = try bundle.bytes(path)
                let change = Mutation(&generator)
                change.apply(to: &bytes, &generator)
                guard bytes != original.files[path] else { continue }
                bundle.files[path] = bytes
                if path == BundlePath.rules { try bundle.renewRulesDigest() }
                try bundle.reseal(.trusted)
                let report = try await verify(try bundle.packed(), fileName: "tiny.zip")
                #expect(report.verdict != .valid, "\(path) round \(round) \(change)")
                #expect(!report.failures.contains("payload-manifest"))
            }
        }
    }
}

/// A small change to a file.
enum Mutation: CaseIterable {
    case flip, delete, double, insert, truncate, append

    init(_ generator: inout SeededGenerator) {
        self = Mutation.allCases.randomElement(using: &generator) ?? .flip
    }

    func apply(to bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        let place = Int.random(in: bytes.indices, using: &generator)
        switch self {
        case .flip: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case .delete: bytes.remove(at: place)
        case .double: bytes.insert(bytes[place], at: place)
        case .insert: bytes.insert([0x0A, 0x20, 0x2C, 0x00, 0xFF].randomElement(using: &generator) ?? 0, at: place)
        case .truncate: bytes.removeLast(min(bytes.count, Int.random(in: 1...3, using: &generator)))
        case .append: bytes.append([0x0A, 0x20, 0x00].randomElement(using: &generator) ?? 0)
        }
    }
}
