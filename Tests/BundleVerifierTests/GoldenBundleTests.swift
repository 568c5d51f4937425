import BundleFormat
import BundleReading
import BundleVerifier
import Foundation
import Signing
import StrictJSON
import Testing

/// Bundles of every kind that a released rendering made (`scripts/golden`); every later verifier judges them the same.
@Suite("Golden bundles")
struct GoldenBundleTests {
    private static let folder = TestBundles.repository.appending(path: "fixtures/golden")

    /// The bundles of a rendering version, and the checks that each passes.
    private static let names = [
        "answer", "audit-2026-01", "audit-2026-01-r1", "audit-2026-02", "empty-partial", "filtered-partial", "one-shot",
        "paged", "without-workbook",
    ]

    private static func bundles(_ version: RenderingVersion) -> URL {
        folder.appending(path: version.rawValue.split(separator: "/").last.map(String.init) ?? "")
    }

    private static func verifier() throws -> Verifier {
        let trust = TestBundles.repository.appending(path: "fixtures/example/key.allowed_signers")
        return Verifier(
            trust: try AllowedSigners(parsing: [UInt8](try Data(contentsOf: trust))), time: 1_800_000_000, threads: 2)
    }

    private static func digests(_ version: RenderingVersion) throws -> [String: String] {
        let list = try String(contentsOf: bundles(version).appending(path: "rendered-sha256.txt"), encoding: .utf8)
        let lines = list.split(separator: "\n")
        return Dictionary(
            lines.map { (String($0.dropFirst(66)), String($0.prefix(64))) }, uniquingKeysWith: { first, _ in first })
    }

    @Test("each is valid, and names its rendering", arguments: RenderingVersion.allCases, names)
    func valid(_ version: RenderingVersion, _ name: String) async throws {
        let file = Self.bundles(version).appending(path: "\(name).zip")
        let bundle = try UnverifiedBundle(path: file.path)
        let report = await (try Self.verifier()).verify(bundle)
        #expect(report.verdict == .valid, "\(name): \(report.faults)")
        #expect(report.counts.failed == 0)
        #expect(BundleClaims(bundle).description.value?.rendering.value == version.rawValue)
    }

    @Test(
        "a released rendering makes what it made: pages and texts have their digests",
        arguments: RenderingVersion.allCases)
    func rendered(_ version: RenderingVersion) throws {
        let listed = try Self.digests(version)
        var found: [String: String] = [:]
        for name in Self.names {
            let bundle = try UnverifiedBundle(path: Self.bundles(version).appending(path: "\(name).zip").path)
            for path in bundle.entries.keys where Self.isRendered(path) {
                found["\(name)/\(path)"] = try bundle.digest(path)
            }
        }
        #expect(found == listed, "a released rendering is never changed; docs/architecture.md says what to do instead")
    }

    private static func isRendered(_ path: String) -> Bool {
        [BundlePath.report, BundlePath.verifyText, BundlePath.dataPackage, BundlePath.rules].contains(path)
            || path.hasPrefix(BundlePath.reportFolder) || path.hasPrefix("data/schema/")
    }

    @Test("a bundle of an unknown rendering is judged on all else, says what was not made again, and is not valid")
    func unknown() async throws {
        var bundle = try EditableBundle(try await SmallBundle.oneShot.archive)
        let known = try await verify(try bundle.packed(), fileName: "small.zip")
        try bundle.set(["rendering"], to: .string("cartulary-rendering/7"))
        bundle.write("<p>another page", to: BundlePath.report)
        bundle.write("another text", to: BundlePath.verifyText)
        try bundle.reseal(.trusted)
        let report = try await verify(try bundle.packed(), fileName: "small.zip")
        #expect(report.verdict == .incomplete && report.failures.isEmpty, "\(report.faults)")
        for name in ["report", "workbook", "fixed-texts"] {
            let check = try #require(report.checks.first { $0.name == name })
            #expect(check.status == .skipped && check.detail.contains("made with cartulary-rendering/7"))
        }
        #expect(report.counts == (known.counts.passed - 3, 0, known.counts.notJudged + 3))
        try bundle.replace("\"successfulDeployments\":", by: "\"successfulDeployments\":1", in: BundlePath.metrics)
        try bundle.reseal(.trusted)
        #expect(try await verify(try bundle.packed(), fileName: "small.zip").failures == ["metrics"])
    }

    @Test(
        "what is no name of a rendering is not in form",
        arguments: ["", "1", "cartulary-rendering/", "cartulary-rendering/0", "cartulary-rendering/12345", "x/1"])
    func malformed(_ name: String) async throws {
        var bundle = try EditableBundle(try await SmallBundle.oneShot.archive)
        try bundle.set(["rendering"], to: .string(name))
        try bundle.reseal(.trusted)
        let report = try await verify(try bundle.packed(), fileName: "small.zip")
        #expect(report.verdict == .tampered && report.failures.contains("description"))
    }
}
